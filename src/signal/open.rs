//! A file, a pipe or standard input becomes a signal; the content decides the format.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use symphonia::core::io::MediaSource;

use super::decoding::Decoding;
use super::{Channel, RawFormat, Signal, container, pcm, wav};
use crate::error::{Error, Result};

/// How to read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// The channel to take.
    pub channel: Channel,
    /// The layout of headerless samples; `None` for a file that says itself what it is.
    pub raw: Option<RawFormat>,
}

impl Signal {
    /// Reads an audio file; `-` is standard input.
    ///
    /// # Errors
    /// Whatever of [`Error`] is wrong with the file, from [`Error::NotFound`] to
    /// [`Error::NotFinite`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, &OpenOptions::default())
    }

    /// Reads an audio file with a choice of channel, or headerless samples; `-` is standard input.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::NoSuchChannel`] or [`Error::RawLength`] where the
    /// options do not fit the file.
    pub fn open_with(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Self> {
        let path = path.as_ref();
        if path == Path::new("-") {
            return Self::read(io::stdin().lock(), "standard input", options);
        }
        open_file(path, options)?.signal()
    }

    /// Reads audio from anything, to its end; `name` is how messages call it.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with).
    pub fn read(mut reader: impl Read, name: &str, options: &OpenOptions) -> Result<Self> {
        read_whole(&mut reader, name, options)?.signal()
    }
}

/// Opens a file for decoding; a pipe is read to its end first.
pub(super) fn open_file(path: &Path, options: &OpenOptions) -> Result<Decoding> {
    let name = path.display().to_string();
    // Asked before opening, because Windows calls a directory a file without permission.
    let metadata = path.metadata().map_err(|error| Error::from_io(&name, error))?;
    if metadata.is_dir() {
        return Err(Error::IsDirectory { name });
    }
    let mut file = File::open(path).map_err(|error| Error::from_io(&name, error))?;
    if metadata.is_file() {
        decode(&name, Box::new(file), options)
    } else {
        read_whole(&mut file, &name, options)
    }
}

fn read_whole(reader: &mut impl Read, name: &str, options: &OpenOptions) -> Result<Decoding> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|error| Error::from_io(name, error))?;
    decode(name, Box::new(Cursor::new(bytes)), options)
}

fn decode(name: &str, mut source: Box<dyn MediaSource>, options: &OpenOptions) -> Result<Decoding> {
    let unreadable = |error| Error::from_io(name, error);
    let mut head = Vec::new();
    source.by_ref().take(12).read_to_end(&mut head).map_err(unreadable)?;
    source.rewind().map_err(unreadable)?;
    if head.is_empty() {
        return Err(Error::Empty { name: name.to_owned() });
    }
    if let Some(format) = options.raw {
        pcm::decode_headerless(name, source, format, options.channel)
    } else if wav::recognises(&head) {
        wav::decode(name, source, options.channel)
    } else if container::recognises(&head) {
        container::decode(name, source, options.channel)
    } else {
        Err(Error::UnknownFormat { name: name.to_owned() })
    }
}
