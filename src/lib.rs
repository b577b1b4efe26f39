//! basilar scores how a degraded recording sounds against its reference, on the MOS-LQO scale.
#![deny(missing_docs)]

mod error;
mod signal;

pub use error::{Error, Result};
pub use signal::{Channel, Encoding, OpenOptions, RawFormat, Signal, SpeechLevel, Warning};
