//! A file of any format on its way to samples: what every decoder provides, and the channel taken from it.

use super::limits::check_whole;
use super::mixdown::Mixdown;
use super::samples::Signal;
use crate::error::Result;

/// A decoder that delivers some frames at a time.
pub(super) trait Blocks: Send {
    /// Decodes the next frames into `mixdown`; `false` when there are none. After an error it is not
    /// asked again.
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool>;

    /// How many frames are left, where the file's size proves it.
    fn frames(&self) -> Option<u64>;

    /// How many frames the header promises in all, where it can be believed.
    fn promised_frames(&self) -> Option<u64> {
        self.frames()
    }
}

/// A decoder, and the channel that is taken from its frames.
pub(super) struct Decoding {
    pub mixdown: Mixdown,
    pub blocks: Box<dyn Blocks>,
}

impl Decoding {
    /// Decodes all of it.
    ///
    /// # Errors
    /// [`Error::TooLong`](crate::Error::TooLong) for a recording that should be decoded as a stream.
    pub(super) fn signal(mut self) -> Result<Signal> {
        let (name, rate) = (self.mixdown.name().to_owned(), self.mixdown.sample_rate());
        check_whole(&name, self.blocks.promised_frames().unwrap_or(0), rate)?;
        self.mixdown.reserve(self.blocks.frames().unwrap_or(0) as usize);
        while self.blocks.next(&mut self.mixdown)? {
            check_whole(&name, self.mixdown.frames(), rate)?;
        }
        self.mixdown.finish()
    }
}
