//! The one door to files that are read to their end, or more than once: what is no file, and so may never end, is refused.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::path::Path;

/// Opens a file.
///
/// # Errors
/// [`Error::NotAFile`] for a pipe or a device, and what the operating system says.
pub(crate) fn open(path: &Path) -> Result<File> {
    let name = || path.display().to_string();
    let unreadable = |error| Error::from_io(&name(), error);
    // Asked before opening, because that waits for a pipe's other end.
    let found = fs::metadata(path).map_err(unreadable)?;
    if found.is_dir() {
        return Err(Error::IsDirectory { name: name() });
    }
    if !found.is_file() {
        return Err(Error::NotAFile { name: name() });
    }
    File::open(path).map_err(unreadable)
}

/// All the text of a file that has no more than so many bytes.
///
/// # Errors
/// As [`open`], and [`Error::TooLarge`].
pub(crate) fn text(path: &Path, most: u64) -> Result<String> {
    let name = path.display().to_string();
    let file = open(path)?;
    let unreadable = |error| Error::from_io(&name, error);
    let bytes = file.metadata().map_err(unreadable)?.len();
    if bytes > most {
        return Err(Error::TooLarge { name, bytes, most });
    }
    std::io::read_to_string(file).map_err(unreadable)
}
