//! basilar scores how a degraded recording sounds against its reference, on the MOS-LQO scale.
#![deny(missing_docs)]

pub mod alignment;
mod error;
mod signal;

pub use error::{Error, Result};
pub use signal::Signal;
