//! Sun and NeXT audio files: a header of 24 bytes or more, then samples.

use super::blocks;
use crate::error::{Error, Result};
use crate::signal::channel::Channel;
use crate::signal::codecs::BlockCodec;
use crate::signal::decoding::Decoding;
use crate::signal::encoding::Encoding;
use crate::signal::extent::Stated;
use crate::signal::pcm::{self, Layout};
use crate::signal::source::Source;

/// Whether a file begins as one of Sun, of either byte order.
pub fn recognises(head: &[u8]) -> bool {
    head.starts_with(b".snd") || head.starts_with(b"dns.")
}

/// Begins to decode.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    let head = source.read_at(0, 24).map_err(|error| Error::from_io(name, error))?;
    let big_endian = head.starts_with(b".snd");
    let field = |at: usize| -> Result<u32> {
        let bytes = head.get(4 * at..).and_then(<[u8]>::first_chunk);
        let bytes = bytes.ok_or_else(|| Error::corrupt(name, "it ends within its header"))?;
        Ok(if big_endian { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) })
    };
    let (start, size, code) = (u64::from(field(1)?), field(2)?, field(3)?);
    let (sample_rate, channels) = (field(4)?, field(5)?);
    let channels = u16::try_from(channels)
        .map_err(|_| Error::corrupt(name, format_args!("{channels} channels")))?;
    let stated = Stated::from_u32(size);
    let stated = if size == 0 && source.length() > start { Stated::Open } else { stated };
    let encoding = match code {
        1 => Encoding::MuLaw,
        2 => Encoding::S8,
        3 => be_or_le(big_endian, Encoding::S16Be, Encoding::S16Le),
        4 => be_or_le(big_endian, Encoding::S24Be, Encoding::S24Le),
        5 => be_or_le(big_endian, Encoding::S32Be, Encoding::S32Le),
        6 => be_or_le(big_endian, Encoding::F32Be, Encoding::F32Le),
        7 => be_or_le(big_endian, Encoding::F64Be, Encoding::F64Le),
        27 => Encoding::ALaw,
        24 => {
            let header = blocks::Header {
                sample_rate,
                channels,
                block_bytes: 0,
                start,
                stated,
                frames: None,
            };
            return blocks::decode(name, source, BlockCodec::G722, &header, channel);
        }
        code => {
            let coding = match code {
                23 => "G.721 (ADPCM at 32 kbit/s)".to_owned(),
                25 | 26 => "G.723 ADPCM".to_owned(),
                code => format!("Sun audio encoding {code}"),
            };
            return Err(Error::UnsupportedCoding { name: name.to_owned(), coding });
        }
    };
    let layout = Layout { sample_rate, channels, encoding, start, stated };
    pcm::decode(name, source, &layout, Vec::new(), channel)
}

fn be_or_le(is_big: bool, big: Encoding, little: Encoding) -> Encoding {
    if is_big { big } else { little }
}
