//! How well numbers follow others: in a line (Pearson), in rank (Spearman), in pairs (Kendall).
//!
//! Constant values have no correlation; who asks refuses them before.

use super::means::mean;

/// The correlation of Pearson, −1 to 1; NaN where all x or all y are equal.
pub fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - mean_x, y - mean_y);
        (xy, xx, yy) = (xy + x * y, xx + x * x, yy + y * y);
    }
    (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0)
}

/// The correlation of Spearman: that of Pearson between the ranks, of which equal values share the mean.
pub fn spearman(x: &[f64], y: &[f64]) -> f64 {
    pearson(&ranks(x), &ranks(y))
}

/// Kendall's τ-b, which counts the pairs that are in the same order and allows for ties.
///
/// All pairs are looked at: a second for ten thousand clips, more than a listening test ever had.
pub fn kendall(x: &[f64], y: &[f64]) -> f64 {
    let (mut agreement, mut differ_in_x, mut differ_in_y) = (0.0, 0.0, 0.0);
    let order = |a: f64, b: f64| f64::from(i8::from(a > b) - i8::from(a < b));
    for i in 0..x.len() {
        for j in 0..i {
            let (x, y) = (order(x[i], x[j]), order(y[i], y[j]));
            agreement += x * y;
            differ_in_x += x * x;
            differ_in_y += y * y;
        }
    }
    agreement / f64::sqrt(differ_in_x * differ_in_y)
}

/// Ranks counted from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = below as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|&place| ranks[place] = rank);
        below += equal.len();
    }
    ranks
}
