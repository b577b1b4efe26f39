//! What is asked of results: whether they fell, and how good they are group by group.

mod compare;
mod overview;
mod reasons;
mod rows;
mod summarize;

pub use compare::{Comparison, GroupComparison, RowComparison, Rules, Verdict};
pub(crate) use overview::main_cause;
pub use overview::{Course, Group, Groups, Interval, Overview, OverviewColumn, View};
pub use summarize::{Bands, GroupSummary, Grouping, Over, Summaries, Worst};
