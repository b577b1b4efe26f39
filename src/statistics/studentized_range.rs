//! Tukey's studentized range: how far the largest of several means lies above the smallest by chance.
//!
//! The integrands are analytic and fall off on both sides, where the trapezoidal rule converges as fast as any.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::ln_gamma;
use std::f64::consts::{LN_2, PI};

/// From here on the standard error counts as known.
const MANY: f64 = 1e5;

/// The range of so many means, in standard errors of a mean that is known on so many degrees of freedom.
#[derive(Debug, Clone)]
pub struct StudentizedRange {
    means: f64,
    /// Where the standard error lies, as a part of the true one, and how probably.
    errors: Vec<(f64, f64)>,
    /// Places of the largest mean: itself, its share of the distribution below, and the weight.
    places: Vec<(f64, f64, f64)>,
}

impl StudentizedRange {
    /// Of two or more means.
    pub fn new(means: usize, degrees: f64) -> Self {
        const STEP: f64 = 0.125;
        let normal = Normal::standard();
        let place = |step: i32| {
            let z = STEP * f64::from(step);
            (z, normal.cdf(z), STEP * (-0.5 * z * z).exp() / (2.0 * PI).sqrt())
        };
        let places = (-68..=68).map(place).collect();
        Self { means: means as f64, errors: errors(degrees), places }
    }

    /// Probability of a range above `q`.
    pub fn tail(&self, q: f64) -> f64 {
        if q.is_infinite() {
            return 0.0;
        }
        let below = self.errors.iter().map(|(error, weight)| weight * self.below(q * error));
        (1.0 - below.sum::<f64>()).clamp(0.0, 1.0)
    }

    /// The range that is exceeded with this probability.
    pub fn quantile(&self, tail: f64) -> f64 {
        let above = |q: f64| self.tail(q) - tail;
        let (mut low, mut high) = ((0.0, 1.0 - tail), (4.0, above(4.0)));
        while high.1 > 0.0 && high.0 < 1e6 {
            (low, high) = (high, (2.0 * high.0, above(2.0 * high.0)));
        }
        // By secants, of which none keeps an end for more than twice (Dowell and Jarratt, 1971).
        for _ in 0..100 {
            let middle = low.0 + (high.0 - low.0) * low.1 / (low.1 - high.1);
            let found = above(middle);
            if found.abs() < 1e-12 || high.0 - low.0 < 1e-9 * high.0 {
                return middle;
            }
            if found > 0.0 {
                high.1 *= 0.5;
                low = (middle, found);
            } else {
                low.1 *= 0.5;
                high = (middle, found);
            }
        }
        0.5 * (low.0 + high.0)
    }

    /// Probability of a range up to `width` where the standard error is known.
    fn below(&self, width: f64) -> f64 {
        let normal = Normal::standard();
        let others = self.means - 1.0;
        let term = |(z, below, weight): &(f64, f64, f64)| {
            weight * (below - normal.cdf(z - width)).max(0.0).powf(others)
        };
        self.means * self.places.iter().map(term).sum::<f64>()
    }
}

/// The distribution of the standard error over the true one: that of χ over the root of its degrees, by its logarithm.
fn errors(degrees: f64) -> Vec<(f64, f64)> {
    if degrees >= MANY {
        return vec![(1.0, 1.0)];
    }
    const POINTS: usize = 160;
    let spread = 8.0 / (2.0 * degrees).sqrt();
    let (low, high) = (-(28.0 / degrees + spread), spread.min(3.0));
    let step = (high - low) / POINTS as f64;
    let half = 0.5 * degrees;
    let constant = LN_2 + half * half.ln() - ln_gamma(half);
    let point = |place: usize| {
        let u = low + step * place as f64;
        (u.exp(), step * (constant + degrees * u - half * (2.0 * u).exp()).exp())
    };
    // What is rarer than rounding is left out.
    (0..=POINTS).map(point).filter(|(_, weight)| *weight > 1e-17).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4.2.2, `ptukey(q, k, df, lower.tail = FALSE)` and `qtukey(0.95, k, df)`; one and 2.5 degrees, which R does not
    /// give or gives to five digits, from SciPy 1.17, `studentized_range`.
    #[test]
    fn the_range_equals_that_of_r_and_scipy() {
        for (q, means, degrees, tail, quantile) in [
            (3.5, 3, 20.0, 0.05589184908, 3.577934725),
            (4.2, 10, 8.0, 0.2232547894, 5.918276524),
            (2.0, 2, 1.0, 0.39182655203, 17.969287064),
            (5.0, 22, 200.0, 0.06934952763, 5.152141685),
            (3.2, 5, 2.5, 0.3748606384930, 8.680263602),
            (4.0, 30, 1e6, 0.5218840779, 5.301289588),
        ] {
            let range = StudentizedRange::new(means, degrees);
            approx::assert_abs_diff_eq!(range.tail(q), tail, epsilon = 1e-7);
            approx::assert_relative_eq!(range.quantile(0.05), quantile, max_relative = 1e-6);
        }
    }
}
