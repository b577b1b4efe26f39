//! What is told of a set of numbers: means and their confidence intervals, tests of differences, quantiles.

#[cfg(feature = "cli")]
mod means;
#[cfg(feature = "cli")]
mod paired_test;
#[cfg(feature = "cli")]
mod proportion;
mod quantile;

#[cfg(feature = "cli")]
pub use means::Mean;
#[cfg(feature = "cli")]
pub use paired_test::{PairedTest, holm};
#[cfg(feature = "cli")]
pub use proportion::Proportion;
pub(crate) use quantile::weighted_quantile;
