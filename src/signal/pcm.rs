//! Plain samples without compression: headerless files, and the WAV codings that hound leaves out.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::str::FromStr;

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder};
use symphonia::core::io::MediaSource;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::PcmDecoder;

use super::Channel;
use super::decoding::{Blocks, Decoding};
use super::mixdown::Mixdown;
use crate::error::{Error, Result};

/// Bytes that are read and decoded at a time, at least a frame.
const PIECE_BYTES: u64 = 1 << 18;

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// 8-bit signed.
    S8,
    /// 8-bit unsigned.
    U8,
    /// 16-bit signed, little-endian.
    S16Le,
    /// 16-bit signed, big-endian.
    S16Be,
    /// 24-bit signed, little-endian.
    S24Le,
    /// 24-bit signed, big-endian.
    S24Be,
    /// 32-bit signed, little-endian.
    S32Le,
    /// 32-bit signed, big-endian.
    S32Be,
    /// 32-bit float, little-endian.
    F32Le,
    /// 32-bit float, big-endian.
    F32Be,
    /// 64-bit float, little-endian.
    F64Le,
    /// 64-bit float, big-endian.
    F64Be,
    /// G.711 A-law.
    ALaw,
    /// G.711 µ-law.
    MuLaw,
}

/// Every encoding with its name, its decoder and its bytes in a sample, in the order declared.
const ENCODINGS: [(Encoding, &str, AudioCodecId, u64); 14] = [
    (Encoding::S8, "s8", CODEC_ID_PCM_S8, 1),
    (Encoding::U8, "u8", CODEC_ID_PCM_U8, 1),
    (Encoding::S16Le, "s16le", CODEC_ID_PCM_S16LE, 2),
    (Encoding::S16Be, "s16be", CODEC_ID_PCM_S16BE, 2),
    (Encoding::S24Le, "s24le", CODEC_ID_PCM_S24LE, 3),
    (Encoding::S24Be, "s24be", CODEC_ID_PCM_S24BE, 3),
    (Encoding::S32Le, "s32le", CODEC_ID_PCM_S32LE, 4),
    (Encoding::S32Be, "s32be", CODEC_ID_PCM_S32BE, 4),
    (Encoding::F32Le, "f32le", CODEC_ID_PCM_F32LE, 4),
    (Encoding::F32Be, "f32be", CODEC_ID_PCM_F32BE, 4),
    (Encoding::F64Le, "f64le", CODEC_ID_PCM_F64LE, 8),
    (Encoding::F64Be, "f64be", CODEC_ID_PCM_F64BE, 8),
    (Encoding::ALaw, "alaw", CODEC_ID_PCM_ALAW, 1),
    (Encoding::MuLaw, "mulaw", CODEC_ID_PCM_MULAW, 1),
];

impl Encoding {
    /// The names of all encodings, as they are parsed and displayed.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ENCODINGS.iter().map(|&(_, name, _, _)| name)
    }

    fn codec(self) -> AudioCodecId {
        ENCODINGS[self as usize].2
    }

    fn bytes(self) -> u64 {
        ENCODINGS[self as usize].3
    }
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = ENCODINGS.iter().find(|(_, name, _, _)| *name == word);
        found.map(|&(encoding, ..)| encoding).ok_or_else(|| Error::InvalidEncoding {
            word: word.to_owned(),
            known: Self::names().collect::<Vec<_>>().join(", "),
        })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(ENCODINGS[*self as usize].1)
    }
}

/// The layout of headerless samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawFormat {
    /// Samples per second.
    pub sample_rate: u32,
    /// How each sample is stored.
    pub encoding: Encoding,
    /// Interleaved channels.
    pub channels: u16,
}

pub(super) fn decode_headerless(
    name: &str,
    mut source: Box<dyn MediaSource>,
    format: RawFormat,
    channel: Channel,
) -> Result<Decoding> {
    let mixdown = Mixdown::new(name, format.sample_rate, usize::from(format.channels), channel)?;
    let bytes = length(name, &mut source)?;
    let frame_bytes = format.encoding.bytes() * u64::from(format.channels);
    if bytes % frame_bytes != 0 {
        return Err(Error::RawLength { name: name.to_owned(), bytes, frame_bytes });
    }
    let blocks = Samples::new(source, bytes, format.encoding, &mixdown)?;
    Ok(Decoding { mixdown, blocks: Box::new(blocks) })
}

/// The bytes in the source; it then stands at its start.
pub(super) fn length(name: &str, source: &mut impl Seek) -> Result<u64> {
    let measured = source.seek(SeekFrom::End(0));
    let length = measured.and_then(|length| source.rewind().map(|()| length));
    length.map_err(|error| Error::from_io(name, error))
}

/// Plain samples, a piece at a time.
pub(super) struct Samples {
    pieces: Pieces,
    decoder: PcmDecoder,
    interleaved: Vec<f32>,
}

impl Samples {
    /// Decodes `bytes`, a whole number of frames, from where the source stands.
    pub(super) fn new(
        source: Box<dyn MediaSource>,
        bytes: u64,
        encoding: Encoding,
        mixdown: &Mixdown,
    ) -> Result<Self> {
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(encoding.codec())
            .with_sample_rate(mixdown.sample_rate())
            .with_channels(Channels::Discrete(mixdown.channels() as u16));
        let decoder = PcmDecoder::try_new(&parameters, &Default::default())
            .map_err(|error| Error::corrupt(mixdown.name(), error))?;
        let frame_bytes = encoding.bytes() * mixdown.channels() as u64;
        let pieces = Pieces::new(source, bytes, frame_bytes);
        Ok(Self { pieces, decoder, interleaved: Vec::new() })
    }
}

impl Blocks for Samples {
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool> {
        let Some(piece) = self.pieces.next(mixdown.name())? else { return Ok(false) };
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, piece);
        let decoded = self.decoder.decode_ref(&packet);
        let decoded = decoded.map_err(|error| Error::corrupt(mixdown.name(), error))?;
        decoded.copy_to_vec_interleaved::<f32>(&mut self.interleaved);
        mixdown.take(&self.interleaved);
        Ok(true)
    }

    fn frames(&self) -> Option<u64> {
        Some(self.pieces.frames())
    }
}

/// Bytes in pieces of whole frames.
pub(super) struct Pieces {
    source: Box<dyn MediaSource>,
    bytes: u64,
    frame_bytes: u64,
    piece: Vec<u8>,
}

impl Pieces {
    /// The next `bytes`, a whole number of frames, from where the source stands.
    pub(super) fn new(source: Box<dyn MediaSource>, bytes: u64, frame_bytes: u64) -> Self {
        Self { source, bytes, frame_bytes, piece: Vec::new() }
    }

    /// Frames that are left.
    pub(super) fn frames(&self) -> u64 {
        self.bytes / self.frame_bytes
    }

    pub(super) fn next(&mut self, name: &str) -> Result<Option<&[u8]>> {
        if self.bytes == 0 {
            return Ok(None);
        }
        let frames = (PIECE_BYTES / self.frame_bytes).max(1);
        let wanted = frames.saturating_mul(self.frame_bytes).min(self.bytes);
        self.piece.clear();
        let read = self.source.by_ref().take(wanted).read_to_end(&mut self.piece);
        if read.map_err(|error| Error::from_io(name, error))? as u64 != wanted {
            return Err(Error::corrupt(name, "the file became shorter while it was read"));
        }
        self.bytes -= wanted;
        Ok(Some(&self.piece))
    }
}
