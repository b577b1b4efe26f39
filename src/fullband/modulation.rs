//! Modulation: whether the levels of bands still rise and fall as deeply as speech makes them.
//!
//! Syllables and phonemes modulate the envelope of each band 2 to 16 times a second. Noise, reverberation and smearing
//! leave less of it, which the speech transmission index rates as if it were a signal-to-noise ratio (Houtgast and
//! Steeneken, J. Acoust. Soc. Am. 77, 1069, 1985) and which tells good from bad suppression of noise. As there, what is
//! too soft to be heard fills envelopes like noise, and no band loses more than a limit: bands that are gone have the
//! indicator of bandwidth to themselves.

use super::frames::{FrameBands, mean_where, raised_cosine, smoothed};
use crate::dsp::ramp::ramp;
use crate::dsp::scales::{decibels, ratio};
use crate::model::fullband::Modulation;
use ndarray::aview1;

/// Mean square of the modulation of each band's envelope, relative to that of the envelope; powers are relative to
/// 0 dB SPL, as the thresholds in quiet are.
pub(crate) fn modulation_depth(
    powers: &FrameBands,
    threshold_db: &[f64],
    counted: &[bool],
    parameters: &Modulation,
) -> Vec<f64> {
    let [shortest, longest] = parameters.window_frames.map(raised_cosine);
    let threshold: Vec<f32> = threshold_db.iter().map(|&db| ratio(db) as f32).collect();
    let envelopes = (powers + &aview1(&threshold)).mapv_into(f32::sqrt);
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
        sum += weight * decibels(expected / heard).clamp(0.0, parameters.most_db);
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;

    /// What envelopes that rise and fall four times a second lose at a gain in power and if noise of a power is added.
    fn lost_to(gain: f32, noise: f32) -> f64 {
        let parameters = Parameters::built_in().modulation.unwrap();
        let syllables = FrameBands::from_shape_fn((200, 6), |(frame, _)| {
            (1.0 + 0.9 * (std::f32::consts::TAU * frame as f32 / 12.0).sin()).powi(2) * 1e5
        });
        let threshold_db = [10.0; 6];
        let depth = |powers: &FrameBands| {
            modulation_depth(powers, &threshold_db, &[true; 200], &parameters)
        };
        let depths = [depth(&syllables), depth(&(gain * &syllables + noise))];
        lost_modulation([&depths[0], &depths[1]], &[1e5; 6], &threshold_db, &parameters)
    }

    #[test]
    fn what_is_too_soft_to_be_heard_loses_what_silence_does_and_no_more_than_the_limit() {
        let most_db = Parameters::built_in().modulation.unwrap().most_db;
        assert_eq!([1e-9, 0.0].map(|gain| lost_to(gain, 0.0)), [most_db; 2]);
        assert!(lost_to(0.1, 0.0) < 0.1);
    }

    #[test]
    fn the_more_noise_the_less_modulation_is_left() {
        let lost = [0.0, 3e3, 1e4, 3e4].map(|noise| lost_to(1.0, noise));
        assert_eq!(lost[0], 0.0);
        assert!(lost.windows(2).all(|pair| pair[1] > pair[0]) && lost[3] > 2.0, "{lost:?}");
    }
}
