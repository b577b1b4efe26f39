//! What is told about scores, one file a format; everything is written to what the caller gives.

pub mod comparison;
pub mod json;
pub mod junit;
pub mod long_calls;
pub mod markdown;
pub mod page;
pub mod plot;
pub mod summary;
pub mod text;
pub mod validation;

use crate::error::Result;
use crate::model::Model;
use crate::score::Score;
use crate::signal::Signal;
use serde::Serialize;

/// A recording by its name, and what became of it.
#[derive(Debug)]
pub struct Entry<T> {
    /// The file as it was named; what is not Unicode in it is replaced.
    pub file: String,
    /// What is known of it, or why it cannot be used.
    pub outcome: Result<T>,
}

/// What every usable recording has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recording {
    /// Samples per second, in Hz.
    pub sample_rate: u32,
    /// Length in seconds.
    pub duration_s: f64,
}

impl From<&Signal> for Recording {
    fn from(signal: &Signal) -> Self {
        Self { sample_rate: signal.sample_rate(), duration_s: signal.duration_s() }
    }
}

/// The model of a comparison.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The model.
    pub model: Model,
    /// Whether the reference's sample rate decided.
    pub automatic: bool,
}

/// A degraded recording with its score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scored {
    /// The degraded recording.
    #[serde(flatten)]
    pub recording: Recording,
    /// Its score.
    #[serde(flatten)]
    pub score: Score,
}

/// A text as one line for a terminal: a file's name may hold line breaks and escape sequences.
pub fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
