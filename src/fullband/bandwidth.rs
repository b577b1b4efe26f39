//! Bandwidth: how much of the reference's audible band the path does not carry.
//!
//! Missing bands are not heard as distortion but as dullness or thinness. Counted in Bark the loss runs in step with
//! the fullband E-model's scale: some eight of 24 Bark are lost above the telephone band, three above wideband.

use super::bark::BarkBands;
use crate::dsp::ramp::ramp;
use crate::dsp::scales::decibels;
use crate::model::fullband::Bandwidth;

/// The share of each band that the path does not carry, from its response in dB.
fn lost_shares(response_db: &[f64], parameters: &Bandwidth) -> impl Iterator<Item = f64> {
    response_db.iter().map(|response| ramp(-response, parameters.lost_db))
}

/// The share of each band that the path carries, from its response in dB.
pub(crate) fn carried_shares(response_db: &[f64], parameters: &Bandwidth) -> Vec<f64> {
    lost_shares(response_db, parameters).map(|lost| 1.0 - lost).collect()
}

/// The lost bandwidth in Bark, from the path's response and the mean band powers of the reference's speech.
pub(crate) fn lost_bandwidth(
    response_db: &[f64],
    speech: &[f64],
    bands: &BarkBands,
    parameters: &Bandwidth,
) -> f64 {
    let shares = lost_shares(response_db, parameters);
    let lost = shares.zip(speech).zip(&bands.threshold_db).map(|((lost, &power), threshold)| {
        lost * ramp(decibels(power.max(1e-9)) - threshold, parameters.present_db)
    });
    lost.sum::<f64>() * bands.width_bark
}
