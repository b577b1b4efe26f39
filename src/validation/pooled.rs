//! Over several listening tests: correlations and errors of each, weighted by how sure they are; votes of different tests are
//! never put together.

use super::dataset::Dataset;
use super::differences::PooledDifference;
use super::mapping;
use crate::statistics::correlation_tests::{Test, normal_interval};
use crate::statistics::holm;
use serde::Serialize;

/// What holds over the listening tests, clip by clip.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Pooled {
    /// Each metric that has statistics in some test.
    pub metrics: Vec<PooledMetric>,
    /// Every pair of metrics that have been in some test together.
    pub differences: Vec<PooledDifference>,
}

/// A metric over the listening tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PooledMetric {
    /// The metric.
    pub metric: String,
    /// In how many tests it has statistics.
    pub datasets: usize,
    /// On how many clips.
    pub count: usize,
    /// The mean Pearson correlation: of Fisher's z, weighted by the clips less three of each test.
    pub pearson: f64,
    /// Its 95 % interval, for these tests.
    pub pearson_interval: [f64; 2],
    /// Root mean square error after each test's own mapping; over the tests with votes from 1 to 5.
    pub rmse_mapped: Option<f64>,
}

/// `None` of fewer than two tests.
pub(super) fn of(datasets: &[Dataset], metrics: &[String]) -> Option<Pooled> {
    if datasets.len() < 2 {
        return None;
    }
    let metrics_pooled = metrics.iter().filter_map(|name| metric(datasets, name)).collect();
    let mut differences = Vec::new();
    for (place, other) in metrics.iter().enumerate() {
        for metric in &metrics[..place] {
            differences.extend(difference(datasets, metric, other));
        }
    }
    let adjusted = holm(&differences.iter().map(|one| one.test.p).collect::<Vec<_>>());
    for (one, p) in differences.iter_mut().zip(adjusted) {
        one.adjusted_p = p;
    }
    Some(Pooled { metrics: metrics_pooled, differences })
}

fn metric(datasets: &[Dataset], name: &str) -> Option<PooledMetric> {
    let (mut tests, mut count, mut weight, mut z) = (0, 0, 0.0, 0.0);
    let (mut squares, mut free) = (0.0, 0);
    for dataset in datasets {
        let mut all = dataset.clips.metrics.iter();
        let Some(found) =
            all.find(|one| one.metric == name).and_then(|one| one.outcome.statistics())
        else {
            continue;
        };
        tests += 1;
        count += found.count;
        let own = found.count as f64 - 3.0;
        weight += own;
        // A perfect correlation has no finite z.
        z += own * found.pearson.clamp(-1.0 + 1e-15, 1.0 - 1e-15).atanh();
        if let Some(rmse) = found.rmse_mapped.filter(|_| dataset.on_mos) {
            let own = found.count - mapping::COEFFICIENTS;
            squares += rmse * rmse * own as f64;
            free += own;
        }
    }
    (tests > 0).then(|| PooledMetric {
        metric: name.to_owned(),
        datasets: tests,
        count,
        pearson: (z / weight).tanh(),
        pearson_interval: normal_interval(z / weight, weight.recip().sqrt()).map(f64::tanh),
        rmse_mapped: (free > 0).then(|| (squares / free as f64).sqrt()),
    })
}

fn difference(datasets: &[Dataset], metric: &str, other: &str) -> Option<PooledDifference> {
    let all = datasets.iter().flat_map(|dataset| &dataset.clips.differences);
    let own = all.filter(|one| one.metric == metric && one.other == other);
    let z: Vec<(f64, f64)> = own.filter_map(|one| one.z).collect();
    let weight: f64 = z.iter().map(|(_, variance)| 1.0 / variance).sum();
    let z_difference = z.iter().map(|(z, variance)| z / variance).sum::<f64>() / weight;
    (!z.is_empty()).then(|| PooledDifference {
        metric: metric.to_owned(),
        other: other.to_owned(),
        datasets: z.len(),
        z_difference,
        test: Test::normal(z_difference * weight.sqrt()),
        adjusted_p: 1.0,
    })
}
