//! One metric against the votes on a set of clips or conditions: everything that P.1401 asks.

use super::ceiling::Ceiling;
use super::deviation;
use super::mapping::{self, Mapping};
use super::opinion::Opinion;
use crate::statistics::correlation_tests::{kendall_interval, pearson_interval, spearman_interval};
use crate::statistics::{kendall, pearson, spearman};
use serde::Serialize;

/// The fewest points that say anything: a Pearson correlation of three has no confidence interval.
pub(super) const FEWEST: usize = 4;

/// What is known of a correlation of too few points.
const OPEN: [f64; 2] = [-1.0, 1.0];

/// How well a metric foretells the votes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// How many clips or conditions have a score.
    pub count: usize,
    /// The correlation of Pearson, without any mapping.
    pub pearson: f64,
    /// Its 95 % confidence interval (Fisher, 1921), for independent clips.
    pub pearson_interval: [f64; 2],
    /// The correlation of Spearman.
    pub spearman: f64,
    /// Its 95 % confidence interval (Bonett and Wright, 2000).
    pub spearman_interval: [f64; 2],
    /// Kendall's τ-b.
    pub kendall: f64,
    /// Its 95 % confidence interval (Fieller, Hartley and Pearson, 1957); four points leave everything open.
    pub kendall_interval: [f64; 2],
    /// Root mean square error without any mapping; only where scores and votes are on the scale of 1 to 5.
    pub rmse: Option<f64>,
    /// The third-order monotone mapping onto the votes.
    pub mapping: Mapping,
    /// Root mean square error after it, with four degrees of freedom less.
    pub rmse_mapped: Option<f64>,
    /// RMSE* after the mapping; only where every vote's uncertainty is known.
    pub rmse_star: Option<f64>,
    /// The share of clips that the mapped score misses by more than the votes' 95 % confidence interval.
    pub outlier_ratio: Option<f64>,
}

/// A metric's statistics, or the sentence that says why there are none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// There are.
    Statistics(Box<Statistics>),
    /// There are none.
    Impossible {
        /// Why, and what to do.
        error: String,
    },
}

impl Outcome {
    /// The statistics, where there are some.
    pub fn statistics(&self) -> Option<&Statistics> {
        match self {
            Self::Statistics(statistics) => Some(statistics),
            Self::Impossible { .. } => None,
        }
    }

    /// Of scores and the votes they should foretell; `what` is how a sentence calls these, such as `clips`.
    pub(super) fn of(points: &[(f64, Opinion)], what: &str, votes_are_mos: bool) -> Self {
        let scores: Vec<f64> = points.iter().map(|(score, _)| *score).collect();
        let votes: Vec<f64> = points.iter().map(|(_, opinion)| opinion.score).collect();
        let impossible = |error: String| Self::Impossible { error };
        let constant = |values: &[f64]| values.iter().all(|value| *value == values[0]);
        match points.len() {
            count if count < FEWEST => {
                impossible(format!("too few {what} with a score, {count}; give {FEWEST} or more"))
            }
            _ if constant(&votes) => impossible(format!(
                "all {what} have the vote {}; give some of other quality",
                votes[0]
            )),
            _ if constant(&scores) => impossible(format!(
                "all {what} have the score {}, which follows nothing; check where it comes from",
                scores[0]
            )),
            _ => Self::Statistics(Box::new(statistics(points, &scores, &votes, votes_are_mos))),
        }
    }
}

fn statistics(
    points: &[(f64, Opinion)],
    scores: &[f64],
    votes: &[f64],
    votes_are_mos: bool,
) -> Statistics {
    let mapping = Mapping::fit(scores, votes);
    let errors = |predict: &dyn Fn(f64) -> f64| -> Vec<f64> {
        scores.iter().zip(votes).map(|(score, vote)| vote - predict(*score)).collect()
    };
    let unmapped = errors(&|score| score);
    let mapped = errors(&|score| mapping.apply(score));
    let half_widths: Option<Vec<f64>> =
        points.iter().map(|(_, opinion)| opinion.interval_half_width).collect();
    let comparable = votes_are_mos && scores.iter().all(|score| is_mos(*score));
    let [r, rho, tau] = [pearson, spearman, kendall].map(|of| of(scores, votes));
    Statistics {
        count: points.len(),
        pearson: r,
        pearson_interval: pearson_interval(r, points.len()).unwrap_or(OPEN),
        spearman: rho,
        spearman_interval: spearman_interval(rho, points.len()).unwrap_or(OPEN),
        kendall: tau,
        kendall_interval: kendall_interval(tau, points.len()).unwrap_or(OPEN),
        rmse: if comparable { deviation::rmse(&unmapped, 0) } else { None },
        rmse_mapped: deviation::rmse(&mapped, mapping::COEFFICIENTS),
        rmse_star: half_widths
            .as_ref()
            .and_then(|half| deviation::rmse_star(&mapped, half, mapping::COEFFICIENTS)),
        outlier_ratio: half_widths.map(|half| deviation::outlier_ratio(&mapped, &half)),
        mapping,
    }
}

/// The ceiling for these votes; none where a standard error is missing or the votes are all equal or too few.
pub(super) fn ceiling<'a>(opinions: impl Iterator<Item = &'a Opinion>) -> Option<Ceiling> {
    let with_error = |opinion: &Opinion| Some((opinion.score, opinion.standard_error?));
    let (votes, errors): (Vec<f64>, Vec<f64>) =
        opinions.map(with_error).collect::<Option<Vec<_>>>()?.into_iter().unzip();
    let differ = votes.iter().any(|vote| *vote != votes[0]);
    (votes.len() >= FEWEST && differ).then(|| Ceiling::of(&votes, &errors))
}

/// Whether a number can be a mean opinion score from 1 to 5; P.862 gives down to 0.999.
pub(super) fn is_mos(score: f64) -> bool {
    (0.99..=5.01).contains(&score)
}
