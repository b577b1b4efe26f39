//! Learned estimators: networks that say how a recording sounds without a reference.
//!
//! What they say are estimates, each on a scale of its own, never a MOS-LQO, and is not to be mixed with scores. An
//! adapter (`models/estimators/*.json`) describes a network: its rate, windows and features, what its outputs mean, where
//! it comes from, its licence. The networks themselves are not part of basilar: they are read from the Python package
//! that ships them, or from a folder.

mod adapter;
mod edges;
mod estimator;
mod log_power;
mod mel;
mod network;
mod networks;
mod raters;
mod winograd;

pub use adapter::{Adapter, Scale};
pub use estimator::{Estimate, Estimated, Estimator, Judged};
