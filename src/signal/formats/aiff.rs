//! AIFF and AIFF-C files.

use super::blocks;
use super::chunks::{Chunk, Chunking, Chunks};
use crate::error::{Error, Result};
use crate::signal::channel::Channel;
use crate::signal::codecs::BlockCodec;
use crate::signal::decoding::Decoding;
use crate::signal::encoding::Encoding;
use crate::signal::extent::Stated;
use crate::signal::pcm::{self, Layout};
use crate::signal::source::Source;

/// Whether a file begins as one of AIFF.
pub fn recognises(head: &[u8]) -> bool {
    head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"))
}

/// Begins to decode.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    // The chunks come in any order, and the size of the whole form is not needed.
    let (mut common, mut sound) = (None, None);
    let mut chunks = Chunks::new(name, &source, Chunking::BigEndian, 12);
    loop {
        match chunks.next() {
            Ok(Some(chunk)) if &chunk.id == b"COMM" => common = Common::parse(&chunk),
            Ok(Some(chunk)) if &chunk.id == b"SSND" => sound = Some(chunk),
            Ok(Some(_)) => {}
            // What follows once both are found is not of interest.
            Ok(None) | Err(Error::Corrupt { .. }) if common.is_some() && sound.is_some() => break,
            Ok(None) => {
                return Err(Error::corrupt(name, "the header has no COMM or no SSND chunk"));
            }
            Err(error) => return Err(error),
        }
    }
    let (Some(common), Some(sound)) = (common, sound) else {
        return Err(Error::corrupt(name, "the header has no usable COMM chunk"));
    };
    let Common { channels, frames, sample_rate, .. } = common;
    let offset = sound.four(0).map_or(0, u32::from_be_bytes);
    let start = sound.start + 8 + u64::from(offset);
    let size = u32::try_from(sound.size).unwrap_or(u32::MAX);
    // The count of frames is the better witness, because sizes count padding.
    let stated = |frame_bytes: u64| match (frames, Stated::from_u32(size)) {
        (0, Stated::Bytes(bytes)) if bytes > 8 => {
            Stated::Bytes(bytes - 8 - u64::from(offset).min(bytes - 8))
        }
        (0, _) | (_, Stated::Open) => Stated::Open,
        (frames, _) => Stated::Bytes(u64::from(frames) * frame_bytes),
    };
    if let Some(encoding) = common.encoding() {
        let stated = stated(encoding.bytes() * u64::from(channels));
        let layout = Layout { sample_rate, channels, encoding, start, stated };
        return pcm::decode(name, source, &layout, Vec::new(), channel);
    }
    match &common.coding {
        b"ima4" => {
            // Here a "frame" is a packet of 64.
            let stated = stated(34 * u64::from(channels));
            let blocks = blocks::Header {
                sample_rate,
                channels,
                block_bytes: 0,
                start,
                stated,
                frames: None,
            };
            blocks::decode(name, source, BlockCodec::ImaQuickTime, &blocks, channel)
        }
        coding => Err(Error::UnsupportedCoding {
            name: name.to_owned(),
            coding: format!("{} in AIFF-C", coding_name(coding)),
        }),
    }
}

fn coding_name(coding: &[u8; 4]) -> String {
    match coding {
        b"GSM " | b"agsm" => "GSM 06.10".to_owned(),
        b"G722" => "G.722".to_owned(),
        b"MAC3" | b"MAC6" => "MACE".to_owned(),
        b"QDMC" | b"QDM2" => "QDesign".to_owned(),
        other => format!("coding \"{}\"", other.escape_ascii()),
    }
}

/// What the common chunk says.
struct Common {
    channels: u16,
    frames: u32,
    bits_per_sample: u16,
    sample_rate: u32,
    /// Of AIFF-C; AIFF knows only "NONE".
    coding: [u8; 4],
}

impl Common {
    fn parse(chunk: &Chunk) -> Option<Self> {
        Some(Self {
            channels: u16::from_be_bytes(chunk.two(0)?),
            frames: u32::from_be_bytes(chunk.four(2)?),
            bits_per_sample: u16::from_be_bytes(chunk.two(6)?),
            sample_rate: extended(chunk.two(8)?, chunk.eight(10)?),
            coding: chunk.four(18).unwrap_or(*b"NONE"),
        })
    }

    /// How uncompressed samples are stored; none for other codings.
    fn encoding(&self) -> Option<Encoding> {
        let bytes = self.bits_per_sample.div_ceil(8);
        match &self.coding {
            b"NONE" | b"none" | b"twos" => Encoding::signed(bytes, true),
            b"sowt" => Encoding::signed(bytes, false),
            b"raw " => Some(Encoding::U8),
            b"in24" => Some(Encoding::S24Be),
            b"in32" => Some(Encoding::S32Be),
            b"42ni" => Some(Encoding::S24Le),
            b"23ni" => Some(Encoding::S32Le),
            b"fl32" | b"FL32" => Some(Encoding::F32Be),
            b"fl64" | b"FL64" => Some(Encoding::F64Be),
            b"alaw" | b"ALAW" => Some(Encoding::ALaw),
            b"ulaw" | b"ULAW" => Some(Encoding::MuLaw),
            _ => None,
        }
    }
}

/// A positive number of 80 bits, rounded; 0 for what is no sample rate.
fn extended(exponent: [u8; 2], mantissa: [u8; 8]) -> u32 {
    let exponent = i32::from(u16::from_be_bytes(exponent)) - 16_383 - 63;
    (u64::from_be_bytes(mantissa) as f64 * 2f64.powi(exponent.clamp(-200, 200))).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_rates_of_80_bits_are_read() {
        assert_eq!(extended([0x40, 0x0b], [0xfa, 0, 0, 0, 0, 0, 0, 0]), 8000);
        assert_eq!(extended([0x40, 0x0e], [0xac, 0x44, 0, 0, 0, 0, 0, 0]), 44_100);
        assert_eq!(extended([0, 0], [0; 8]), 0);
        assert_eq!(extended([0x7f, 0xff], [0xff; 8]), u32::MAX);
        assert_eq!(extended([0xff, 0xff], [0x80; 8]), u32::MAX);
    }
}
