//! The rule for references: one with a single channel goes with any channel of the degraded recording, as a prompt does
//! with either side of a call.

use super::{Channel, OpenOptions, Signal};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

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
        let path = path.as_ref();
        let (name, mut bytes) = (path.display().to_string(), Vec::new());
        let unreadable = |error| Error::from_io(&name, error);
        // What can be read only once is kept until it is known how to read it.
        if path == Path::new("-") {
            io::stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
            return options
                .for_reference(|options| Self::read(&bytes[..], "standard input", options));
        }
        if path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            let file = File::open(path).map_err(unreadable);
            file.and_then(|mut file| file.read_to_end(&mut bytes).map_err(unreadable))?;
            return options.for_reference(|options| Self::read(&bytes[..], &name, options));
        }
        options.for_reference(|options| Self::open_with(path, options))
    }
}
