//! A file, a pipe or standard input becomes a signal; the content decides the format.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::audio_files::is_audio_file;
use super::channel::Channel;
use super::decoding::Decoding;
use super::encoding::RawFormat;
use super::formats;
use super::limits::{LONGEST_PIPE_SILENCE_S, MOST_PIPE_BYTES};
use super::pcm;
use super::pipe::Pipe;
use super::samples::Signal;
use super::source::Source;
use crate::error::{Error, Result};

/// Bytes of a pipe that show whether any format is recognised, however many zeros come first.
const SAMPLE_BYTES: u64 = 1 << 21;

/// How to read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// The channel to take.
    pub channel: Channel,
    /// The layout of headerless samples. A file whose name [is that of an audio file](crate::is_audio_file) is read by
    /// its header if it has one.
    pub raw: Option<RawFormat>,
}

impl Signal {
    /// Reads an audio file; `-` is standard input.
    ///
    /// # Errors
    /// Any [`Error`] about a file, from [`Error::NotFound`] to [`Error::NotFinite`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, &OpenOptions::default())
    }

    /// Reads an audio file with a choice of channel, or headerless samples; `-` is standard input.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::NoSuchChannel`] or [`Error::RawLength`] where the options do not fit the file.
    pub fn open_with(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Self> {
        let (name, source) = source(path.as_ref(), options)?;
        decode(&name, source, options)?.signal()
    }

    /// Reads audio from anything, to its end; `name` is how messages call it.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with), and [`Error::PipeTooLong`] for more than 1 GiB.
    pub fn read(mut reader: impl Read, name: &str, options: &OpenOptions) -> Result<Self> {
        let source = read_whole(&mut reader, name, options)?;
        decode(name, source, options)?.signal()
    }
}

/// What messages call a recording, and its bytes; those of a pipe are read to their end first.
pub(super) fn source(path: &Path, options: &OpenOptions) -> Result<(String, Source)> {
    if path == Path::new("-") {
        let name = "standard input";
        return Ok((name.to_owned(), read_whole(&mut io::stdin().lock(), name, options)?));
    }
    let name = path.display().to_string();
    let unreadable = |error| Error::from_io(&name, error);
    // Asked before opening, because Windows calls a directory a file without permission, and pipes may block.
    let metadata = path.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Error::IsDirectory { name });
    }
    let source = match metadata.is_file() {
        true => File::open(path).and_then(Source::new).map_err(unreadable)?,
        false => read_whole(&mut Pipe::open(path), &name, options)?,
    };
    Ok((name, source))
}

/// Reads all of something that cannot be read twice, unless its start shows that it is nothing to read.
fn read_whole(reader: &mut impl Read, name: &str, options: &OpenOptions) -> Result<Source> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::TimedOut => {
            let silence_s = LONGEST_PIPE_SILENCE_S;
            Error::SilentPipe { name: name.to_owned(), silence_s }
        }
        _ => Error::from_io(name, error),
    };
    let mut bytes = Vec::new();
    reader.take(SAMPLE_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 == SAMPLE_BYTES && options.raw.is_none() {
        let start = Source::new(Cursor::new(bytes.clone())).map_err(unreadable)?;
        if formats::find(name, &start)?.is_none() {
            return Err(Error::UnknownFormat { name: name.to_owned() });
        }
    }
    reader.take(MOST_PIPE_BYTES + 1 - SAMPLE_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_PIPE_BYTES {
        return Err(Error::PipeTooLong { name: name.to_owned(), most_bytes: MOST_PIPE_BYTES });
    }
    Source::new(Cursor::new(bytes)).map_err(unreadable)
}

/// Begins to decode, by the content and, for headerless samples, by the options.
pub(super) fn decode(name: &str, source: Source, options: &OpenOptions) -> Result<Decoding> {
    if source.length() == 0 {
        return Err(Error::Empty { name: name.to_owned() });
    }
    let Some(raw) = options.raw else {
        let found = formats::find(name, &source)?;
        let found = found.ok_or_else(|| Error::UnknownFormat { name: name.to_owned() })?;
        return found.decode(name, options.channel);
    };
    if is_audio_file(name)
        && let Some(found) = formats::find(name, &source)?
    {
        return found.decode(name, options.channel);
    }
    pcm::decode_headerless(name, source, raw, options.channel)
}
