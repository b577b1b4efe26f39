//! What is told of a set of numbers: means and their confidence intervals, tests of differences, quantiles.

#[cfg(feature = "cli")]
mod correlation;
#[cfg(feature = "cli")]
mod means;
#[cfg(feature = "cli")]
mod paired_test;
mod quantile;

#[cfg(feature = "cli")]
pub(crate) use correlation::fisher_interval;
#[cfg(feature = "cli")]
pub use correlation::{kendall, pearson, spearman};
#[cfg(feature = "cli")]
pub use means::Mean;
#[cfg(feature = "cli")]
pub(crate) use means::mean;
#[cfg(feature = "cli")]
pub use paired_test::{PairedTest, holm};
pub(crate) use quantile::weighted_quantile;
