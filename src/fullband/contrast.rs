//! Contrast: whether peaks and valleys in time and frequency are as deep as in the reference.
//!
//! Noise, reverberation and smeared or lost bands fill the valleys between syllables, harmonics and formants; the depth
//! of modulation that is left is what the speech transmission index rates (Houtgast and Steeneken, J. Acoust. Soc. Am.
//! 77, 1069, 1985). Here it is the contrast term of structural similarity (Wang et al., IEEE Trans. Image Process. 13,
//! 600, 2004) over small patches of the levels above the threshold in quiet: what cannot be heard has no contrast.

use super::frames::{FrameBands, rows, smoothed, uniform};
use crate::model::fullband::Contrast;
use ndarray::Zip;

/// The standard deviation of levels in dB around each cell, where levels below the threshold count as the threshold.
pub(crate) fn local_contrast(
    levels: &FrameBands,
    threshold_db: &[f64],
    parameters: &Contrast,
) -> FrameBands {
    let mut audible = levels.clone();
    for mut row in audible.outer_iter_mut() {
        row.iter_mut()
            .zip(threshold_db)
            .for_each(|(db, threshold)| *db = (*db - *threshold as f32).max(0.0));
    }
    let [frames, bands] = parameters.patch.map(uniform);
    let mean = smoothed(&audible, &frames, &bands);
    audible.mapv_inplace(|db| db * db);
    let mut deviation = smoothed(&audible, &frames, &bands);
    Zip::from(&mut deviation)
        .and(&mean)
        .for_each(|square, mean| *square = (*square - mean * mean).max(0.0).sqrt());
    deviation
}

/// The contrast that each frame lost, from the contrast of both signals: 0 nothing, 1 all of it in every band.
pub(crate) fn lost_contrast(
    [reference, degraded]: [&FrameBands; 2],
    parameters: &Contrast,
) -> Vec<f64> {
    let constant = parameters.constant as f32;
    let lost = |(&expected, &heard): (&f32, &f32)| {
        if heard >= expected {
            return 0.0;
        }
        let alike =
            (2.0 * expected * heard + constant) / (expected * expected + heard * heard + constant);
        f64::from(1.0 - alike)
    };
    rows(reference)
        .zip(rows(degraded))
        .map(|(expected, heard)| {
            expected.iter().zip(heard).map(lost).sum::<f64>() / expected.len() as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;

    /// What levels that alternate lose if their valleys are filled up to `valley_db`.
    fn lost_by_valleys_of(valley_db: f32) -> f64 {
        let parameters = Parameters::built_in().contrast.unwrap();
        let levels = |low: f32| {
            FrameBands::from_shape_fn((20, 20), |(t, b)| if (t + b) % 2 == 0 { 60.0 } else { low })
        };
        let contrast = |low| local_contrast(&levels(low), &[10.0; 20], &parameters);
        lost_contrast([&contrast(10.0), &contrast(valley_db)], &parameters)[10]
    }

    #[test]
    fn filled_valleys_lose_contrast_and_inaudible_ones_do_not() {
        assert_eq!(lost_by_valleys_of(10.0), 0.0);
        assert_eq!(lost_by_valleys_of(0.0), 0.0);
        assert!(lost_by_valleys_of(30.0) > 0.02);
        assert!(lost_by_valleys_of(50.0) > 0.3);
    }
}
