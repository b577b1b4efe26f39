//! Logistic regression of belonging together on the correlation and the logarithm of its spreads.

use super::Judged;
use nalgebra::{Matrix3, Vector3};
use std::fmt;

/// Offset, weight of the correlation, weight of the logarithm of the spreads.
pub struct Fitted([f64; 3]);

/// Keeps weights finite where the classes can be parted without a fault.
const RIDGE: f64 = 1e-4;

fn features(judged: &Judged) -> [f64; 3] {
    [1.0, judged.likeness.correlation, judged.likeness.spreads.max(0.1).ln()]
}

impl Fitted {
    /// To these pairs, those that belong together and those that do not with the same weight altogether.
    pub fn to<'a>(pairs: impl Iterator<Item = &'a Judged>) -> Self {
        let pairs: Vec<&Judged> = pairs.collect();
        let belonging = pairs.iter().filter(|pair| pair.belongs).count().max(1) as f64;
        let others = (pairs.len() as f64 - belonging).max(1.0);
        let mut weights = [0.0; 3];
        for _ in 0..60 {
            let mut gradient = weights.map(|weight| -RIDGE * weight);
            let mut curvature = [[RIDGE, 0.0, 0.0], [0.0, RIDGE, 0.0], [0.0, 0.0, RIDGE]];
            for pair in &pairs {
                let x = features(pair);
                let p = 1.0 / (1.0 + (-dot(&weights, &x)).exp());
                let (target, share) =
                    if pair.belongs { (1.0, 0.5 / belonging) } else { (0.0, 0.5 / others) };
                for i in 0..3 {
                    gradient[i] += share * (target - p) * x[i];
                    for j in 0..3 {
                        curvature[i][j] += share * p * (1.0 - p) * x[i] * x[j];
                    }
                }
            }
            let step = solved(curvature, gradient);
            (0..3).for_each(|i| weights[i] += step[i]);
        }
        Self(weights)
    }

    pub fn belongs(&self, pair: &Judged) -> bool {
        dot(&self.0, &features(pair)) >= 0.0
    }
}

impl fmt::Display for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [offset, correlation, spread] = self.0;
        write!(
            f,
            "offset {offset:.2}, correlation_weight {correlation:.2}, spread_weight {spread:.2}"
        )
    }
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Three linear equations with a positive definite matrix.
fn solved(matrix: [[f64; 3]; 3], right: [f64; 3]) -> [f64; 3] {
    // The matrix is symmetric: its rows are its columns.
    let cholesky = Matrix3::from(matrix).cholesky().expect("weighed features and a ridge");
    cholesky.solve(&Vector3::from(right)).into()
}
