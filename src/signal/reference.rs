//! The rule for references: one with a single channel goes with any channel of the degraded recording, as a prompt does
//! with either side of a call.

use std::path::Path;

use super::channel::Channel;
use super::open::{OpenOptions, decode, source};
use super::samples::Signal;
use crate::error::{Error, Result};

impl OpenOptions {
    /// Opens a reference with `open`, which is asked once more where the reference has no such channel but only one.
    ///
    /// # Errors
    /// What `open` says.
    pub fn for_reference<T>(&self, open: impl Fn(&Self) -> Result<T>) -> Result<T> {
        match open(self) {
            Err(Error::NoSuchChannel { channels: 1, .. }) => {
                open(&Self { channel: Channel::Mono, ..*self })
            }
            opened => opened,
        }
    }
}

impl Signal {
    /// Reads a reference as [`open_with`](Self::open_with) does; one with a single channel goes with any choice.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with), but for [`Error::NoSuchChannel`] of a file with one channel.
    pub fn open_reference(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Self> {
        // What can be read only once is kept until it is known how to read it.
        let (name, source) = source(path.as_ref(), options)?;
        options.for_reference(|options| decode(&name, source.clone(), options)?.signal())
    }
}
