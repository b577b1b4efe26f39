//! Codecs with blocks of one size, as several formats hold them.

use crate::error::{Error, Result};
use crate::signal::channel::Channel;
use crate::signal::codecs::BlockCodec;
use crate::signal::coded::{self, Coded};
use crate::signal::decoding::Decoding;
use crate::signal::extent::Stated;
use crate::signal::source::Source;

/// What a header says of the blocks behind it.
pub struct Header {
    /// Samples per second.
    pub sample_rate: u32,
    /// Channels of a block.
    pub channels: u16,
    /// Bytes of a block, for codecs that leave them open.
    pub block_bytes: u64,
    /// The byte of the file at which the blocks start.
    pub start: u64,
    /// How many bytes there are.
    pub stated: Stated,
    /// Frames in all, where the header says that the last block holds fewer.
    pub frames: Option<u64>,
}

/// Begins to decode.
///
/// # Errors
/// [`Error::UnsupportedCoding`] where the codec has no decoder for so many channels.
pub fn decode(
    name: &str,
    source: Source,
    codec: BlockCodec,
    header: &Header,
    channel: Channel,
) -> Result<Decoding> {
    let &Header { sample_rate, channels, start, stated, frames, .. } = header;
    let block_bytes = codec.block_bytes(channels).unwrap_or(header.block_bytes);
    let block_frames = codec.frames(block_bytes, channels).filter(|_| block_bytes > 0);
    let Some((block_frames, decoder)) = block_frames.zip(codec.decoder(channels)) else {
        let what = match codec {
            BlockCodec::Ima | BlockCodec::ImaQuickTime => "IMA ADPCM",
            BlockCodec::MicrosoftAdpcm => "Microsoft ADPCM",
            BlockCodec::Gsm => "GSM 06.10",
            BlockCodec::G722 => "G.722",
        };
        let coding = format!("{what} of {channels} channels in blocks of {block_bytes} bytes");
        return Err(Error::UnsupportedCoding { name: name.to_owned(), coding });
    };
    let coded = Coded { sample_rate, channels, block_bytes, block_frames, start, stated, frames };
    coded::decode(name, source, &coded, decoder, channel)
}
