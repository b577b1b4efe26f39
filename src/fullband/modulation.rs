//! Modulation: whether the levels of bands still rise and fall as deeply as speech makes them.
//!
//! Syllables and phonemes modulate the envelope of each band 2 to 16 times a second. Noise, reverberation, smearing and
//! lost bands leave less of it, which the speech transmission index rates as if it were a signal-to-noise ratio
//! (Houtgast and Steeneken, J. Acoust. Soc. Am. 77, 1069, 1985) and which tells good from bad suppression of noise.

use super::frames::{FrameBands, mean_where, raised_cosine, smoothed};
use crate::dsp::ramp::ramp;
use crate::dsp::scales::decibels;
use crate::model::fullband::Modulation;

/// Mean square of the modulation of each band's envelope, relative to that of the envelope.
pub(crate) fn modulation_depth(
    powers: &FrameBands,
    counted: &[bool],
    parameters: &Modulation,
) -> Vec<f64> {
    let [shortest, longest] = parameters.window_frames.map(raised_cosine);
    let envelopes = powers.mapv(f32::sqrt);
    let mut slow = smoothed(&envelopes, &longest, &[1.0]);
    let mut modulated = smoothed(&envelopes, &shortest, &[1.0]) - &slow;
    [&mut slow, &mut modulated]
        .into_iter()
        .for_each(|array| array.mapv_inplace(|value| value * value));
    let [slow, modulated] = [slow, modulated].map(|array| mean_where(&array, counted));
    modulated.iter().zip(&slow).map(|(part, whole)| part / whole.max(1e-12)).collect()
}

/// The mean loss of modulation depth in dB, over bands of the reference that can be heard; `speech` is the mean power of
/// each in speech, relative to 0 dB SPL.
pub(crate) fn lost_modulation(
    [reference, degraded]: [&[f64]; 2],
    speech: &[f64],
    threshold_db: &[f64],
    parameters: &Modulation,
) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (band, &power) in speech.iter().enumerate() {
        let above_db = decibels(power.max(1e-9)) - threshold_db[band];
        let weight = ramp(above_db, parameters.present_db);
        let [expected, heard] = [reference, degraded].map(|depth| depth[band] + parameters.floor);
        sum += weight * decibels(expected / heard).max(0.0);
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;

    /// What envelopes that rise and fall four times a second lose if noise of a power is added.
    fn lost_to(noise: f32) -> f64 {
        let parameters = Parameters::version_2().modulation.unwrap();
        let syllables = FrameBands::from_shape_fn((200, 6), |(frame, _)| {
            (1.0 + 0.9 * (std::f32::consts::TAU * frame as f32 / 12.0).sin()).powi(2) * 1e5
        });
        let depth = |powers: &FrameBands| modulation_depth(powers, &[true; 200], &parameters);
        let depths = [depth(&syllables), depth(&(&syllables + noise))];
        lost_modulation([&depths[0], &depths[1]], &[1e5; 6], &[10.0; 6], &parameters)
    }

    #[test]
    fn the_more_noise_the_less_modulation_is_left() {
        let lost = [0.0, 1e4, 1e5, 1e6].map(lost_to);
        assert_eq!(lost[0], 0.0);
        assert!(lost.windows(2).all(|pair| pair[1] > pair[0]) && lost[3] > 3.0, "{lost:?}");
    }
}
