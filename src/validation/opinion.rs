//! What people said of a clip or a condition, and how sure that is.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// A mean vote.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Opinion {
    /// The mean of the votes.
    pub score: f64,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// How many votes there are.
    pub votes: Option<u32>,
    /// Half the width of its 95 % confidence interval: by Student's t where the number of votes is
    /// known, by the normal distribution where it is not.
    pub interval_half_width: Option<f64>,
}

impl Opinion {
    /// A mean of so many votes.
    pub(super) fn new(score: f64, standard_error: Option<f64>, votes: Option<u32>) -> Self {
        let degrees = votes.map(|votes| votes.saturating_sub(1));
        Self::with_degrees(score, standard_error, votes, degrees)
    }

    /// The opinion of a condition: every clip counts alike, so that a talker with more votes has no
    /// more weight; the errors of the clips' means are independent.
    pub(super) fn of_condition(clips: &[Self]) -> Self {
        let count = clips.len() as f64;
        let score = clips.iter().map(|clip| clip.score).sum::<f64>() / count;
        let variances = clips.iter().map(|clip| clip.standard_error.map(|error| error * error));
        let variance: Option<f64> = variances.sum();
        let mut votes = clips.iter().map(|clip| clip.votes);
        let votes = votes.try_fold(0u32, |sum, votes| Some(sum.saturating_add(votes?)));
        let degrees = votes.map(|votes| votes.saturating_sub(clips.len() as u32));
        Self::with_degrees(score, variance.map(|sum| sum.sqrt() / count), votes, degrees)
    }

    fn with_degrees(
        score: f64,
        standard_error: Option<f64>,
        votes: Option<u32>,
        degrees: Option<u32>,
    ) -> Self {
        /// From here on Student's t is the normal distribution, to five digits.
        const MANY: u32 = 100_000;
        let few = degrees.filter(|degrees| *degrees < MANY);
        let student = few.and_then(|degrees| StudentsT::new(0.0, 1.0, degrees.into()).ok());
        let quantile = student.map_or_else(
            || Normal::standard().inverse_cdf(0.975),
            |student| student.inverse_cdf(0.975),
        );
        let interval_half_width = standard_error.map(|error| error * quantile);
        Self { score, standard_error, votes, interval_half_width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_beyond_counting_are_as_many_as_can_be_counted() {
        let clip = Opinion::new(4.0, Some(0.1), Some(u32::MAX));
        assert_eq!(Opinion::of_condition(&[clip, clip]).votes, Some(u32::MAX));
    }
}
