//! MPEG audio without a container: layer III (MP3) and II, and AAC in ADTS. Files that were joined, or cut out of a longer
//! stream, are read as a whole.

use std::io::{self, BufReader, Read};
use std::ops::Range;

use super::tags;
use crate::signal::source::Source;

/// Zeros that may precede the first frame, as some recorders leave them.
const MOST_ZEROS: usize = 1 << 20;
/// Other bytes that may precede it: the rest of a frame that was cut; no frame is longer.
const MOST_OTHER_BYTES: usize = 8192;
/// Frames in a row that a search takes as proof.
const PROOF_FRAMES: usize = 3;
/// Bytes of a frame that hold its tag, if it is one.
const TAG_BYTES: usize = 60;
/// Frames behind the counted ones that some encoders leave out of their count.
const UNCOUNTED_FRAMES: u64 = 3;

/// Whether a file begins with a frame.
pub fn recognises(head: &[u8]) -> bool {
    Frame::parse(head).is_some()
}

/// Where a stream begins that has zeros or the rest of a frame before it.
pub fn first_frame(source: &Source) -> io::Result<Option<u64>> {
    let head = source.read_at(0, MOST_ZEROS + 2 * MOST_OTHER_BYTES)?;
    let zeros = head.iter().take_while(|&&byte| byte == 0).count();
    let starts = zeros..head.len().min(zeros + MOST_OTHER_BYTES);
    Ok(starts.into_iter().find(|&start| begins_stream(&head[start..])).map(|start| start as u64))
}

fn begins_stream(mut bytes: &[u8]) -> bool {
    let Some(first) = Frame::parse(bytes) else { return false };
    for _ in 0..PROOF_FRAMES {
        match Frame::parse(bytes).filter(|frame| frame.is_like(&first)) {
            Some(frame) if frame.bytes < bytes.len() => bytes = &bytes[frame.bytes..],
            _ => return false,
        }
    }
    true
}

/// The streams that a file of MPEG audio consists of, each with a header of its own or without one.
///
/// An encoder puts the number of frames, its delay and its padding into the first one (Xing, Info or VBRI). Where such a
/// frame comes again, or the number is exceeded, files were joined.
pub fn streams(source: &Source) -> io::Result<Vec<Range<u64>>> {
    let mut reader = BufReader::with_capacity(1 << 16, source.section(0, u64::MAX));
    let (mut streams, mut start, mut position) = (Vec::new(), 0, 0);
    // Where the latest frame ends; a tag may follow.
    let mut end = 0;
    // Frames left of the number in the header, and frames seen since the start.
    let (mut left, mut seen) = (None, 0);
    let mut head = Vec::with_capacity(TAG_BYTES);
    loop {
        head.clear();
        reader.by_ref().take(TAG_BYTES as u64).read_to_end(&mut head)?;
        let bytes = match Frame::parse(&head) {
            Some(frame) => {
                let counted = frame.counted(&head);
                if seen > 0 && (counted.is_some() || left == Some(0)) {
                    streams.push(start..end);
                    (start, seen, left) = (position, 0, None);
                }
                left = counted
                    .map_or(left, Some)
                    .map(|left: u64| left.saturating_sub(u64::from(counted.is_none())));
                seen += 1;
                end = position + frame.bytes as u64;
                frame.bytes as u64
            }
            None if head.is_empty() => break,
            // What is no frame, the reader of the stream passes over as well.
            None => tags::id3v2_bytes(head.get(..10).unwrap_or(&[])).unwrap_or(1),
        };
        position += bytes;
        reader.seek_relative(bytes as i64 - head.len() as i64)?;
    }
    let is_uncounted_rest = left.is_none() && seen < UNCOUNTED_FRAMES;
    if !is_uncounted_rest || streams.is_empty() {
        streams.push(start..source.length());
    }
    Ok(streams)
}

/// The header of a frame (ISO/IEC 11172-3, 2.4.1.3; ISO/IEC 13818-7, 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    /// Version, layer and sample rate, which do not change within a stream.
    kind: u16,
    /// Its length with the header.
    bytes: usize,
    /// Bytes before a tag that stands in the place of samples; layer III only.
    side_information: Option<usize>,
}

impl Frame {
    fn parse(head: &[u8]) -> Option<Self> {
        let &[0xff, second, third, fourth, fifth, sixth, ..] = head else { return None };
        let kind = u16::from_be_bytes([second & 0b1111_1110, third & 0b0000_1100]);
        if second & 0b1111_0110 == 0b1111_0000 {
            // ADTS: the length stands across three bytes.
            let bytes = usize::from(fourth & 0b11) << 11
                | usize::from(fifth) << 3
                | usize::from(sixth >> 5);
            return (bytes >= 7 && third & 0b0011_1100 < 13 << 2).then_some(Self {
                kind,
                bytes,
                side_information: None,
            });
        }
        let version = second >> 3 & 0b11;
        let layer = second >> 1 & 0b11;
        if second < 0xe0 || version == 0b01 || !matches!(layer, 0b01 | 0b10) {
            return None;
        }
        let is_first_version = version == 0b11;
        let is_layer_two = layer == 0b10;
        let rates: &[u32; 15] = match (is_first_version, is_layer_two) {
            (true, true) => &[0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            (true, false) => &[0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            (false, _) => &[0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        };
        // A bit rate of 0 is one that the header does not tell; such streams are hardly ever made.
        let bit_rate = rates.get(usize::from(third >> 4)).filter(|&&rate| rate > 0)? * 1000;
        let sample_rate = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 0b11))?
            / match version {
                0b11 => 1,
                0b10 => 2,
                _ => 4,
            };
        let slots = if is_first_version || is_layer_two { 144 } else { 72 };
        let padding = u32::from(third >> 1 & 1);
        let side_information = match (is_first_version, fourth >> 6 == 0b11) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        Some(Self {
            kind,
            bytes: (slots * bit_rate / sample_rate + padding) as usize,
            side_information: (!is_layer_two).then_some(side_information),
        })
    }

    fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind
    }

    /// The number of frames that a tag in this frame tells to follow.
    fn counted(&self, head: &[u8]) -> Option<u64> {
        let number =
            |at: usize| head.get(at..)?.first_chunk().map(|&bytes| u32::from_be_bytes(bytes));
        let xing = 4 + self.side_information?;
        let mark = head.get(xing..xing + 4)?;
        if mark == b"Xing" || mark == b"Info" {
            let has_count = number(xing + 4)? & 1 == 1;
            return has_count.then(|| number(xing + 8).map(u64::from)).flatten();
        }
        (head.get(36..40)? == b"VBRI").then(|| number(50).map(u64::from)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A frame of layer III at 16 kHz and 32 kbit/s, mono: 144 bytes.
    fn frame(tag: &[u8]) -> Vec<u8> {
        let mut frame = vec![0; 144];
        frame[..4].copy_from_slice(&[0xff, 0xf3, 0x48, 0xc4]);
        frame[13..13 + tag.len()].copy_from_slice(tag);
        frame
    }

    fn found(parts: &[Vec<u8>]) -> Vec<Range<u64>> {
        streams(&Source::new(Cursor::new(parts.concat())).unwrap()).unwrap()
    }

    #[test]
    fn headers_of_all_kinds_tell_the_length_of_their_frame() {
        for (header, bytes) in [
            ([0xff, 0xfb, 0x90, 0x44, 0, 0], 417),
            ([0xff, 0xfb, 0x92, 0x44, 0, 0], 418),
            ([0xff, 0xf3, 0x48, 0xc4, 0, 0], 144),
            ([0xff, 0xe3, 0x18, 0xc4, 0, 0], 72),
            ([0xff, 0xfd, 0x84, 0x04, 0, 0], 384),
            ([0xff, 0xf1, 0x60, 0x40, 0x22, 0x1f], 272),
        ] {
            assert_eq!(Frame::parse(&header).map(|frame| frame.bytes), Some(bytes), "{header:x?}");
        }
        for header in [[0; 6], [0xff; 6], [0xff, 0xfe, 0, 0, 0, 0], [0xff, 0xfb, 0, 0, 0, 0]] {
            assert_eq!(Frame::parse(&header), None, "{header:x?}");
        }
    }

    #[test]
    fn joined_files_are_told_apart() {
        let header = frame(b"Info\0\0\0\x01\0\0\0\x04");
        let plain = vec![frame(&[]); 4].concat();
        let (one, two) = (vec![header.clone(), plain.clone()], vec![plain.clone()]);
        assert_eq!(found(&one), vec![0..720]);
        assert_eq!(found(&two), vec![0..576]);
        assert_eq!(found(&[two.clone(), two.clone()].concat()), vec![0..1152]);
        assert_eq!(found(&[one.clone(), one.clone()].concat()), [0..720, 720..1440]);
        assert_eq!(found(&[one.clone(), two.clone()].concat()), [0..720, 720..1296]);
        assert_eq!(found(&[two.clone(), one.clone()].concat()), [0..576, 576..1296]);
        assert_eq!(found(&[one.clone(), vec![frame(&[])]].concat()), vec![0..720]);
        let tag = vec![[&b"ID3\x03\0\0\0\0\0\x10"[..], &[0xff; 16]].concat()];
        assert_eq!(found(&[one.clone(), tag, one].concat()), [0..720, 746..1466]);
    }

    #[test]
    fn a_stream_is_found_behind_zeros_and_the_rest_of_a_frame() {
        let stream = vec![frame(&[]); 5].concat();
        let first =
            |bytes: Vec<u8>| first_frame(&Source::new(Cursor::new(bytes)).unwrap()).unwrap();
        assert_eq!(first([vec![0; 1000], stream.clone()].concat()), Some(1000));
        assert_eq!(first(stream[100..].to_vec()), Some(44));
        assert_eq!(first(stream[..144].to_vec()), None);
        assert_eq!(first(b"Once upon a time ".repeat(100)), None);
        assert_eq!(first(Vec::new()), None);
    }
}
