//! Many short frames at once, a frame a lane: their transforms, power spectra and cross-correlations.

pub(crate) mod correlation;
pub(crate) mod power;
mod transform;

pub(crate) use transform::{FrameTransform, cis, split};
