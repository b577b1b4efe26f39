//! A file of any format on its way to samples: all of them at once, or as a stream.

use std::path::Path;

use super::mixdown::Mixdown;
use super::{OpenOptions, Signal, Warning, open};
use crate::error::Result;

/// A decoder that delivers some frames at a time.
pub(super) trait Blocks: Send {
    /// Decodes the next frames into `mixdown`; `false` when there are none. After an error it is not asked again.
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool>;

    /// How many frames are left, where the file's size proves it.
    fn frames(&self) -> Option<u64>;
}

/// A decoder, and the channel that is taken from its frames.
pub(super) struct Decoding {
    pub mixdown: Mixdown,
    pub blocks: Box<dyn Blocks>,
}

impl Decoding {
    /// Decodes all of it.
    pub(super) fn signal(mut self) -> Result<Signal> {
        self.mixdown.reserve(self.blocks.frames().unwrap_or(0) as usize);
        while self.blocks.next(&mut self.mixdown)? {}
        self.mixdown.finish()
    }
}

/// One channel of a file that is decoded as it is read, for recordings that are too long for the memory.
pub struct Stream(Decoding);

impl Stream {
    /// Opens an audio file.
    ///
    /// # Errors
    /// As [`Signal::open_with`]. What is wrong further on is told by [`read`](Self::read).
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        Ok(Self(open::open_file(path, options)?))
    }

    /// Samples per second.
    pub fn sample_rate(&self) -> u32 {
        self.0.mixdown.sample_rate()
    }

    /// What is to be noticed about the file before its samples are read.
    pub fn warning(&self) -> Option<Warning> {
        self.0.mixdown.warning()
    }

    /// Adds the next samples to the end of `samples`; `false` at the end of the file.
    ///
    /// # Errors
    /// Whatever of [`Error`](crate::Error) is wrong with the samples, truncation not before the end.
    pub fn read(&mut self, samples: &mut Vec<f32>) -> Result<bool> {
        let more = self.0.blocks.next(&mut self.0.mixdown)?;
        self.0.mixdown.drain(samples)?;
        Ok(more)
    }
}
