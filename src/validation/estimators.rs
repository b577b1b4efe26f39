//! What estimators say of the rated clips: each of their values is a metric.

use super::Study;
use super::peers::Peer;
use super::ratings::Ratings;
use crate::error::Result;
use crate::estimate::Estimator;
use crate::parallel;
use crate::rounding::rounded;
use crate::signal::{OpenOptions, Signal};

/// Judges every degraded recording, and says what could not be judged, a sentence each.
pub(super) fn judge(
    study: &Study,
    estimators: &[Estimator],
    ratings: &Ratings,
) -> (Vec<Peer>, Vec<String>) {
    let options = OpenOptions { channel: study.channel, raw: None };
    let mut peers: Vec<Peer> = Vec::new();
    let mut errors: Vec<String> = Vec::new();
    for estimator in estimators {
        let said = parallel::map(ratings.rows.len(), study.jobs, |place| {
            let recording =
                Signal::open_with(ratings.path(&ratings.rows[place].degraded), &options)?;
            estimator.estimate(&recording)
        });
        errors.extend(said.iter().filter_map(|one| one.as_ref().err()).map(ToString::to_string));
        let adapter = estimator.adapter();
        for (place, scale) in adapter.scores.iter().enumerate() {
            // As they stand in a table of estimates.
            let score = |said: &Result<crate::estimate::Estimate>| {
                Some(rounded(said.as_ref().ok()?.estimates[place].estimate, 4))
            };
            let name = format!("{} {}", adapter.name, scale.name);
            peers.push(Peer { name, scores: said.iter().map(score).collect() });
        }
    }
    // Every estimator says the same of a file that cannot be read.
    errors.sort();
    errors.dedup();
    (peers, errors)
}
