//! Means and their confidence intervals.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// How sure a confidence interval is.
const CONFIDENCE: f64 = 0.95;

/// A mean and the 95 % confidence interval around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// The interval's lower and upper end; `None` for fewer than two values.
    pub interval: Option<(f64, f64)>,
}

impl Mean {
    /// The mean of values that are drawn independently from a normal distribution; `None` of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let (mean, deviation) = moments(values)?;
        let interval = student(values.len()).map(|student| {
            let half =
                student.inverse_cdf(0.5 + CONFIDENCE / 2.0) * standard_error(deviation, values);
            (mean - half, mean + half)
        });
        Some(Self { mean, interval })
    }

    /// The same with its interval cut where the scale of MOS-LQO ends.
    pub(crate) fn on_the_mos_scale(self) -> Self {
        let cut = |(low, high): (f64, f64)| (low.max(1.0), high.min(5.0));
        Self { interval: self.interval.map(cut), ..self }
    }
}

/// The mean of values, of which there is one at least.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Mean and sample standard deviation.
pub(super) fn moments(values: &[f64]) -> Option<(f64, f64)> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (!values.is_empty()).then(|| (mean, (squares / (count - 1.0).max(1.0)).sqrt()))
}

pub(super) fn standard_error(deviation: f64, values: &[f64]) -> f64 {
    deviation / (values.len() as f64).sqrt()
}

/// The t distribution for a mean of so many values, where there is one.
pub(super) fn student(count: usize) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, count.checked_sub(1)? as f64).ok()
}
