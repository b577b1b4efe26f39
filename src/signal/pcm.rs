//! Uncompressed samples on their way from a file, behind any header or without one.

use std::io::Read;

use super::channel::Channel;
use super::decoding::{Blocks, Decoding};
use super::encoding::{Encoding, RawFormat};
use super::extent::Stated;
use super::mixdown::Mixdown;
use super::source::Source;
use super::warning::Warning;
use crate::error::{Error, Result};

/// Bytes that are read and decoded at a time, at least a frame.
const PIECE_BYTES: u64 = 1 << 18;

/// What a header says of the samples behind it.
pub(super) struct Layout {
    /// Samples per second.
    pub sample_rate: u32,
    /// Interleaved channels.
    pub channels: u16,
    /// How each sample is stored.
    pub encoding: Encoding,
    /// The byte of the file at which they start.
    pub start: u64,
    /// How many bytes there are.
    pub stated: Stated,
}

/// Decodes the samples of a file with a header.
pub(super) fn decode(
    name: &str,
    source: Source,
    layout: &Layout,
    mut warnings: Vec<Warning>,
    channel: Channel,
) -> Result<Decoding> {
    let channels = usize::from(layout.channels);
    let mut mixdown = Mixdown::new(name, layout.sample_rate, channels, channel)?;
    let frame_bytes = layout.encoding.bytes() * u64::from(layout.channels);
    let present = source.length().saturating_sub(layout.start);
    let second = (frame_bytes * u64::from(layout.sample_rate)) as f64;
    let bytes = layout.stated.resolve(name, present, frame_bytes, second, &mut warnings)?;
    warnings.into_iter().for_each(|warning| mixdown.notice(warning));
    let section = source.section(layout.start, layout.start + bytes);
    let samples = Samples::new(section, layout.encoding, frame_bytes);
    Ok(Decoding { mixdown, blocks: Box::new(samples) })
}

/// Decodes samples without a header.
pub(super) fn decode_headerless(
    name: &str,
    source: Source,
    format: RawFormat,
    channel: Channel,
) -> Result<Decoding> {
    let mixdown = Mixdown::new(name, format.sample_rate, usize::from(format.channels), channel)?;
    let bytes = source.length();
    let frame_bytes = format.encoding.bytes() * u64::from(format.channels);
    if !bytes.is_multiple_of(frame_bytes) {
        return Err(Error::RawLength { name: name.to_owned(), bytes, frame_bytes });
    }
    let samples = Samples::new(source, format.encoding, frame_bytes);
    Ok(Decoding { mixdown, blocks: Box::new(samples) })
}

/// Samples, a piece at a time.
struct Samples {
    pieces: Pieces,
    encoding: Encoding,
    interleaved: Vec<f32>,
}

impl Samples {
    fn new(source: Source, encoding: Encoding, frame_bytes: u64) -> Self {
        Self { pieces: Pieces::new(source, frame_bytes), encoding, interleaved: Vec::new() }
    }
}

impl Blocks for Samples {
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool> {
        let Some(piece) = self.pieces.next(mixdown.name())? else { return Ok(false) };
        self.interleaved.clear();
        self.encoding.decode(piece, &mut self.interleaved);
        mixdown.take(&self.interleaved);
        Ok(true)
    }

    fn frames(&self) -> Option<u64> {
        Some(self.pieces.units())
    }
}

/// Bytes in pieces of whole units: frames, or blocks of a codec.
pub(super) struct Pieces {
    source: Source,
    left: u64,
    unit: u64,
    piece: Vec<u8>,
}

impl Pieces {
    /// All bytes of `source`; what is left of them when they are no whole number of units is a piece of its own.
    pub fn new(source: Source, unit: u64) -> Self {
        Self { left: source.length(), source, unit, piece: Vec::new() }
    }

    /// Units that are left.
    pub fn units(&self) -> u64 {
        self.left / self.unit
    }

    /// The next piece; none at the end.
    pub fn next(&mut self, name: &str) -> Result<Option<&[u8]>> {
        if self.left == 0 {
            return Ok(None);
        }
        let most = (PIECE_BYTES / self.unit).max(1).saturating_mul(self.unit);
        let whole = self.left - self.left % self.unit;
        let wanted = most.min(if whole > 0 { whole } else { self.left });
        self.piece.clear();
        let read = self.source.by_ref().take(wanted).read_to_end(&mut self.piece);
        if read.map_err(|error| Error::from_io(name, error))? as u64 != wanted {
            return Err(Error::corrupt(name, "the file became shorter while it was read"));
        }
        self.left -= wanted;
        Ok(Some(&self.piece))
    }
}
