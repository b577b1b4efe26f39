//! What is told of a set of numbers: means and their confidence intervals, tests of differences, quantiles.

#[cfg(feature = "cli")]
mod correlation;
#[cfg(feature = "cli")]
pub mod correlation_tests;
#[cfg(feature = "cli")]
mod estimate;
#[cfg(feature = "cli")]
mod letters;
#[cfg(feature = "cli")]
mod means;
#[cfg(feature = "cli")]
mod mixed_model;
#[cfg(feature = "cli")]
mod monotone_cubic;
#[cfg(feature = "cli")]
mod paired_test;
#[cfg(feature = "cli")]
mod proportion;
mod quantile;
#[cfg(feature = "cli")]
mod studentized_range;

pub(crate) use quantile::weighted_quantile;
#[cfg(feature = "cli")]
pub use {
    correlation::{kendall, pearson, spearman},
    estimate::Estimate,
    letters::letters,
    means::Mean,
    mixed_model::{Component, FTest, Factor, MixedModel},
    monotone_cubic::MonotoneCubic,
    paired_test::{PairedTest, holm},
    proportion::Proportion,
    studentized_range::StudentizedRange,
};
#[cfg(feature = "cli")]
pub(crate) use {estimate::t_quantile, means::mean};
