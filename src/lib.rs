//! basilar scores how a degraded recording sounds against its reference, on the MOS-LQO scale.
//!
//! ```no_run
//! use basilar::{Model, Scorer, Signal};
//!
//! # fn main() -> basilar::Result<()> {
//! let reference = Signal::open("reference.wav")?;
//! let scorer = Scorer::new(Model::wideband());
//! let prepared = scorer.prepare(&reference)?; // reference-side work, done once
//! for path in ["opus12.wav", "opus24.wav"] {
//!     let score = prepared.score(&Signal::open(path)?)?;
//!     println!("{path}: {:.2}", score.mos_lqo);
//! }
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod dsp;
mod error;
pub mod fullband;
mod model;
mod p862;
mod scorer;
mod signal;

pub use error::{Error, Result};
pub use model::{Band, Model};
pub use scorer::{
    Alignment, Levels, LocalScore, PreparedReference, Quality, Score, Scorer, Timeline, Utterance,
};
pub use signal::{Channel, Encoding, OpenOptions, RawFormat, Signal, SpeechLevel, Warning};
