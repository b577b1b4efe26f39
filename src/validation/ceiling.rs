//! What the best metric could reach: votes of few people are noisy, and no metric can foresee noise.

use crate::statistics::mean;
use serde::Serialize;

/// What a metric would reach that knew the mean vote of infinitely many listeners, against the votes of these.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ceiling {
    /// Its Pearson correlation: the root of the votes' reliability, which is the part of their
    /// variance that is not noise (Spearman, 1904, correction for attenuation).
    pub pearson: f64,
    /// Its root mean square error, the lowest that can be.
    pub rmse: f64,
}

impl Ceiling {
    /// From mean votes, which must not all be equal, and the standard error of each.
    pub fn of(votes: &[f64], standard_errors: &[f64]) -> Self {
        let centre = mean(votes);
        let squares: f64 = votes.iter().map(|vote| (vote - centre).powi(2)).sum();
        let variance = squares / (votes.len() as f64 - 1.0);
        let noise = mean(&standard_errors.iter().map(|error| error * error).collect::<Vec<_>>());
        Self { pearson: (1.0 - noise / variance).max(0.0).sqrt(), rmse: noise.sqrt() }
    }
}
