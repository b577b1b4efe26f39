//! Intervals of correlations, and whether two of them, or two root mean square errors, differ (ITU-T P.1401).

use super::estimate::t_tail;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor, Normal};

/// A statistic and how probable one so large is by chance, of either sign.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Test {
    /// The statistic: z, t or F.
    pub statistic: f64,
    /// Probability, two-sided.
    pub p: f64,
}

impl Test {
    pub(crate) fn normal(z: f64) -> Self {
        Self { statistic: z, p: 2.0 * Normal::standard().sf(z.abs()) }
    }
}

/// The 95 % interval of a number with this standard error, normally distributed.
pub(crate) fn normal_interval(value: f64, standard_error: f64) -> [f64; 2] {
    let half = Normal::standard().inverse_cdf(0.975) * standard_error;
    [value - half, value + half]
}

/// The 95 % interval of a correlation whose Fisher z has this variance over (count − `lost`).
fn interval(correlation: f64, variance: f64, count: usize, lost: f64) -> Option<[f64; 2]> {
    let free = count as f64 - lost;
    (free > 0.0)
        .then(|| normal_interval(correlation.atanh(), (variance / free).sqrt()).map(f64::tanh))
}

/// The 95 % interval of a Pearson correlation of so many points (Fisher, 1921); `None` for fewer than four.
pub fn pearson_interval(correlation: f64, count: usize) -> Option<[f64; 2]> {
    interval(correlation, 1.0, count, 3.0)
}

/// The 95 % interval of a Spearman correlation (Bonett and Wright, 2000); `None` for fewer than four points.
pub fn spearman_interval(correlation: f64, count: usize) -> Option<[f64; 2]> {
    interval(correlation, 1.0 + 0.5 * correlation * correlation, count, 3.0)
}

/// The 95 % interval of Kendall's τ (Fieller, Hartley and Pearson, 1957); `None` for fewer than five points.
pub fn kendall_interval(correlation: f64, count: usize) -> Option<[f64; 2]> {
    interval(correlation, 0.437, count, 4.0)
}

/// Whether two correlations of independent points differ: each with its number of points (Fisher's z).
pub fn independent_correlations(
    (one, count): (f64, usize),
    (other, of): (f64, usize),
) -> Option<Test> {
    let free = [count, of].map(|count| count as f64 - 3.0);
    let error = (1.0 / free[0] + 1.0 / free[1]).sqrt();
    free.iter().all(|free| *free > 0.0).then(|| Test::normal(z_difference(one, other) / error))
}

/// How far two correlations lie apart as Fisher's z; zero where they are equal, also at one.
fn z_difference(one: f64, other: f64) -> f64 {
    if one == other { 0.0 } else { one.atanh() - other.atanh() }
}

/// Whether two metrics correlate differently with the votes of the same points, when they correlate so `between` each
/// other (Meng, Rosenthal and Rubin, 1992); `None` for fewer than four points, or where the two metrics are the same.
pub fn dependent_correlations(one: f64, other: f64, between: f64, count: usize) -> Option<Test> {
    let free = count as f64 - 3.0;
    let mean_square = 0.5 * (one * one + other * other);
    let f = ((1.0 - between) / (2.0 * (1.0 - mean_square))).min(1.0);
    let h = (1.0 - f * mean_square) / (1.0 - mean_square);
    let z = z_difference(one, other) * (free / (2.0 * (1.0 - between) * h)).sqrt();
    (free > 0.0 && z.is_finite()).then(|| Test::normal(z))
}

/// The 95 % interval of the difference of such correlations (Zou, 2007); `None` for fewer than four points.
pub fn dependent_difference(one: f64, other: f64, between: f64, count: usize) -> Option<[f64; 2]> {
    let [low_one, high_one] = pearson_interval(one, count)?;
    let [low_other, high_other] = pearson_interval(other, count)?;
    let (a, b, c) = (one * one, other * other, between * between);
    let correlation =
        ((between - 0.5 * one * other) * (1.0 - a - b - c) + c * between) / ((1.0 - a) * (1.0 - b));
    let half = |of_one: f64, of_other: f64| {
        (of_one.powi(2) + of_other.powi(2) - 2.0 * correlation * of_one * of_other).max(0.0).sqrt()
    };
    let interval = [
        one - other - half(one - low_one, high_other - other),
        one - other + half(high_one - one, other - low_other),
    ];
    interval.iter().all(|end| end.is_finite()).then_some(interval)
}

/// Whether two root mean square errors, each with its degrees of freedom, differ: the F test of P.1401, two-sided.
pub fn error_ratio((one, degrees): (f64, f64), (other, of): (f64, f64)) -> Option<Test> {
    let (larger, over, smaller, under) =
        if one >= other { (one, degrees, other, of) } else { (other, of, one, degrees) };
    let f = (larger / smaller).powi(2);
    let distribution = FisherSnedecor::new(over, under).ok()?;
    f.is_finite().then(|| Test { statistic: f, p: (2.0 * distribution.sf(f)).min(1.0) })
}

/// Whether the errors of two metrics on the same points have different variances (Pitman, 1939; Morgan, 1939).
pub fn dependent_errors(one: &[f64], other: &[f64]) -> Option<Test> {
    let free = one.len().checked_sub(2).filter(|free| *free > 0)? as f64;
    let sums: Vec<f64> = one.iter().zip(other).map(|(a, b)| a + b).collect();
    let differences: Vec<f64> = one.iter().zip(other).map(|(a, b)| a - b).collect();
    let largest = one.iter().chain(other).fold(0.0_f64, |largest, error| largest.max(error.abs()));
    // The same errors but for rounding.
    if differences.iter().all(|difference| difference.abs() <= 1e-9 * largest) {
        return None;
    }
    let correlation = super::pearson(&sums, &differences);
    let t = correlation * (free / (1.0 - correlation * correlation)).sqrt();
    t.is_finite().then(|| Test { statistic: t, p: (2.0 * t_tail(t.abs(), free)).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    /// The worked values of cocor (Diedenhofen and Musch, 2015) and of Zou (2007), overlapping correlations.
    #[test]
    fn dependent_correlations_are_compared_as_published() {
        let meng = dependent_correlations(0.2, 0.5, 0.1, 315).expect("315 points");
        assert_abs_diff_eq!(meng.statistic, -4.3899, epsilon = 5e-5);
        let [low, high] = dependent_difference(0.2, 0.5, 0.1, 315).expect("315 points");
        assert_abs_diff_eq!(low, -0.4307, epsilon = 5e-5);
        assert_abs_diff_eq!(high, -0.1675, epsilon = 5e-5);
        let [low, high] = dependent_difference(0.396, 0.179, 0.088, 66).expect("66 points");
        assert_abs_diff_eq!(low, -0.093, epsilon = 5e-4);
        assert_abs_diff_eq!(high, 0.517, epsilon = 5e-4);
    }

    #[test]
    fn independent_correlations_and_errors_are_compared_as_by_their_distributions() {
        // z of 0.5 and 0.3 with 103 points each: (0.549306 − 0.309520) / √(2 / 100).
        let test = independent_correlations((0.5, 103), (0.3, 103)).expect("many points");
        assert_abs_diff_eq!(test.statistic, 1.695547, epsilon = 1e-5);
        assert_abs_diff_eq!(test.p, 0.0899716, epsilon = 1e-5);
        // SciPy: 2 * stats.f.sf((0.5 / 0.4) ** 2, 20, 20).
        let test = error_ratio((0.4, 20.0), (0.5, 20.0)).expect("many points");
        assert_abs_diff_eq!(test.p, 0.3263243313888132, epsilon = 1e-9);
    }

    #[test]
    fn a_metric_does_not_differ_from_itself() {
        assert_eq!(dependent_correlations(0.9, 0.9, 1.0, 50), None);
        assert_eq!(independent_correlations((0.9, 3), (0.8, 50)), None);
        assert_eq!(dependent_errors(&[0.1, 0.2, 0.3, 0.1], &[0.1, 0.2, 0.3, 0.1]), None);
        assert_eq!(error_ratio((0.3, 10.0), (0.0, 10.0)), None);
    }
}
