//! Signal arithmetic that knows no files and no models: transforms, filters, correlation, powers.

pub(crate) mod argmax;
pub(crate) mod biquad;
pub(crate) mod correlation;
pub(crate) mod curve;
pub(crate) mod decimate;
pub(crate) mod emphasis;
mod every_second;
pub(crate) mod fft;
mod four_step;
pub(crate) mod frames;
pub(crate) mod inner_product;
pub(crate) mod interpolate;
pub(crate) mod lanes;
pub(crate) mod memory;
pub(crate) mod octaves;
pub(crate) mod power;
pub(crate) mod ramp;
pub(crate) mod scales;
pub(crate) mod sums;
pub(crate) mod window;
