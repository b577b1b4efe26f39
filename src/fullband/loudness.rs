//! Specific loudness: how loud the excitation of a band sounds, in sone per Bark.
//!
//! Zwicker and Fastl, *Psychoacoustics*, 3rd edition, equation 8.7:
//! N' = 0.08 (E_TQ/E_0)^0.23 [(0.5 + 0.5 E/E_TQ)^0.23 − 1], nothing below the threshold in quiet.

use super::bark::BarkBands;
use super::frames::{FrameBands, rows_mut};
use crate::dsp::power::pow;
use crate::dsp::scales::ratio;
use crate::model::fullband::Loudness;

/// The loudness of each cell of band powers relative to 0 dB SPL; the powers are spread between the bands first.
pub(crate) fn specific_loudness(
    mut powers: FrameBands,
    bands: &BarkBands,
    parameters: &Loudness,
) -> FrameBands {
    let threshold: Vec<f64> = bands.threshold_db.iter().map(|&db| ratio(db)).collect();
    let scale: Vec<f64> = threshold
        .iter()
        .map(|power| parameters.sone_per_bark * power.powf(parameters.exponent))
        .collect();
    for row in rows_mut(&mut powers) {
        bands.spread(row);
        for ((cell, threshold), scale) in row.iter_mut().zip(&threshold).zip(&scale) {
            let excitation = (0.5 + 0.5 * f64::from(*cell) / threshold).max(1.0);
            *cell = (scale * (pow::<false>(excitation, parameters.exponent) - 1.0)) as f32;
        }
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;

    /// Loudness in sone of a tone in band 17, which is about 1 kHz.
    fn tone_sone(level_db: f64) -> f64 {
        let parameters = Parameters::built_in();
        let bands = BarkBands::new(1025, 48_000.0 / 2048.0, &parameters.bands);
        let mut powers = FrameBands::zeros((1, bands.count()));
        powers[[0, 16]] = ratio(level_db) as f32;
        let loudness = specific_loudness(powers, &bands, &parameters.loudness);
        loudness.iter().map(|&cell| f64::from(cell)).sum::<f64>() * bands.width_bark
    }

    #[test]
    fn loudness_grows_with_level() {
        let sone: Vec<f64> = (0..100).map(|level| tone_sone(f64::from(level))).collect();
        assert!(sone.windows(2).all(|pair| pair[1] >= pair[0]));
    }

    #[test]
    fn ten_decibels_sound_about_twice_as_loud() {
        for level in [50.0, 60.0, 70.0, 80.0] {
            let ratio = tone_sone(level + 10.0) / tone_sone(level);
            assert!((1.6..2.2).contains(&ratio), "{level} dB: {ratio}");
        }
    }

    #[test]
    fn below_the_threshold_in_quiet_nothing_is_heard() {
        assert_eq!(tone_sone(0.0), 0.0);
        assert!(tone_sone(10.0) > 0.0);
    }

    #[test]
    fn a_tone_of_forty_decibels_at_one_kilohertz_has_about_one_sone() {
        assert!((0.5..2.0).contains(&tone_sone(40.0)), "{}", tone_sone(40.0));
    }
}
