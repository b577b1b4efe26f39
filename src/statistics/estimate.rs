//! A number that was estimated: how sure it is, and whether it differs from nothing or from a margin.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// An estimate with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Degrees of freedom of the standard error.
    pub degrees: f64,
}

/// From here on Student's t is the normal distribution, to five digits.
const MANY: f64 = 1e5;

impl Estimate {
    /// The value over its standard error; infinite where nothing varies.
    pub fn t(&self) -> f64 {
        if self.value == 0.0 { 0.0 } else { self.value / self.standard_error }
    }

    /// Probability of so large a value, of either sign, where the truth is zero.
    pub fn p(&self) -> f64 {
        (2.0 * t_tail(self.t().abs(), self.degrees)).min(1.0)
    }

    /// The interval that holds the truth with this confidence, such as 0.95.
    pub fn interval(&self, confidence: f64) -> (f64, f64) {
        self.within(t_quantile(0.5 + confidence / 2.0, self.degrees))
    }

    /// The interval of so many standard errors to both sides.
    pub fn within(&self, standard_errors: f64) -> (f64, f64) {
        let half = standard_errors * self.standard_error;
        (self.value - half, self.value + half)
    }

    /// Probability of a value so far above −`margin` where the truth is no more than that: the test of "no worse".
    pub fn p_not_below(&self, margin: f64) -> f64 {
        t_tail(Self { value: self.value + margin, ..*self }.t(), self.degrees)
    }

    /// Probability of a value so far below `margin` where the truth is no less than that: the test of "no better".
    pub fn p_not_above(&self, margin: f64) -> f64 {
        t_tail(Self { value: margin - self.value, ..*self }.t(), self.degrees)
    }

    /// Probability by two one-sided tests (Schuirmann, 1987): small where the truth lies within ±`margin`.
    pub fn p_equivalent(&self, margin: f64) -> f64 {
        self.p_not_below(margin).max(self.p_not_above(margin))
    }
}

/// Probability above `t`.
pub(crate) fn t_tail(t: f64, degrees: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees) {
        _ if t == f64::INFINITY => 0.0,
        _ if t == f64::NEG_INFINITY => 1.0,
        Ok(student) if degrees < MANY => student.sf(t),
        _ => Normal::standard().sf(t),
    }
}

/// The value below which Student's t is with this probability.
pub(crate) fn t_quantile(probability: f64, degrees: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees) {
        Ok(student) if degrees < MANY => student.inverse_cdf(probability),
        _ => Normal::standard().inverse_cdf(probability),
    }
}
