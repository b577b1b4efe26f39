//! Noise at the 0 dBr point and the basic signal-to-noise ratio (G.107, 7.2).

use super::Inputs;

/// Sum of noise powers given as levels, in dB.
fn power_sum_db(levels_db: [f64; 4]) -> f64 {
    10.0 * levels_db.map(|level| 10f64.powf(level / 10.0)).iter().sum::<f64>().log10()
}

/// No: all noises at the 0 dBr point, in dBm0p.
pub(super) fn sum_dbm0p(inputs: &Inputs) -> f64 {
    let Inputs { slr, rlr, ds, nc, nfor, ps, pr, .. } = *inputs;
    let olr = slr + rlr;
    let send_room = ps - slr - ds - 100.0 + 0.004 * (ps - olr - ds - 14.0).powi(2);
    let effective_pr = pr + 10.0 * (1.0 + 10f64.powf((10.0 - inputs.lstr()) / 10.0)).log10();
    let receive_room = rlr - 121.0 + effective_pr + 0.008 * (effective_pr - 35.0).powi(2);
    power_sum_db([nc, send_room, receive_room, nfor + rlr])
}

/// Ro: the basic signal-to-noise ratio on the scale of R.
pub(super) fn basic_ratio(inputs: &Inputs, noise_dbm0p: f64) -> f64 {
    15.0 - 1.5 * (inputs.slr + noise_dbm0p)
}
