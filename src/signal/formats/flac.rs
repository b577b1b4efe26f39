//! FLAC without a container; files that were joined are read to the end of the last.

use std::io::{self, Read};

use super::container;
use crate::error::{Error, Result};
use crate::signal::channel::Channel;
use crate::signal::decoding::Decoding;
use crate::signal::source::Source;

/// The mark of FLAC and the header of the block that always comes first, its STREAMINFO.
const START: &[u8; 8] = b"fLaC\0\0\0\x22";
/// Bytes that are searched at a time.
const PIECE_BYTES: u64 = 1 << 20;

/// Whether a file begins as one of FLAC.
pub fn recognises(head: &[u8]) -> bool {
    head.starts_with(b"fLaC")
}

/// Begins to decode.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    let starts = starts(&source).map_err(|error| Error::from_io(name, error))?;
    let ends = starts.iter().skip(1).copied().chain([source.length()]);
    let streams = starts.iter().zip(ends).map(|(&start, end)| source.section(start, end));
    container::decode_chain(name, streams.collect(), channel)
}

/// Where streams start: at the first byte, and wherever else the mark is.
fn starts(source: &Source) -> io::Result<Vec<u64>> {
    let mut reader = source.section(0, u64::MAX);
    let (mut starts, mut window, mut position) = (vec![0], Vec::new(), 0);
    loop {
        let kept = window.len();
        reader.by_ref().take(PIECE_BYTES).read_to_end(&mut window)?;
        if window.len() == kept {
            return Ok(starts);
        }
        let found = window.windows(START.len()).enumerate().filter(|(_, bytes)| bytes == START);
        starts.extend(found.map(|(at, _)| position + at as u64).filter(|&start| start > 0));
        // The mark may lie across two pieces.
        let searched = window.len().saturating_sub(START.len() - 1);
        position += searched as u64;
        window.drain(..searched);
    }
}
