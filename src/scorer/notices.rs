//! What a score should be read with: what was noticed of either recording, and of the two together.

use crate::alignment::belong_together;
use crate::error::Result;
use crate::model::belonging::Belonging;
use crate::model::{Band, Model};
use crate::score::Score;
use crate::signal::{Signal, Warning};

/// A DC offset of the reference is worth a warning from here on (-40 dBov).
const LARGE_DC_OFFSET: f64 = 0.01;
/// Rumble is worth a warning where it is so much above the reference's own, in dB.
const MORE_RUMBLE_DB: f64 = 6.0;
/// A recording this long, in seconds, has more to tell than one score.
const LONG_S: f64 = 300.0;
/// Speech that is not heard is worth a warning from here on, in seconds.
const UNHEARD_S: f64 = 0.5;
/// The rates at which speech is recorded, in Hz: a file declared at the wrong one is too long or too short by their ratio.
const RATES_HZ: [f64; 8] =
    [8000.0, 11_025.0, 16_000.0, 22_050.0, 24_000.0, 32_000.0, 44_100.0, 48_000.0];
/// How near lengths must be to the ratio of two rates,
const LENGTHS_WITHIN: f64 = 0.005;
/// and how far from one another, since a silent end makes lengths differ too.
const LENGTHS_FROM: f64 = 1.3;
/// Up to this rate, in Hz, a recording holds nothing but the telephone band.
const NARROWBAND_UP_TO_HZ: u32 = 8000;

impl Score {
    /// Adds a warning of a kind.
    pub(crate) fn notice(&mut self, kind: &'static str, warning: String) {
        if !self.warning_kinds.contains(&kind) {
            self.warning_kinds.push(kind);
        }
        self.warnings.push(warning);
    }

    /// What was noticed when the two were read. What nobody hears is told where it is not the reference's own.
    pub(super) fn notice_signals(&mut self, reference: &Signal, degraded: &Signal) {
        let mut notice = |signal: &Signal, warning: &Warning| {
            self.notice(warning.kind(), format!("{}: {warning}", signal.name()));
        };
        let own = reference.warnings();
        let told = own.iter().filter(|warning| match warning {
            Warning::Rumble { .. } => false,
            Warning::DcOffset { offset } => offset.abs() >= LARGE_DC_OFFSET,
            _ => true,
        });
        told.for_each(|warning| notice(reference, warning));
        let told = degraded.warnings().iter().filter(|warning| match warning {
            Warning::Rumble { level_dbov } => !own.iter().any(|own| {
                matches!(own, Warning::Rumble { level_dbov: own } if level_dbov - own < MORE_RUMBLE_DB)
            }),
            Warning::DcOffset { offset } => !own.iter().any(|own| {
                matches!(own, Warning::DcOffset { offset: own } if (offset - own).abs() < offset.abs() / 2.0)
            }),
            _ => true,
        });
        told.for_each(|warning| notice(degraded, warning));
    }

    /// Whether the two recordings hold the same at all; one rule for every model.
    ///
    /// # Errors
    /// A rate that cannot be converted.
    pub(super) fn notice_belonging(&mut self, reference: &Signal, degraded: &Signal) -> Result<()> {
        if self.mos_lqo >= Belonging::built_in().asked_below_mos {
            return Ok(());
        }
        let rate = reference.sample_rate();
        let resampled = degraded.resampled(rate)?;
        if !belong_together(reference.samples(), resampled.samples(), rate) {
            let name = degraded.name();
            self.notice(
                "wrong_recording",
                format!("{name}: hardly resembles the reference, as far as can be told; check that the two belong together"),
            );
        }
        Ok(())
    }

    /// What the lengths and rates of the two make doubtful.
    pub(super) fn notice_form(&mut self, model: &Model, reference: &Signal, degraded: &Signal) {
        let [own_s, other_s] = [reference, degraded].map(Signal::duration_s);
        if reference.sample_rate() <= NARROWBAND_UP_TO_HZ && model.band() != Band::Narrowband {
            self.notice(
                "narrowband_reference",
                format!(
                    "{}: a reference at {} Hz holds nothing above the telephone band, which {} expects; take --model nb, or a reference at a higher rate",
                    reference.name(),
                    reference.sample_rate(),
                    model.name()
                ),
            );
        }
        if let Some([own, other]) = ratio_of_rates(own_s, other_s) {
            self.notice(
                "lengths",
                format!(
                    "{}: is {:.3} times as long as the reference, as if one of them were declared at {} in place of {} Hz; check its rate",
                    degraded.name(),
                    other_s / own_s,
                    own,
                    other
                ),
            );
        }
        if other_s >= LONG_S {
            self.notice(
                "long_recording",
                format!(
                    "{}: one score for {:.0} minutes hides where they are bad; --timeline scores them in stretches",
                    degraded.name(),
                    other_s / 60.0
                ),
            );
        }
    }

    /// How much of the speech is not heard.
    pub(super) fn notice_unheard(&mut self, degraded: &Signal) {
        let unheard_s = self.connection.as_ref().map_or(0.0, |found| found.unheard_speech_s);
        if unheard_s >= UNHEARD_S {
            self.notice(
                "unheard_speech",
                format!(
                    "{}: {unheard_s:.1} s of the reference's speech are not heard in it",
                    degraded.name()
                ),
            );
        }
    }
}

/// Two rates whose ratio is that of the lengths, the lower where the shorter is.
fn ratio_of_rates(own_s: f64, other_s: f64) -> Option<[f64; 2]> {
    let ratio = other_s / own_s;
    let mut pairs =
        RATES_HZ.iter().flat_map(|&own| RATES_HZ.iter().map(move |&other| [own, other]));
    let fits = |&[own, other]: &[f64; 2]| {
        let expected = other / own;
        expected.max(1.0 / expected) >= LENGTHS_FROM
            && (ratio / expected - 1.0).abs() < LENGTHS_WITHIN
    };
    pairs.find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_the_ratio_of_two_rates_are_told_and_others_not() {
        for (own, other) in [(8.0, 16.0), (8.0, 4.0), (8.0, 24.0), (44.1, 16.0), (6.0, 1.0)] {
            assert!(ratio_of_rates(own, other).is_some(), "{own} {other}");
        }
        for (own, other) in [(8.0, 8.0), (8.0, 8.7), (8.0, 15.7), (8.0, 13.0), (0.0, 0.0)] {
            assert!(ratio_of_rates(own, other).is_none(), "{own} {other}");
        }
    }
}
