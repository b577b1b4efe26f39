//! A long recording after the first pass over it.

use super::outline::{FRAMES_PER_S, Outline};
use crate::error::{Error, Result};
use crate::score::Recording;
use crate::signal::{OpenOptions, Signal, Stream};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

/// A recording of any length that was read once, and of which little is kept; it can be read again.
pub struct Survey {
    path: PathBuf,
    options: OpenOptions,
    pub(super) outline: Outline,
}

impl Survey {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`Signal::open_with`], and for what is no file and so cannot be read twice.
    pub fn of(path: &Path, options: &OpenOptions) -> Result<Self> {
        let other = |found: Metadata| !found.is_file() && !found.is_dir();
        if path == Path::new("-") || path.metadata().is_ok_and(other) {
            return Err(Error::NotAFile { name: path.display().to_string() });
        }
        let stream = Stream::open(path, options)?;
        Ok(Self { path: path.to_owned(), options: *options, outline: Outline::of(stream)? })
    }

    /// Samples per second, in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.outline.sample_rate
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.outline.samples as f64 / f64::from(self.outline.sample_rate)
    }

    /// Rate and length.
    pub fn recording(&self) -> Recording {
        Recording::new(self.sample_rate(), self.duration_s())
    }

    /// How many values of four bytes are kept of the recording.
    #[cfg(feature = "cli")]
    pub(crate) fn kept_values(&self) -> usize {
        self.outline.powers.len() * (1 + super::outline::BANDS)
    }

    /// The file.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The first sample of a frame of the outline, within the recording.
    pub(super) fn sample(&self, frame: i64) -> usize {
        let sample = frame * i64::from(self.outline.sample_rate) / FRAMES_PER_S as i64;
        sample.clamp(0, self.outline.samples as i64) as usize
    }

    /// What was noticed about the file.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let name = self.name();
        self.outline.warnings.iter().map(move |warning| format!("{name}: {warning}"))
    }

    pub(super) fn stream(&self) -> Result<Stream> {
        Stream::open(&self.path, &self.options)
    }

    /// A part of the recording as a signal.
    pub(super) fn signal(&self, samples: Vec<f32>) -> Signal {
        Signal::inspected(self.name(), samples, self.outline.sample_rate)
    }
}
