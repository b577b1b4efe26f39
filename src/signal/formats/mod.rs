//! The file formats, each recognised by its first bytes.

mod aiff;
mod au;
mod blocks;
mod caf;
mod chunks;
mod container;
mod flac;
mod mp4;
mod mpeg;
mod sphere;
mod tags;
mod unsupported;
mod wav;

use super::channel::Channel;
use super::decoding::Decoding;
use super::source::Source;
use super::warning::Warning;
use crate::error::{Error, Result};

/// Bytes that are enough to tell any format; the longest mark is the GUID of Wave64 behind another.
pub const HEAD_BYTES: usize = 64;

/// How the samples behind a format's header are reached.
type Decode = fn(&str, Source, Channel) -> Result<Decoding>;

/// Whether a format's mark is in the first bytes.
type Recognises = fn(&[u8]) -> bool;

/// Each format with the test of its first bytes.
const FORMATS: [(Recognises, Decode); 9] = [
    (wav::recognises, wav::decode),
    (aiff::recognises, aiff::decode),
    (au::recognises, au::decode),
    (sphere::recognises, sphere::decode),
    (caf::recognises, caf::decode),
    (mpeg::recognises, container::decode_mpeg),
    (mp4::recognises, mp4::decode),
    (flac::recognises, flac::decode),
    (container::recognises, container::decode),
];

/// A file's format, and where in it the format's first byte is.
pub struct Found {
    decode: Decode,
    source: Source,
    warnings: Vec<Warning>,
}

impl Found {
    /// Begins to decode.
    ///
    /// # Errors
    /// Whatever of [`Error`] is wrong with the header.
    pub fn decode(self, name: &str, channel: Channel) -> Result<Decoding> {
        let mut decoding = (self.decode)(name, self.source, channel)?;
        self.warnings.into_iter().for_each(|warning| decoding.mixdown.notice(warning));
        Ok(decoding)
    }
}

/// The format of a file, by its content; none where nothing is recognised.
///
/// # Errors
/// [`Error::UnsupportedCoding`] for formats that are known but not decoded.
pub fn find(name: &str, source: &Source) -> Result<Option<Found>> {
    let unreadable = |error| Error::from_io(name, error);
    let start = tags::behind_leading(source).map_err(unreadable)?;
    let end = tags::before_trailing(source, start).map_err(unreadable)?;
    let head = source.read_at(start, HEAD_BYTES).map_err(unreadable)?;
    if let Some(coding) = unsupported::coding(&head) {
        return Err(Error::UnsupportedCoding { name: name.to_owned(), coding: coding.to_owned() });
    }
    if let Some(&(_, decode)) = FORMATS.iter().find(|(recognises, _)| recognises(&head)) {
        // MPEG audio and FLAC are tagged so by custom.
        let is_tagged = start > 0 && !mpeg::recognises(&head) && !flac::recognises(&head);
        let warnings = is_tagged.then_some(Warning::BytesBefore { bytes: start });
        let (source, warnings) = (source.section(start, end), warnings.into_iter().collect());
        return Ok(Some(Found { decode, source, warnings }));
    }
    let source = source.section(start, end);
    let Some(first_frame) = mpeg::first_frame(&source).map_err(unreadable)? else {
        return Ok(None);
    };
    let source = source.section(first_frame, u64::MAX);
    let warnings = vec![Warning::BytesBefore { bytes: start + first_frame }];
    Ok(Some(Found { decode: container::decode_mpeg, source, warnings }))
}
