//! basilar scores how a degraded recording sounds against its reference, on the MOS-LQO scale.
//!
//! ```
//! use basilar::{Model, Quality, Scorer, Signal};
//!
//! # fn main() -> basilar::Result<()> {
//! let folder = std::path::Path::new("audio-samples/16k/horizons-en");
//! let reference = Signal::open(folder.join("reference.wav"))?;
//! let scorer = Scorer::new(Model::wideband());
//! let prepared = scorer.prepare(&reference)?; // reference-side work, done once
//! for (file, quality) in [("opus-12-kbps.wav", Quality::Good), ("opus-24-kbps.wav", Quality::Excellent)] {
//!     let score = prepared.score(&Signal::open(folder.join(file))?)?;
//!     println!("{file}: {:.2} {}", score.mos_lqo, score.quality);
//!     assert_eq!(score.quality, quality);
//! }
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

// The command line names the library as any program would.
extern crate self as basilar;

pub mod alignment;
pub mod batch;
pub mod cli;
mod dsp;
mod error;
pub mod fullband;
mod model;
mod p862;
pub mod report;
mod scorer;
mod signal;
mod statistics;
pub mod table;
pub mod timeline;
pub mod validation;

#[cfg(feature = "internals")]
#[doc(hidden)]
pub use {fullband::FullbandStages, p862::Stages};

pub use error::{Error, Result};
pub use model::{Band, Model};
pub use scorer::{
    Alignment, Levels, LocalScore, PreparedReference, Quality, Score, Scorer, Timeline, Utterance,
};
pub use signal::{Channel, Encoding, OpenOptions, RawFormat, Signal, SpeechLevel, Stream, Warning};
