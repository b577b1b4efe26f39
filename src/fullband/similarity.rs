//! Similarity: whether loudness rises and falls where it does in the reference.
//!
//! The structure term of NSIM (Hines and Harte, Speech Communication 54, 306, 2012), a correlation over small patches
//! of the two loudness patterns, here on patterns smoothed to the modulations that carry speech. Slow and broad
//! enough that a voice synthesised anew, whose fine structure differs, still resembles the original.

use super::grid::{Grid, raised_cosine, uniform};
use crate::model::fullband::Similarity;

/// The dissimilarity of each frame: 0 alike, 1 unrelated, 2 opposite; bands before `first_band` are left out.
pub(crate) fn dissimilarity(
    reference: &Grid,
    degraded: &Grid,
    first_band: usize,
    parameters: &Similarity,
) -> Vec<f64> {
    let smooth = parameters.smooth.map(raised_cosine);
    let patch = parameters.patch.map(uniform);
    let [x, y] = [reference, degraded].map(|grid| grid.smoothed(&smooth[0], &smooth[1]));
    let mean = |grid: &Grid| grid.smoothed(&patch[0], &patch[1]);
    let [mean_x, mean_y] = [mean(&x), mean(&y)];
    let moment = |a: &Grid, b: &Grid, mean_a: &Grid, mean_b: &Grid| {
        mean(&a.join(b, |a, b| a * b))
            .join(&mean_a.join(mean_b, |a, b| a * b), |square, product| square - product)
    };
    let variances = moment(&x, &x, &mean_x, &mean_x)
        .join(&moment(&y, &y, &mean_y, &mean_y), |x, y| (x.max(0.0) * y.max(0.0)).sqrt());
    let covariance = moment(&x, &y, &mean_x, &mean_y);
    let constant = parameters.constant as f32;
    let structure = covariance.join(&variances, |joint, own| (joint + constant) / (own + constant));
    let row_mean =
        |row: &[f32]| row[first_band..].iter().sum::<f32>() / (row.len() - first_band) as f32;
    structure.rows().map(|row| f64::from((1.0 - row_mean(row)).max(0.0))).collect()
}
