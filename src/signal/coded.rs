//! Samples of simple codecs, whose blocks all have one size: ADPCM, GSM, G.722, G.726.

use super::channel::Channel;
use super::decoding::{Blocks, Decoding};
use super::extent::Stated;
use super::mixdown::Mixdown;
use super::pcm::Pieces;
use super::source::Source;
use crate::error::{Error, Result};
use crate::guard::guarded;

/// Decodes one block after the other.
pub(super) trait BlockDecoder: Send {
    /// Appends the interleaved samples of a block, full scale ±1.0. The last block of a file may be shorter.
    ///
    /// # Errors
    /// What is wrong with the block.
    fn decode(
        &mut self,
        block: &[u8],
        interleaved: &mut Vec<f32>,
    ) -> std::result::Result<(), String>;
}

/// What a header says of the blocks behind it.
pub(super) struct Coded {
    /// Samples per second.
    pub sample_rate: u32,
    /// Channels of a block.
    pub channels: u16,
    /// Bytes of a block, at least one.
    pub block_bytes: u64,
    /// Frames of a block, at least one.
    pub block_frames: u64,
    /// The byte of the file at which the blocks start.
    pub start: u64,
    /// How many bytes there are.
    pub stated: Stated,
    /// Frames in all, where the header says that the last block holds fewer.
    pub frames: Option<u64>,
}

/// Begins to decode the blocks of a file.
pub(super) fn decode(
    name: &str,
    source: Source,
    coded: &Coded,
    decoder: Box<dyn BlockDecoder>,
    channel: Channel,
) -> Result<Decoding> {
    let mut warnings = Vec::new();
    let mut mixdown = Mixdown::new(name, coded.sample_rate, usize::from(coded.channels), channel)?;
    let present = source.length().saturating_sub(coded.start);
    let blocks_per_second = f64::from(coded.sample_rate) / coded.block_frames as f64;
    let second = blocks_per_second * coded.block_bytes as f64;
    let bytes = coded.stated.resolve(name, present, 1, second, &mut warnings)?;
    warnings.into_iter().for_each(|warning| mixdown.notice(warning));
    let section = source.section(coded.start, coded.start + bytes);
    let blocks = CodedBlocks {
        pieces: Pieces::new(section, coded.block_bytes),
        block_bytes: coded.block_bytes as usize,
        decoder,
        samples_left: coded.frames.map(|frames| frames.saturating_mul(coded.channels.into())),
        interleaved: Vec::new(),
    };
    Ok(Decoding { mixdown, blocks: Box::new(blocks) })
}

struct CodedBlocks {
    pieces: Pieces,
    block_bytes: usize,
    decoder: Box<dyn BlockDecoder>,
    samples_left: Option<u64>,
    interleaved: Vec<f32>,
}

impl Blocks for CodedBlocks {
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool> {
        let Some(piece) = self.pieces.next(mixdown.name())? else { return Ok(false) };
        self.interleaved.clear();
        for block in piece.chunks(self.block_bytes) {
            guarded(mixdown.name(), || {
                self.decoder
                    .decode(block, &mut self.interleaved)
                    .map_err(|reason| Error::corrupt(mixdown.name(), reason))
            })?;
        }
        if let Some(left) = &mut self.samples_left {
            self.interleaved.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= self.interleaved.len() as u64;
        }
        mixdown.take(&self.interleaved);
        Ok(true)
    }

    fn frames(&self) -> Option<u64> {
        None
    }
}
