//! What is told of a set of numbers: means and their confidence intervals, and tests of differences.

mod means;
mod paired_test;

pub use means::Mean;
pub use paired_test::{PairedTest, holm};
