//! Similarity: whether loudness rises and falls where it does in the reference.
//!
//! The structure term of NSIM (Hines and Harte, Speech Communication 54, 306, 2012), a correlation over small patches
//! of the two loudness patterns, here on patterns smoothed to the modulations that carry speech. Slow and broad
//! enough that a voice synthesised anew, whose fine structure differs, still resembles the original.

use super::frames::{FrameBands, raised_cosine, rows, smoothed, uniform};
use crate::model::fullband::Similarity;
use ndarray::Zip;

/// The dissimilarity of each frame: 0 alike, 1 unrelated, 2 opposite; bands before `first_band` are left out.
pub(crate) fn dissimilarity(
    reference: &FrameBands,
    degraded: &FrameBands,
    first_band: usize,
    parameters: &Similarity,
) -> Vec<f64> {
    let smooth = parameters.smooth.map(raised_cosine);
    let patch = parameters.patch.map(uniform);
    let [x, y] = [reference, degraded].map(|loudness| smoothed(loudness, &smooth[0], &smooth[1]));
    let mean = |values: &FrameBands| smoothed(values, &patch[0], &patch[1]);
    let [mean_x, mean_y] = [mean(&x), mean(&y)];
    let variance = |values: &FrameBands, own: &FrameBands| {
        let mut variance = mean(&(values * values));
        variance.zip_mut_with(own, |square, own| *square = (*square - own * own).max(0.0));
        variance
    };
    let (variance_x, variance_y) = (variance(&x, &mean_x), variance(&y, &mean_y));
    let covariance = mean(&(&x * &y)) - mean_x * mean_y;
    let constant = parameters.constant as f32;
    let structure = |joint: f32, x: f32, y: f32| (joint + constant) / ((x * y).sqrt() + constant);
    let mut similarity = covariance;
    Zip::from(&mut similarity)
        .and(&variance_x)
        .and(&variance_y)
        .for_each(|cell, &x, &y| *cell = structure(*cell, x, y));
    let row_mean =
        |row: &[f32]| row[first_band..].iter().sum::<f32>() / (row.len() - first_band) as f32;
    rows(&similarity).map(|row| f64::from((1.0 - row_mean(row)).max(0.0))).collect()
}
