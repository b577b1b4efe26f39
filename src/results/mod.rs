//! What is asked of results: whether they fell, and how good they are group by group.

mod compare;
mod reasons;
pub(crate) mod rows;
mod summarize;

pub use compare::{Comparison, GroupComparison, RowComparison, Rules, Verdict};
pub use summarize::{Bands, GroupSummary, Grouping, Over, Summaries, Worst};
