//! Student's paired t test, and what several tests at once ask of each.

use super::means::{moments, standard_error, student};
use serde::Serialize;
use statrs::distribution::ContinuousCDF;

/// Whether the mean of paired differences is below zero: Student's t test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairedTest {
    /// How many pairs.
    pub pairs: usize,
    /// The mean difference.
    pub mean: f64,
    /// The mean in standard deviations of the differences (Cohen's d); `None` where they do not differ.
    pub effect_size: Option<f64>,
    /// Probability of such a drop by chance, one-sided; `None` for fewer than two pairs.
    pub p: Option<f64>,
    /// Standard error of the mean.
    #[serde(skip)]
    error: f64,
}

impl PairedTest {
    /// The test of these differences; `None` of none.
    pub fn of(differences: &[f64]) -> Option<Self> {
        let (mean, deviation) = moments(differences)?;
        let error = standard_error(deviation, differences);
        let p = student(differences.len()).map(|student| match mean {
            0.0 => 0.5,
            mean => student.cdf(mean / error),
        });
        let effect_size = (deviation > 0.0).then(|| mean / deviation);
        Some(Self { pairs: differences.len(), mean, effect_size, p, error })
    }

    /// The upper end of the one-sided interval that belongs to the test at this level: below zero exactly where `p` is
    /// below `level`. `None` for fewer than two pairs.
    pub fn upper(&self, level: f64) -> Option<f64> {
        let student = student(self.pairs)?;
        Some(self.mean + student.inverse_cdf(1.0 - level) * self.error)
    }
}

/// The probabilities as they are when they are the smallest of several (Holm, 1979), in the same order.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let mut adjusted = vec![0.0; probabilities.len()];
    let mut largest: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        let tests = (probabilities.len() - rank) as f64;
        largest = largest.max((probabilities[place] * tests).min(1.0));
        adjusted[place] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The differences of Student (1908), "The Probable Error of a Mean", table of additional hours of sleep.
    const SLEEP: [f64; 10] = [-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4];

    #[test]
    fn the_paired_test_agrees_with_the_sleep_data_of_student() {
        let test = PairedTest::of(&SLEEP).expect("there are values");
        // The upper end of the two-sided 95 % interval is that of the one-sided one of 97.5 %.
        let high = test.upper(0.025).expect("there are ten");
        assert!((test.mean + 1.58).abs() < 1e-9);
        assert!((high + 0.7001142).abs() < 1e-6);
        assert!((test.p.expect("there are ten") - 0.00283289 / 2.0).abs() < 1e-7);
        assert!((test.effect_size.expect("they differ") + 1.284558).abs() < 1e-5);
    }

    #[test]
    fn the_interval_ends_below_zero_exactly_where_the_test_is_significant() {
        let test = PairedTest::of(&SLEEP).expect("there are values");
        let p = test.p.expect("there are ten");
        assert!(test.upper(p * 1.01).expect("there are ten") < 0.0);
        assert!(test.upper(p * 0.99).expect("there are ten") > 0.0);
    }

    #[test]
    fn one_pair_proves_nothing_and_none_has_no_mean() {
        assert_eq!(PairedTest::of(&[-1.0]).and_then(|test| test.p), None);
        assert_eq!(PairedTest::of(&[]), None);
    }

    #[test]
    fn several_tests_at_once_are_held_to_a_stricter_level() {
        let adjusted = holm(&[0.01, 0.04, 0.03]);
        let expected = [0.03, 0.06, 0.06];
        assert!(adjusted.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{adjusted:?}");
    }
}
