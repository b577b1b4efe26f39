//! Whether one metric follows the votes better than another, so that "better" is a statement with a probability.

use super::dataset::{Judged, MetricStatistics};
use super::mapping::{self, Mapping};
use super::statistics::FEWEST;
use crate::statistics::correlation_tests::{
    Test, dependent_correlations, dependent_difference, dependent_errors, error_ratio,
    independent_correlations,
};
use crate::statistics::{holm, pearson};
use crate::table::number;
use serde::Serialize;

/// Two metrics on the clips or conditions that both have scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// One metric.
    pub metric: String,
    /// The other.
    pub other: String,
    /// How many clips or conditions have a score of both.
    pub count: usize,
    /// The Pearson correlation of the one less that of the other, with the votes.
    pub difference: f64,
    /// Its 95 % interval (Zou, 2007), for correlations with the same votes.
    pub interval: Option<[f64; 2]>,
    /// Whether the correlations differ, given that the votes are the same (Meng, Rosenthal and Rubin, 1992).
    pub dependent: Option<Test>,
    /// The probability of that test as the number of pairs of metrics demands it (Holm, 1979).
    pub adjusted_p: Option<f64>,
    /// The test of P.1401 for correlations of independent clips (Fisher's z); cautious where the clips are the same.
    pub independent: Option<Test>,
    /// Whether the root mean square errors after the mapping differ: the F test of P.1401, for independent errors.
    pub rmse_ratio: Option<Test>,
    /// The same for errors on the same clips (Pitman and Morgan, 1939).
    pub dependent_errors: Option<Test>,
    /// Fisher's z of the one less that of the other, and its variance.
    #[serde(skip)]
    pub(super) z: Option<(f64, f64)>,
}

/// Two metrics over several listening tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PooledDifference {
    /// One metric.
    pub metric: String,
    /// The other.
    pub other: String,
    /// How many tests have both.
    pub datasets: usize,
    /// Fisher's z of the one less that of the other, each test weighted by how sure its difference is.
    pub z_difference: f64,
    /// Whether it differs from zero.
    pub test: Test,
    /// The probability of that test as the number of pairs demands it (Holm, 1979).
    pub adjusted_p: f64,
}

/// Every pair of the metrics that have statistics.
pub(super) fn of<Subject>(
    judged: &[Judged<Subject>],
    metrics: &[MetricStatistics],
) -> Vec<Difference> {
    let known: Vec<&str> = metrics
        .iter()
        .filter(|metric| metric.outcome.statistics().is_some())
        .map(|metric| metric.metric.as_str())
        .collect();
    let mut differences = Vec::new();
    for (place, other) in known.iter().enumerate() {
        for metric in &known[..place] {
            differences.extend(difference(judged, metric, other));
        }
    }
    let p: Vec<f64> =
        differences.iter().filter_map(|one| one.dependent.map(|test| test.p)).collect();
    let mut adjusted = holm(&p).into_iter();
    for one in &mut differences {
        one.adjusted_p = one.dependent.and_then(|_| adjusted.next());
    }
    differences
}

fn difference<Subject>(
    judged: &[Judged<Subject>],
    metric: &str,
    other: &str,
) -> Option<Difference> {
    let both = |one: &Judged<Subject>| {
        let score = |metric: &str| number(one.scores.get(metric));
        Some((score(metric)?, score(other)?, one.opinion.score))
    };
    let points: Vec<(f64, f64, f64)> = judged.iter().filter_map(both).collect();
    let scores: Vec<f64> = points.iter().map(|point| point.0).collect();
    let others: Vec<f64> = points.iter().map(|point| point.1).collect();
    let votes: Vec<f64> = points.iter().map(|point| point.2).collect();
    let count = points.len();
    let varies = |values: &[f64]| values.iter().any(|value| *value != values[0]);
    if count < FEWEST || ![&scores, &others, &votes].iter().all(|values| varies(values)) {
        return None;
    }
    let (one, two) = (pearson(&scores, &votes), pearson(&others, &votes));
    let between = pearson(&scores, &others);
    let errors = |scores: &[f64]| -> Vec<f64> {
        let mapping = Mapping::fit(scores, &votes);
        scores.iter().zip(&votes).map(|(score, vote)| vote - mapping.apply(*score)).collect()
    };
    let (errors, other_errors) = (errors(&scores), errors(&others));
    let free = count as f64 - mapping::COEFFICIENTS as f64;
    let rmse =
        |errors: &[f64]| (errors.iter().map(|error| error * error).sum::<f64>() / free).sqrt();
    let dependent = dependent_correlations(one, two, between, count);
    let z = dependent.and_then(|test| {
        let difference = one.atanh() - two.atanh();
        let variance = (difference / test.statistic).powi(2);
        variance.is_normal().then_some((difference, variance))
    });
    Some(Difference {
        metric: metric.to_owned(),
        other: other.to_owned(),
        count,
        difference: one - two,
        interval: dependent_difference(one, two, between, count),
        dependent,
        adjusted_p: None,
        independent: independent_correlations((one, count), (two, count)),
        rmse_ratio: (free > 0.0)
            .then(|| error_ratio((rmse(&errors), free), (rmse(&other_errors), free)))
            .flatten(),
        dependent_errors: dependent_errors(&errors, &other_errors),
        z,
    })
}
