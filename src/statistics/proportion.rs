//! Shares of a count: their intervals, and whether two differ.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

/// So many of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Proportion {
    /// How many have it.
    pub count: u64,
    /// How many there are.
    pub of: u64,
}

impl Proportion {
    /// The share; `None` of none.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }

    /// The interval by Wilson (1927) that holds the true share with this confidence; `None` of none.
    pub fn interval(self, confidence: f64) -> Option<(f64, f64)> {
        let share = self.share()?;
        let (n, z) = (self.of as f64, deviate(0.5 + 0.5 * confidence));
        let middle = share + z * z / (2.0 * n);
        let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        let bound = |value: f64| (value / (1.0 + z * z / n)).clamp(0.0, 1.0);
        Some((bound(middle - half), bound(middle + half)))
    }

    /// The interval of what this share has over another, by the squares of both Wilson intervals (Newcombe, 1998,
    /// method 10); `None` where either is of none.
    pub fn over(self, other: Self, confidence: f64) -> Option<(f64, f64)> {
        let (share, other_share) = (self.share()?, other.share()?);
        let ((low, high), (other_low, other_high)) =
            (self.interval(confidence)?, other.interval(confidence)?);
        let difference = share - other_share;
        Some((
            difference - (share - low).hypot(other_high - other_share),
            difference + (high - share).hypot(other_share - other_low),
        ))
    }

    /// Probability of so large a difference to another share by chance, two-sided, by the normal distribution of the
    /// pooled difference; 1 where nothing can be said.
    pub fn p_of_difference(self, other: Self) -> f64 {
        let (Some(share), Some(other_share)) = (self.share(), other.share()) else { return 1.0 };
        let pooled = (self.count + other.count) as f64 / (self.of + other.of) as f64;
        let variance = pooled * (1.0 - pooled) * (1.0 / self.of as f64 + 1.0 / other.of as f64);
        if variance <= 0.0 {
            return 1.0;
        }
        2.0 * standard_normal().cdf(-((share - other_share) / variance.sqrt()).abs())
    }
}

/// The standard normal deviate of a probability.
fn deviate(probability: f64) -> f64 {
    standard_normal().inverse_cdf(probability)
}

fn standard_normal() -> Normal {
    Normal::standard()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: u64, of: u64) -> Proportion {
        Proportion { count, of }
    }

    #[test]
    fn intervals_are_those_of_newcombe_1998() {
        // "Two-sided confidence intervals for the single proportion", table I, and "Interval estimation for the
        // difference between independent proportions", table II (a) and (g), of Newcombe.
        for (share, low, high) in [
            (of(81, 263), 0.2553, 0.3662),
            (of(15, 148), 0.0624, 0.1605),
            (of(0, 20), 0.0, 0.1611),
            (of(1, 29), 0.0061, 0.1718),
        ] {
            let found = share.interval(0.95).expect("there are some");
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{found:?}");
        }
        for (share, other, low, high) in
            [(of(56, 70), of(48, 80), 0.0524, 0.3339), (of(10, 10), of(0, 20), 0.6791, 1.0)]
        {
            let found = share.over(other, 0.95).expect("there are some");
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{found:?}");
        }
    }

    #[test]
    fn of_none_nothing_is_said() {
        assert_eq!((of(0, 0).share(), of(0, 0).interval(0.95)), (None, None));
        assert_eq!(of(0, 0).p_of_difference(of(1, 2)), 1.0);
    }
}
