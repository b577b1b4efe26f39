//! An R with everything that is told of it.

use super::{Category, Inputs, Remark, Scale, Terms, good_or_better_pct, mos, poor_or_worse_pct};

/// What the E-model says of a connection, on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Rating {
    /// The scale of `r` and `mos`.
    pub scale: Scale,
    /// The transmission rating factor R; negative where all is lost.
    pub r: f64,
    /// The estimated MOS on this scale, 1 to 4.5.
    pub mos: f64,
    /// The terms whose signed sum is R.
    pub terms: Terms,
    /// Users who call it good or better, in per cent.
    pub good_or_better_pct: f64,
    /// Users who call it poor or worse, in per cent.
    pub poor_or_worse_pct: f64,
    /// The category of G.109, of R divided by the scale's stretch.
    pub category: Category,
    /// Inputs outside the Recommendation's range or without effect on this scale: read the rating with them.
    pub remarks: Vec<Remark>,
}

/// What one term takes from R, and what MOS would be without it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// The symbol in the Recommendation.
    pub symbol: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// Points of R that it takes; negative where it gives.
    pub r: f64,
    /// MOS that it takes: the MOS without this term less the MOS with it.
    pub mos: f64,
}

impl Rating {
    pub(super) fn of(inputs: &Inputs, scale: Scale) -> Self {
        let terms = Terms::of(inputs, scale);
        let r = terms.r();
        let normal = r / scale.stretch();
        Self {
            scale,
            r,
            mos: mos(normal),
            terms,
            good_or_better_pct: good_or_better_pct(normal),
            poor_or_worse_pct: poor_or_worse_pct(normal),
            category: Category::of(normal),
            remarks: inputs.remarks(scale),
        }
    }

    /// Whether every input is within what the Recommendation permits.
    pub fn within_range(&self) -> bool {
        !self.remarks.iter().any(Remark::is_outside)
    }

    /// What each term costs, in the order of the Recommendation.
    pub fn costs(&self) -> [Cost; 9] {
        let Terms { iolr, ist, iq, idte, idle, idd, ie, loss, a, .. } = self.terms;
        let cost = |symbol, meaning, r: f64| {
            let without = mos((self.r + r) / self.scale.stretch());
            Cost { symbol, meaning, r, mos: without - self.mos }
        };
        [
            cost("Iolr", "too loud", iolr),
            cost("Ist", "sidetone", ist),
            cost("Iq", "quantization", iq),
            cost("Idte", "talker echo", idte),
            cost("Idle", "listener echo", idle),
            cost("Idd", "delay as such", idd),
            cost("Ie", "codec", ie),
            cost("Ie,eff-Ie", "packet loss", loss),
            cost("-A", "what users forgive", -a),
        ]
    }
}
