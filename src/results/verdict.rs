//! What became of one row, and of the rows of a group.

use super::measure::Beyond;
use super::talkers::Over;
use crate::statistics::PairedTest;
use serde::Serialize;

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It fell by more than it may.
    Dropped,
    /// It is below the least that it may be.
    BelowMinimum,
    /// A measure of its connection is beyond its limit.
    BeyondLimit,
    /// It comes with a warning, which was asked to fail.
    Warned,
    /// It is not in the results.
    Missing,
    /// It was scored in the baseline and could not be now.
    Failing,
    /// It could not be scored, and is one of those that may be so.
    Tolerated,
    /// It could not be scored in the baseline either.
    StillFailing,
    /// It changed by no more than it may.
    Unchanged,
    /// It rose by more than it may fall.
    Improved,
    /// It could not be scored in the baseline and was now.
    Recovered,
    /// It is not in the baseline.
    New,
}

impl Verdict {
    /// Whether it makes the comparison fail.
    pub fn fails(self) -> bool {
        matches!(
            self,
            Self::Dropped
                | Self::BelowMinimum
                | Self::BeyondLimit
                | Self::Warned
                | Self::Missing
                | Self::Failing
        )
    }
}

/// One row in both tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RowComparison {
    /// The cells of the key's columns.
    pub key: String,
    /// MOS-LQO in the baseline.
    pub baseline: Option<f64>,
    /// MOS-LQO in the results.
    pub result: Option<f64>,
    /// What became of it.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub message: String,
    /// The measures of its connection that are beyond their limits.
    pub beyond: Vec<Beyond>,
    /// What its score should be read with; empty for nothing.
    pub warnings: String,
    /// Who speaks; empty where that is not named.
    #[serde(skip)]
    pub(super) talker: String,
    /// Measures that moved and have no limit.
    #[serde(skip)]
    pub(super) noticed: Vec<Beyond>,
    /// The smallest fall of a mean that counts for it.
    #[serde(skip)]
    pub(super) smallest_effect: f64,
}

/// The rows of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupComparison {
    /// The cells of the group's columns.
    pub name: String,
    /// Its rows, in the order of the results; missing ones at the end.
    pub rows: Vec<RowComparison>,
    /// Whether its mean fell; `None` where no row was scored in both tables.
    pub test: Option<PairedTest>,
    /// What the test is over.
    pub over: Over,
    /// How many talkers are named in it.
    pub talkers: usize,
    /// The test's probability as the number of groups demands it (Holm, 1979).
    pub adjusted_p: Option<f64>,
    /// The upper end of the one-sided interval of the mean, at the level at which it is tested; below zero where the fall
    /// is significant.
    pub upper: Option<f64>,
    /// How sure that interval is, such as 0.99; surer where there are several groups.
    pub confidence: f64,
    /// The smallest fall of the mean that counts.
    pub smallest_effect: f64,
    /// Whether its mean fell significantly and by enough to count.
    pub dropped: bool,
}

impl GroupComparison {
    /// How many of its rows fail.
    pub fn failing_rows(&self) -> usize {
        self.rows.iter().filter(|row| row.verdict.fails()).count()
    }

    /// Whether nothing in it fails.
    pub fn passes(&self) -> bool {
        !self.dropped && self.failing_rows() == 0
    }
}
