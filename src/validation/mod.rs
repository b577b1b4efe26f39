//! Metrics against people's votes, as ITU-T P.1401 evaluates them: how far a score can be trusted.
//!
//! A table of ratings names pairs and what people said of them. Every pair is scored with each model;
//! other programs' scores may be read from tables. For each dataset, which is one listening test with
//! its own scale, the statistics are taken over the clips and over the conditions (the means of the
//! clips that were degraded alike). Scores have the four decimals of `basilar batch`, so that whoever
//! has the table of scores finds the same statistics.

mod ceiling;
mod dataset;
mod deviation;
mod differences;
#[cfg(feature = "estimate")]
mod estimators;
mod mapping;
mod opinion;
mod peers;
mod pooled;
mod ratings;
mod statistics;

pub use ceiling::Ceiling;
pub use dataset::{Clip, Condition, Dataset, Evaluation, Judged, MetricStatistics};
pub use differences::{Difference, PooledDifference};
pub use mapping::Mapping;
pub use opinion::Opinion;
pub use pooled::{Pooled, PooledMetric};
pub use statistics::{Outcome, Statistics};

use crate::batch::{self, Pair, Progress};
use crate::error::{Error, Result};
use crate::model::ModelChoice;
use crate::signal::Channel;
use crate::table::Cells;
use peers::Peer;
use ratings::Ratings;
use serde::Serialize;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What is evaluated, and how.
#[derive(Debug, Clone)]
pub struct Study {
    /// A table with the columns `reference`, `degraded` and `score`, and if known `condition`,
    /// `standard_error`, `votes`, `scale` and `dataset`; paths are relative to it.
    pub ratings: PathBuf,
    /// The models, each of them a metric under its [label](ModelChoice::label).
    pub models: Vec<ModelChoice>,
    /// Tables with scores of other programs.
    pub scores: Vec<PathBuf>,
    /// The channel of files with several.
    pub channel: Channel,
    /// Whether references that were rated as they are, compared with themselves, count too.
    pub keep_references: bool,
    /// How many pairs are scored at once.
    pub jobs: NonZeroUsize,
}

/// What came of a study.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Validation {
    /// Name and version of this form.
    pub schema: &'static str,
    /// The table of ratings.
    pub ratings: String,
    /// The metrics: the models, then those from tables.
    pub metrics: Vec<String>,
    /// The listening tests, in the order of the table.
    pub datasets: Vec<Dataset>,
    /// Over the listening tests; `None` for a single one.
    pub pooled: Option<Pooled>,
    /// What could not be used, a sentence each.
    pub errors: Vec<String>,
}

impl Validation {
    /// Whether every row was a rating with a score, and every metric could be evaluated clip by clip.
    pub fn is_complete(&self) -> bool {
        let evaluated = |dataset: &Dataset| {
            dataset.clips.metrics.iter().all(|metric| metric.outcome.statistics().is_some())
        };
        self.errors.is_empty() && self.datasets.iter().all(evaluated)
    }
}

/// Asks others of the ratings: what they say, and the sentences of what they could not judge.
type Others<'a> = dyn Fn(&Ratings) -> (Vec<Peer>, Vec<String>) + 'a;

impl Study {
    /// Scores what has to be scored and takes the statistics.
    ///
    /// # Errors
    /// A table that cannot be used, or metrics that cannot be told apart. A row that is no rating, and
    /// a recording that cannot be scored, cost themselves only and have a sentence in the result.
    pub fn run(&self, on_row: &(dyn Fn(&Progress) + Sync)) -> Result<Validation> {
        self.run_beside(&|_| (Vec::new(), Vec::new()), on_row)
    }

    /// The same, with estimators among the metrics: each of their values is one, such as `plcmos overall`.
    ///
    /// # Errors
    /// As [`run`](Self::run). A recording that an estimator cannot judge costs itself only.
    #[cfg(feature = "estimate")]
    pub fn run_with(
        &self,
        estimators: &[crate::estimate::Estimator],
        on_row: &(dyn Fn(&Progress) + Sync),
    ) -> Result<Validation> {
        self.run_beside(&|ratings| estimators::judge(self, estimators, ratings), on_row)
    }

    /// Runs the study with what others say of the ratings, and the sentences of what they could not judge.
    fn run_beside(
        &self,
        others: &Others,
        on_row: &(dyn Fn(&Progress) + Sync),
    ) -> Result<Validation> {
        let mut ratings = Ratings::read(&self.ratings)?;
        let rated = ratings.rows.clone();
        if !self.keep_references {
            ratings.rows.retain(|rating| rating.reference != rating.degraded);
        }
        let peers = self.scores.iter().map(|path| peers::read(path, &ratings));
        let mut peers: Vec<_> = peers.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        let (judged, unjudged) = others(&ratings);
        peers.splice(..0, judged);
        let models = self.models.iter().map(ModelChoice::label);
        let peer_names = peers.iter().map(|peer| peer.name.as_str());
        let metrics: Vec<String> = models.chain(peer_names).map(str::to_owned).collect();
        self.check_names(&metrics)?;

        let places = 0..ratings.rows.len();
        let of_model = |model| places.clone().map(move |place| (model, place));
        let tasks: Vec<(&ModelChoice, usize)> = self.models.iter().flat_map(of_model).collect();
        let pairs = tasks.iter().map(|(model, place)| self.pair(&ratings, *place, model));
        let outcomes = batch::score_pairs(pairs.collect(), self.jobs, on_row)?;

        let mut scores: Vec<Cells> = vec![Cells::new(); ratings.rows.len()];
        let mut errors: Vec<String> = ratings.refused.iter().map(Error::to_string).collect();
        errors.extend(unjudged);
        for ((model, place), outcome) in tasks.into_iter().zip(outcomes) {
            match outcome {
                Ok(mos_lqo) => {
                    scores[place].insert(model.label().to_owned(), mos_lqo.into());
                }
                Err(error) => {
                    let said = error.to_string();
                    // Every model says the same of a file that cannot be read.
                    if !errors.contains(&said) {
                        errors.push(said);
                    }
                }
            }
        }
        for peer in &peers {
            for (cells, score) in scores.iter_mut().zip(&peer.scores) {
                cells.extend(score.map(|score| (peer.name.clone(), score.into())));
            }
        }
        let datasets = dataset::of(&ratings.rows, scores, &rated, &metrics)
            .map_err(|reason| self.invalid(reason))?;
        let name = self.ratings.display().to_string();
        let pooled = pooled::of(&datasets, &metrics);
        Ok(Validation {
            schema: "basilar-validation/1",
            ratings: name,
            metrics,
            datasets,
            pooled,
            errors,
        })
    }

    fn pair(&self, ratings: &Ratings, place: usize, model: &ModelChoice) -> Pair {
        Pair {
            reference: ratings.path(&ratings.rows[place].reference),
            degraded: ratings.path(&ratings.rows[place].degraded),
            model: model.clone(),
            channel: self.channel,
        }
    }

    fn check_names(&self, metrics: &[String]) -> Result<()> {
        let again = (1..metrics.len()).find(|&place| metrics[..place].contains(&metrics[place]));
        match again {
            None => Ok(()),
            Some(place) => {
                let name = &metrics[place];
                Err(self.invalid(format!("two metrics are called {name}; rename or leave out one")))
            }
        }
    }

    fn invalid(&self, reason: String) -> Error {
        Error::InvalidStudy { name: self.ratings.display().to_string(), reason }
    }
}
