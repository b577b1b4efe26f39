//! What is told of a set of numbers: medians and other quantiles.

mod quantile;

pub(crate) use quantile::weighted_quantile;
