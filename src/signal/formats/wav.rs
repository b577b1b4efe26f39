//! WAV files: RIFF, RIFX, RF64, BW64 and Wave64, with the codings that recorders and telephone systems put into them.

use super::chunks::{Chunk, Chunking, Chunks};
use super::{blocks, container};
use crate::error::{Error, Result};
use crate::signal::channel::Channel;
use crate::signal::codecs::BlockCodec;
use crate::signal::decoding::Decoding;
use crate::signal::encoding::Encoding;
use crate::signal::extent::Stated;
use crate::signal::pcm::{self, Layout};
use crate::signal::source::Source;
use crate::signal::warning::Warning;

const PCM: u16 = 0x0001;
const MS_ADPCM: u16 = 0x0002;
const IEEE_FLOAT: u16 = 0x0003;
const ALAW: u16 = 0x0006;
const MULAW: u16 = 0x0007;
const IMA_ADPCM: u16 = 0x0011;
const GSM: u16 = 0x0031;
const MP3: u16 = 0x0055;
/// G.722 as ffmpeg and as older telephone systems number it.
const G722_TAGS: [u16; 2] = [0x028f, 0x0065];
const EXTENSIBLE: u16 = 0xfffe;

/// Codings that are not decoded, by their registered tags (RFC 2361 and later).
const NAMES: [(u16, &str); 20] = [
    (0x0014, "G.723 ADPCM"),
    (0x0017, "OKI (Dialogic) ADPCM"),
    (0x0020, "Yamaha ADPCM"),
    (0x0022, "TrueSpeech"),
    (0x0040, "G.721 ADPCM"),
    (0x0042, "G.723.1"),
    (0x0045, "G.726 ADPCM"),
    (0x0050, "MPEG layer II"),
    (0x0057, "AMR"),
    (0x0064, "G.726 ADPCM"),
    (0x0083, "G.729"),
    (0x0092, "AC-3"),
    (0x00ff, "AAC"),
    (0x0161, "Windows Media Audio"),
    (0x1610, "AAC"),
    (0x2000, "AC-3"),
    (0x7a21, "AMR"),
    (0xa109, "Speex"),
    (0xa10c, "Ogg Vorbis"),
    (0xf1ac, "FLAC"),
];

/// The first bytes of the GUIDs that Wave64 has in the place of "riff" and "wave".
const WAVE64_RIFF: &[u8] = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
const WAVE64_WAVE: &[u8] = b"wave\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

/// Whether the first bytes are those of a WAV file, of any size and byte order.
pub fn recognises(head: &[u8]) -> bool {
    is_wave64(head)
        || ([&b"RIFF"[..], b"RIFX", b"RF64", b"BW64"].iter().any(|id| head.starts_with(id))
            && head.get(8..12) == Some(b"WAVE"))
}

fn is_wave64(head: &[u8]) -> bool {
    head.starts_with(WAVE64_RIFF) && head.get(24..40) == Some(WAVE64_WAVE)
}

/// Begins to decode.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    let header = Header::read(name, &source)?;
    let Format { tag, channels, sample_rate, .. } = header.format;
    let (start, stated) = (header.start, header.stated);
    let mut warnings = Vec::new();
    if let Some(encoding) = header.format.encoding(header.big_endian, &mut warnings) {
        let layout = Layout { sample_rate, channels, encoding, start, stated };
        return pcm::decode(name, source, &layout, warnings, channel);
    }
    let codec = match tag {
        IMA_ADPCM => BlockCodec::Ima,
        MS_ADPCM => BlockCodec::MicrosoftAdpcm,
        GSM => BlockCodec::Gsm,
        tag if G722_TAGS.contains(&tag) => BlockCodec::G722,
        MP3 => {
            let end = match stated {
                Stated::Bytes(bytes) => start.saturating_add(bytes),
                Stated::Open => u64::MAX,
            };
            return container::decode_mpeg(name, source.section(start, end), channel);
        }
        _ => return Err(header.format.unsupported(name)),
    };
    // Writers disagree whether `fact` counts samples of G.722 or its bytes.
    let frames = header.frames.filter(|_| codec != BlockCodec::G722);
    let block_bytes = u64::from(header.format.frame_bytes);
    let blocks = blocks::Header { sample_rate, channels, block_bytes, start, stated, frames };
    blocks::decode(name, source, codec, &blocks, channel)
}

/// What the `fmt ` chunk says.
struct Format {
    /// The coding; for WAVE_FORMAT_EXTENSIBLE that of its sub-format.
    tag: u16,
    channels: u16,
    sample_rate: u32,
    frame_bytes: u16,
    bits_per_sample: u16,
}

impl Format {
    fn parse(chunk: &Chunk, big_endian: bool) -> Option<Self> {
        let two = |at| chunk.two(at).map(|bytes| order(u16::from_le_bytes(bytes), big_endian));
        let rate = u32::from_le_bytes(chunk.four(4)?);
        // An extensible format names its coding in the first bytes of a GUID at 24.
        let tag = match two(0)? {
            EXTENSIBLE => two(24)?,
            tag => tag,
        };
        Some(Self {
            tag,
            channels: two(2)?,
            sample_rate: if big_endian { rate.swap_bytes() } else { rate },
            frame_bytes: two(12)?,
            // The first version of the format had none.
            bits_per_sample: two(14).unwrap_or(0),
        })
    }

    /// How uncompressed samples are stored; none for other codings.
    fn encoding(&self, big_endian: bool, warnings: &mut Vec<Warning>) -> Option<Encoding> {
        match self.tag {
            PCM | IEEE_FLOAT => {}
            ALAW => return Some(Encoding::ALaw),
            MULAW => return Some(Encoding::MuLaw),
            _ => return None,
        }
        let stored = self.sample_bytes();
        let bytes = match (self.bits_per_sample.div_ceil(8), stored) {
            (0, stored) => stored?,
            // Samples of fewer valid bits are the highest bits of what is stored; 24 of 32 are common.
            (3, Some(4)) => 4,
            (bytes, Some(stored)) if bytes == stored => bytes,
            (bytes, _) => {
                warnings.push(Warning::BlockAlign);
                bytes
            }
        };
        match (self.tag, bytes) {
            (IEEE_FLOAT, bytes) => Encoding::float(bytes, big_endian),
            (_, 1) => Some(Encoding::U8),
            (_, bytes) => Encoding::signed(bytes, big_endian),
        }
    }

    /// Bytes that a sample takes by the size of a frame.
    fn sample_bytes(&self) -> Option<u16> {
        let divides = self.channels > 0 && self.frame_bytes.is_multiple_of(self.channels);
        (divides && self.frame_bytes > 0).then(|| self.frame_bytes / self.channels)
    }

    fn unsupported(&self, name: &str) -> Error {
        let coding = match NAMES.iter().find(|(tag, _)| *tag == self.tag) {
            _ if self.channels == 0 => return Error::ZeroChannels { name: name.to_owned() },
            Some((_, coding)) => format!("{coding} in WAV"),
            None if [PCM, IEEE_FLOAT].contains(&self.tag) => {
                format!("WAV with {} bits per sample", self.bits_per_sample)
            }
            None => format!("WAV coding {:#06x} with {} channels", self.tag, self.channels),
        };
        Error::UnsupportedCoding { name: name.to_owned(), coding }
    }
}

fn order(value: u16, big_endian: bool) -> u16 {
    if big_endian { value.swap_bytes() } else { value }
}

/// What stands before the samples.
struct Header {
    format: Format,
    big_endian: bool,
    /// The byte of the file at which the samples start.
    start: u64,
    stated: Stated,
    /// The number of frames in the `fact` chunk.
    frames: Option<u64>,
}

impl Header {
    /// Walks the chunks up to the samples.
    fn read(name: &str, source: &Source) -> Result<Self> {
        let head = source.read_at(0, 40).map_err(|error| Error::from_io(name, error))?;
        let (chunking, first) = match () {
            () if is_wave64(&head) => (Chunking::Wave64, 40),
            () if head.starts_with(b"RIFX") => (Chunking::BigEndian, 12),
            () => (Chunking::Riff, 12),
        };
        let big_endian = chunking == Chunking::BigEndian;
        let (mut format, mut long_size, mut frames) = (None, None, None);
        let mut chunks = Chunks::new(name, source, chunking, first);
        while let Some(chunk) = chunks.next()? {
            match &chunk.id {
                b"fmt " => format = Format::parse(&chunk, big_endian),
                b"ds64" => long_size = chunk.eight(8).map(u64::from_le_bytes),
                b"fact" => {
                    frames = chunk.four(0).map(u32::from_le_bytes).filter(|&frames| frames > 0)
                }
                b"data" => {
                    let format = format.ok_or_else(|| {
                        Error::corrupt(name, "no usable fmt chunk before the data")
                    })?;
                    let stated = stated(name, source, &chunk, chunking, long_size)?;
                    let frames = frames.filter(|_| !big_endian).map(u64::from);
                    return Ok(Self { format, big_endian, start: chunk.start, stated, frames });
                }
                _ => {}
            }
        }
        Err(Error::corrupt(name, "the header has no data chunk"))
    }
}

/// What the size of the data chunk says.
fn stated(
    name: &str,
    source: &Source,
    data: &Chunk,
    chunking: Chunking,
    long_size: Option<u64>,
) -> Result<Stated> {
    let present = source.length().saturating_sub(data.start);
    let stated = match (u32::try_from(data.size), long_size) {
        (Ok(u32::MAX), Some(bytes)) if bytes > 0 => Stated::from_u64(bytes),
        (Ok(size), _) if chunking != Chunking::Wave64 => Stated::from_u32(size),
        _ => Stated::from_u64(data.size),
    };
    Ok(match stated {
        // A size that fits is one, and nothing behind a size of zero means that there is nothing.
        Stated::Open if data.size <= present => Stated::Bytes(data.size),
        Stated::Bytes(0) if present > 0 && !chunks_follow(name, source, data, chunking)? => {
            Stated::Open
        }
        stated => stated,
    })
}

/// Whether what stands behind an empty data chunk is nothing but whole chunks.
fn chunks_follow(name: &str, source: &Source, data: &Chunk, chunking: Chunking) -> Result<bool> {
    let mut chunks = Chunks::new(name, source, chunking, data.start);
    let mut end = data.start;
    loop {
        match chunks.next() {
            Ok(Some(chunk)) => end = chunk.start.saturating_add(chunk.size),
            Ok(None) => return Ok(end.abs_diff(source.length()) <= 1),
            Err(Error::Corrupt { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}
