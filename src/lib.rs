//! basilar scores how a degraded recording sounds against its reference, on the MOS-LQO scale.
//!
//! ```
//! use basilar::{Model, ServiceBand, Scorer, Signal};
//!
//! # fn main() -> basilar::Result<()> {
//! let folder = std::path::Path::new("audio-samples/16k/horizons-en");
//! let reference = Signal::open(folder.join("reference.wav"))?;
//! let scorer = Scorer::new(Model::wideband());
//! let prepared = scorer.prepare(&reference)?; // reference-side work, done once
//! for (file, quality) in [("opus-12-kbps.wav", ServiceBand::Good), ("opus-24-kbps.wav", ServiceBand::Excellent)] {
//!     let score = prepared.score(&Signal::open(folder.join(file))?)?;
//!     println!("{file}: {:.2} {}", score.mos_lqo, score.quality);
//!     assert_eq!(score.quality, quality);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The feature `cli`, on by default, adds the program and what it stands on: batches of pairs and their tables, reports,
//! validation against votes. Who only scores takes the library with `default-features = false`, and with the feature
//! `formats` if AAC, ALAC, M4A, AIFF or CAF are to be read beside WAV, FLAC, MP3, Ogg Vorbis and Opus.
#![deny(missing_docs)]

// The command line names the library as any program would.
extern crate self as basilar;

pub mod alignment;
#[cfg(feature = "cli")]
pub mod batch;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnosis;
mod dsp;
mod error;
#[cfg(feature = "estimate")]
pub mod estimate;
mod finding;
pub mod fullband;
pub mod long_calls;
mod model;
#[cfg(feature = "network")]
pub mod network;
mod p862;
pub mod parallel;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
pub mod results;
#[cfg(feature = "cli")]
mod rounding;
mod score;
mod scorer;
mod service_band;
mod signal;
pub mod statistics;
#[cfg(feature = "cli")]
pub mod table;
#[cfg(feature = "cli")]
pub mod validation;

#[cfg(feature = "internals")]
#[doc(hidden)]
pub use {fullband::FullbandStages, p862::Stages};

pub use error::{Error, Result};
pub use model::{Band, ChosenModel, GivenModel, Model, ModelChoice};
pub use score::{Alignment, Levels, LocalScore, Recording, Score, Scored, Timeline, Utterance};
pub use scorer::{PreparedReference, Scorer};
pub use service_band::ServiceBand;
pub use signal::{
    AUDIO_EXTENSIONS, Channel, Encoding, LARGEST_SAMPLE, LONGEST_PIPE_SILENCE_S, LONGEST_WHOLE_S,
    MOST_PIPE_BYTES, OpenOptions, RawFormat, SAMPLE_RATES, Signal, SpeechLevel, Stream, Warning,
    is_audio_file,
};
