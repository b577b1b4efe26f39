//! A recording that is decoded while it is read, for those that are too long for the memory.

use std::path::Path;

use super::decoding::Decoding;
use super::limits::MOST_SECONDS_PER_BYTE;
use super::open::{OpenOptions, decode, source};
use super::warning::Warning;
use crate::error::{Error, Result};

/// One channel of a file, decoded a block at a time.
pub struct Stream {
    decoding: Decoding,
    /// Frames that the file's size allows for.
    most_frames: u64,
}

impl Stream {
    /// Opens an audio file.
    ///
    /// # Errors
    /// As [`Signal::open_with`](crate::Signal::open_with). What is wrong further on in the file is an error of
    /// [`read`](Self::read).
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        let (name, source) = source(path, options)?;
        let bytes = source.length();
        let decoding = decode(&name, source, options)?;
        let rate = u64::from(decoding.mixdown.sample_rate());
        let most_frames = bytes.saturating_mul(MOST_SECONDS_PER_BYTE).saturating_mul(rate);
        Ok(Self { decoding, most_frames })
    }

    /// The file, or what messages call it.
    pub(crate) fn name(&self) -> &str {
        self.decoding.mixdown.name()
    }

    /// Samples per second.
    pub fn sample_rate(&self) -> u32 {
        self.decoding.mixdown.sample_rate()
    }

    /// What was noticed about the file so far; all of it once [`read`](Self::read) has come to the end.
    pub fn warnings(&self) -> &[Warning] {
        self.decoding.mixdown.noticed()
    }

    /// Adds the next samples to the end of `samples`; `false` at the end of the file.
    ///
    /// # Errors
    /// Any [`Error`] about the samples; that the file is truncated or its mix silent only turns out at its end.
    pub fn read(&mut self, samples: &mut Vec<f32>) -> Result<bool> {
        let Decoding { mixdown, blocks } = &mut self.decoding;
        let more = blocks.next(mixdown)?;
        mixdown.drain(samples)?;
        if mixdown.frames() > self.most_frames {
            return Err(Error::corrupt(mixdown.name(), "it decodes to more than its size allows"));
        }
        if !more {
            mixdown.check_mix()?;
        }
        Ok(more)
    }
}
