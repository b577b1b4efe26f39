//! What is asked of results: whether they fell, and how good they are group by group.

mod compare;
mod judge;
mod limits;
mod measure;
mod overview;
mod reasons;
mod renamed;
pub(crate) mod rows;
#[cfg(test)]
mod simulation;
mod summarize;
mod talkers;
mod update;
mod verdict;

pub use compare::{Comparison, Rules};
pub use limits::{Limits, LimitsFile, mos};
pub use measure::{Beyond, Measure};
pub(crate) use overview::main_cause;
pub use overview::{Course, Group, Groups, Interval, Overview, OverviewColumn, View};
pub use summarize::{Bands, GroupSummary, Grouping, Summaries, Worst};
pub use talkers::Over;
pub use update::update;
pub use verdict::{GroupComparison, RowComparison, Verdict};
