//! The terms of R: simultaneous, delay, echo and equipment impairments (G.107, 7.3 to 7.6; G.107.1; G.107.2).

use super::{Inputs, Scale, noise};

/// The terms whose signed sum is R.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Ro: the basic signal-to-noise ratio, on the wider scales the highest R.
    pub ro: f64,
    /// Iolr: too loud.
    pub iolr: f64,
    /// Ist: sidetone that is not at its best.
    pub ist: f64,
    /// Iq: quantization.
    pub iq: f64,
    /// Idte: talker echo.
    pub idte: f64,
    /// Idle: listener echo.
    pub idle: f64,
    /// Idd: delay as such, even without echo.
    pub idd: f64,
    /// Ie: the codec without loss.
    pub ie: f64,
    /// Ie,eff − Ie: what loss adds to the codec.
    pub loss: f64,
    /// A: what users forgive.
    pub a: f64,
}

impl Terms {
    /// The terms of these inputs on a scale.
    pub fn of(inputs: &Inputs, scale: Scale) -> Self {
        let ie_eff = effective_equipment_impairment(inputs, scale);
        let mut terms = Self {
            ro: scale.highest_r(),
            iolr: 0.0,
            ist: 0.0,
            iq: 0.0,
            idte: 0.0,
            idle: 0.0,
            idd: scale.stretch() * pure_delay_impairment(inputs.ta),
            ie: inputs.ie,
            loss: ie_eff - inputs.ie,
            a: 0.0,
        };
        match scale {
            Scale::Narrowband => terms.narrowband(inputs),
            Scale::Wideband => terms.wideband(inputs),
            // G.107.2's echo terms are not publicly known: left out.
            Scale::Fullband => {}
        }
        terms
    }

    fn narrowband(&mut self, inputs: &Inputs) {
        let noise_dbm0p = noise::sum_dbm0p(inputs);
        self.ro = noise::basic_ratio(inputs, noise_dbm0p);
        self.iolr = loudness_impairment(inputs, noise_dbm0p);
        self.ist = sidetone_impairment(inputs);
        self.iq = quantization_impairment(inputs.qdu, self.ro);
        let sidetone = Some(self.ist);
        self.idte = talker_echo_impairment(inputs, noise_dbm0p, sidetone);
        self.idle = listener_echo_impairment(inputs, self.ro);
        self.a = inputs.a;
    }

    fn wideband(&mut self, inputs: &Inputs) {
        // The noise floor of a wideband terminal; Corrigendum 1 may have changed this sum.
        let noise_dbm0p = noise::sum_dbm0p(&Inputs { nfor: -96.0, ..inputs.clone() });
        self.idte = talker_echo_impairment(inputs, noise_dbm0p, None);
        self.idle = listener_echo_impairment(inputs, self.ro);
    }

    /// R, on the scale of the terms.
    pub fn r(&self) -> f64 {
        let simultaneous = self.iolr + self.ist + self.iq;
        let delay = self.idte + self.idle + self.idd;
        self.ro - simultaneous - delay - self.ie - self.loss + self.a
    }
}

/// Ie,eff: the codec with its loss (G.107, 7-29).
pub fn effective_equipment_impairment(inputs: &Inputs, scale: Scale) -> f64 {
    let &Inputs { ie, bpl, ppl, burst_ratio, .. } = inputs;
    if ppl == 0.0 {
        return ie;
    }
    ie + (scale.loss_ceiling() - ie) * ppl / (ppl / burst_ratio.max(1.0) + bpl)
}

/// Idd on the narrowband scale: what a one-way delay in milliseconds costs a conversation (G.107, 7-27, default class).
pub fn pure_delay_impairment(ta_ms: f64) -> f64 {
    /// mT: the delay from which on users notice, in ms; sT, their sensitivity, is 1.
    const NOTICED_MS: f64 = 100.0;
    if ta_ms <= NOTICED_MS {
        return 0.0;
    }
    let x = (ta_ms / NOTICED_MS).log2();
    let soft = |x: f64| (1.0 + x.powi(6)).powf(1.0 / 6.0);
    25.0 * (soft(x) - 3.0 * soft(x / 3.0) + 2.0)
}

/// Iolr (G.107, 7-9 and 7-10).
fn loudness_impairment(inputs: &Inputs, noise_dbm0p: f64) -> f64 {
    let olr = inputs.slr + inputs.rlr;
    let x = (olr + 0.2 * (64.0 + noise_dbm0p - inputs.rlr)) / 8.0;
    20.0 * ((1.0 + x.powi(8)).powf(1.0 / 8.0) - x)
}

/// Ist (G.107, 7-11 and 7-12).
fn sidetone_impairment(inputs: &Inputs) -> f64 {
    let echo = (-inputs.t / 4.0).exp() * 10f64.powf(-inputs.telr / 10.0);
    let stmro = -10.0 * (10f64.powf(-inputs.stmr / 10.0) + echo).log10();
    let soft = |x: f64, power: i32| (1.0 + x.powi(power)).max(0.0).powf(1.0 / f64::from(power));
    12.0 * soft((stmro - 13.0) / 6.0, 8)
        - 28.0 * soft((stmro + 1.0) / 19.4, 35)
        - 13.0 * soft((stmro - 3.0) / 33.0, 13)
        + 29.0
}

/// Iq (G.107, 7-13 to 7-17).
fn quantization_impairment(qdu: f64, ro: f64) -> f64 {
    let q = 37.0 - 15.0 * qdu.log10();
    let g = 1.07 + 0.258 * q + 0.0602 * q * q;
    let y = (ro - 100.0) / 15.0 + 46.0 / 8.4 - g / 9.0;
    let z = 46.0 / 30.0 - g / 40.0;
    15.0 * (1.0 + 10f64.powf(y) + 10f64.powf(z)).log10()
}

/// Idte; with `ist` the sidetone cases of narrowband count, without it the terms are those of G.107.1.
fn talker_echo_impairment(inputs: &Inputs, noise_dbm0p: f64, ist: Option<f64>) -> f64 {
    let &Inputs { t, telr, stmr, rlr, .. } = inputs;
    if t < 1.0 {
        return 0.0;
    }
    let mut terv =
        telr - 40.0 * ((1.0 + t / 10.0) / (1.0 + t / 150.0)).log10() + 6.0 * (-0.3 * t * t).exp();
    let slope = match ist {
        Some(ist) => {
            if stmr < 9.0 {
                terv += ist / 2.0;
            }
            2.5
        }
        None => {
            terv += if t < 100.0 { 0.08 * t + 10.0 } else { 18.0 };
            3.0
        }
    };
    let re = 80.0 + slope * (terv - 14.0);
    let half = (-1.5 * (noise_dbm0p - rlr) - re) / 2.0;
    let idte = (half + (half * half + 100.0).sqrt() - 1.0) * (1.0 - (-t).exp());
    match ist {
        Some(ist) if stmr > 20.0 => idte.hypot(ist),
        _ => idte,
    }
}

/// Idle (G.107, 7-25 and 7-26).
fn listener_echo_impairment(inputs: &Inputs, ro: f64) -> f64 {
    let rle = 10.5 * (inputs.wepl + 7.0) * (inputs.tr + 1.0).powf(-0.25);
    let half = (ro - rle) / 2.0;
    half + (half * half + 169.0).sqrt()
}
