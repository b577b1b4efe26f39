//! Core Audio files: uncompressed samples, ima4 and Opus here, AAC and ALAC by way of the other containers.

use super::chunks::{Chunk, Chunking, Chunks};
use super::{blocks, container};
use crate::error::{Error, Result};
use crate::guard::guarded;
use crate::signal::channel::Channel;
use crate::signal::codecs::BlockCodec;
use crate::signal::codecs::opus::{self, OpusDecoder};
use crate::signal::decoding::{Blocks, Decoding};
use crate::signal::encoding::Encoding;
use crate::signal::extent::Stated;
use crate::signal::mixdown::Mixdown;
use crate::signal::pcm::{self, Layout};
use crate::signal::source::Source;

/// Flags of linear PCM.
const IS_FLOAT: u32 = 1;
const IS_LITTLE_ENDIAN: u32 = 2;

/// Whether a file begins as one of CAF.
pub fn recognises(head: &[u8]) -> bool {
    head.starts_with(b"caff")
}

/// Begins to decode.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    let (mut description, mut data, mut packets) = (None, None, None);
    let mut chunks = Chunks::new(name, &source, Chunking::Caf, 8);
    while let Some(chunk) = chunks.next()? {
        match &chunk.id {
            b"desc" => description = Description::parse(&chunk),
            b"pakt" => packets = Some(chunk),
            // A size of -1 reaches to the end of the file.
            b"data" if chunk.size == u64::MAX => {
                data = Some(chunk);
                break;
            }
            b"data" => data = Some(chunk),
            _ => {}
        }
    }
    let description =
        description.ok_or_else(|| Error::corrupt(name, "the header has no usable desc chunk"))?;
    let data = data.ok_or_else(|| Error::corrupt(name, "the header has no data chunk"))?;
    let Description { sample_rate, channels, .. } = description;
    // The samples follow a count of edits of four bytes.
    let start = data.start + 4;
    let stated = match data.size {
        u64::MAX | 0 => Stated::Open,
        size => Stated::from_u64(size.saturating_sub(4)),
    };
    if let Some(encoding) = description.encoding() {
        let layout = Layout { sample_rate, channels, encoding, start, stated };
        return pcm::decode(name, source, &layout, Vec::new(), channel);
    }
    match (&description.coding, packets) {
        (b"ima4", packets) => {
            let frames =
                packets.and_then(|packets| Valid::parse(&packets)).map(|valid| valid.frames);
            let blocks =
                blocks::Header { sample_rate, channels, block_bytes: 0, start, stated, frames };
            blocks::decode(name, source, BlockCodec::ImaQuickTime, &blocks, channel)
        }
        (b"opus", Some(packets)) => {
            let packets = Packets::read(name, source, &packets, start, channels)?;
            let mixdown = Mixdown::new(name, opus::SAMPLE_RATE, usize::from(channels), channel)?;
            Ok(Decoding { mixdown, blocks: Box::new(packets) })
        }
        (b"aac " | b"alac" | b".mp3", _) => container::decode(name, source, channel),
        (coding, _) => Err(Error::UnsupportedCoding {
            name: name.to_owned(),
            coding: format!("coding \"{}\" in CAF", coding.escape_ascii()),
        }),
    }
}

/// What the description chunk says.
struct Description {
    sample_rate: u32,
    coding: [u8; 4],
    flags: u32,
    frame_bytes: u32,
    channels: u16,
    bits_per_channel: u32,
}

impl Description {
    fn parse(chunk: &Chunk) -> Option<Self> {
        let word = |at| chunk.four(at).map(u32::from_be_bytes);
        Some(Self {
            sample_rate: f64::from_be_bytes(chunk.eight(0)?).round() as u32,
            coding: chunk.four(8)?,
            flags: word(12)?,
            frame_bytes: word(16)?,
            channels: u16::try_from(word(24)?).ok()?,
            bits_per_channel: word(28)?,
        })
    }

    /// How uncompressed samples are stored; none for other codings.
    fn encoding(&self) -> Option<Encoding> {
        let big_endian = self.flags & IS_LITTLE_ENDIAN == 0;
        match &self.coding {
            b"alaw" => return Some(Encoding::ALaw),
            b"ulaw" => return Some(Encoding::MuLaw),
            b"lpcm" => {}
            _ => return None,
        }
        let channels = u32::from(self.channels).max(1);
        let bytes = match self.frame_bytes {
            0 => self.bits_per_channel.div_ceil(8),
            frame_bytes => frame_bytes / channels,
        };
        let bytes = u16::try_from(bytes).ok()?;
        match self.flags & IS_FLOAT {
            0 => Encoding::signed(bytes, big_endian),
            _ => Encoding::float(bytes, big_endian),
        }
    }
}

/// Which of the decoded frames are the recording.
struct Valid {
    frames: u64,
    priming: u16,
}

impl Valid {
    fn parse(packets: &Chunk) -> Option<Self> {
        let frames = u64::try_from(i64::from_be_bytes(packets.eight(8)?)).ok()?;
        let priming = u16::try_from(u32::from_be_bytes(packets.four(16)?)).ok()?;
        Some(Self { frames, priming })
    }
}

/// Opus packets of sizes that a table lists.
struct Packets {
    source: Source,
    sizes: std::vec::IntoIter<u64>,
    position: u64,
    frames_left: u64,
    decoder: OpusDecoder,
    interleaved: Vec<f32>,
}

impl Packets {
    fn read(name: &str, source: Source, table: &Chunk, start: u64, channels: u16) -> Result<Self> {
        let broken = || Error::corrupt(name, "its packet table contradicts its data");
        let valid = Valid::parse(table).ok_or_else(broken)?;
        let sizes = source
            .read_at(table.start.saturating_add(24), table.size.min(source.length()) as usize);
        let sizes = sizes.map_err(|error| Error::from_io(name, error))?;
        let count = table.eight(0).map_or(0, u64::from_be_bytes);
        let sizes = variable_lengths(&sizes).take(usize::try_from(count).unwrap_or(usize::MAX));
        let sizes: Vec<u64> = sizes.collect();
        if sizes.iter().fold(start, |end, &size| end.saturating_add(size)) > source.length() {
            return Err(broken());
        }
        let unsupported = |error: symphonia::core::errors::Error| Error::UnsupportedCoding {
            name: name.to_owned(),
            coding: error.to_string(),
        };
        let channels = u8::try_from(channels).unwrap_or(u8::MAX);
        let decoder = OpusDecoder::plain(channels, valid.priming).map_err(unsupported)?;
        let frames_left = if valid.frames == 0 { u64::MAX } else { valid.frames };
        let sizes = sizes.into_iter();
        Ok(Self { source, sizes, position: start, frames_left, decoder, interleaved: Vec::new() })
    }
}

/// Numbers of seven bits a byte, the highest bit set in all but the last (CAF, Packet Table Chunk).
fn variable_lengths(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes
        .split_inclusive(|byte| byte & 0x80 == 0)
        .map(|digits| digits.iter().fold(0u64, |number, byte| number << 7 | u64::from(byte & 0x7f)))
}

impl Blocks for Packets {
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool> {
        let Some(size) = self.sizes.next() else { return Ok(false) };
        let name = mixdown.name().to_owned();
        let packet = self.source.read_at(self.position, size as usize);
        let packet = packet.map_err(|error| Error::from_io(&name, error))?;
        self.position += size;
        guarded(&name, || {
            self.decoder
                .decode_bytes(&packet, 0, &mut self.interleaved)
                .map_err(|error| Error::corrupt(&name, error))
        })?;
        let channels = self.decoder.channels();
        let frames = (self.interleaved.len() / channels).min(self.frames_left as usize);
        self.frames_left -= frames as u64;
        mixdown.take(&self.interleaved[..frames * channels]);
        Ok(true)
    }

    fn frames(&self) -> Option<u64> {
        None
    }
}
