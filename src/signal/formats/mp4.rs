//! MP4, M4A, 3GP and QuickTime: a check of the tables whose counts cost time without any byte behind them.

use super::container;
use crate::error::{Error, Result};
use crate::signal::channel::Channel;
use crate::signal::decoding::Decoding;
use crate::signal::source::Source;

/// Boxes that contain others, down to the tables of samples (ISO/IEC 14496-12, table 1).
const CONTAINERS: [&[u8; 4]; 7] = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"];
/// More boxes than any file has; a fragment of 20 ms is six of them.
const MOST_BOXES: u32 = 2_000_000;
/// Sample entries that are not decoded.
const NAMES: [(&[u8; 4], &str); 10] = [
    (b"samr", "AMR"),
    (b"sawb", "AMR-WB"),
    (b"sawp", "AMR-WB+"),
    (b"sevc", "EVRC"),
    (b"sqcp", "QCELP"),
    (b"ac-3", "AC-3"),
    (b"ec-3", "E-AC-3"),
    (b"dtsc", "DTS"),
    (b"agsm", "GSM 06.10"),
    (b"ima4", "IMA ADPCM"),
];

/// Whether a file begins with a box of this family.
pub fn recognises(head: &[u8]) -> bool {
    matches!(head.get(4..8), Some(b"ftyp" | b"styp" | b"moov"))
}

/// Begins to decode.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    let mut check = Check { name, source: &source, boxes: 0, samples: 0, coding: None };
    check.boxes(0..source.length(), 0)?;
    if let Some(coding) = check.coding {
        let coding = format!("{coding} in MP4");
        return Err(Error::UnsupportedCoding { name: name.to_owned(), coding });
    }
    container::decode(name, source, channel)
}

struct Check<'a> {
    name: &'a str,
    source: &'a Source,
    boxes: u32,
    samples: u64,
    coding: Option<&'static str>,
}

impl Check<'_> {
    fn boxes(&mut self, range: std::ops::Range<u64>, depth: usize) -> Result<()> {
        let mut position = range.start;
        while position + 8 <= range.end {
            let head = self.source.read_at(position, 32);
            let head = head.map_err(|error| Error::from_io(self.name, error))?;
            self.boxes += 1;
            let Some((size, kind)) = head.get(..8).map(|head| head.split_at(4)) else { break };
            if self.boxes > MOST_BOXES {
                return Err(Error::corrupt(self.name, "its header has no end"));
            }
            let (header, size) = match u32::from_be_bytes(*size.first_chunk().expect("four bytes"))
            {
                0 => (8, range.end - position),
                1 => (
                    16,
                    head.get(8..)
                        .and_then(<[u8]>::first_chunk)
                        .map_or(0, |&size| u64::from_be_bytes(size)),
                ),
                size => (8, u64::from(size)),
            };
            if size < header {
                // The reader finds the better words for it.
                break;
            }
            let end = position.saturating_add(size).min(range.end);
            if depth < CONTAINERS.len() && CONTAINERS.iter().any(|container| *container == kind) {
                self.boxes(position + header..end, depth + 1)?;
            } else if kind == b"trun" || kind == b"stsz" {
                self.table(kind == b"trun", &head[header as usize..])?;
            } else if kind == b"stsd" {
                self.sample_entry(position + header)?;
            }
            position = position.saturating_add(size);
        }
        Ok(())
    }

    /// Counts the samples of a table; each needs a byte somewhere.
    fn table(&mut self, is_fragment: bool, content: &[u8]) -> Result<()> {
        let at = if is_fragment { 4 } else { 8 };
        let count = content
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |&count| u32::from_be_bytes(count));
        self.samples += u64::from(count);
        if self.samples > self.source.length() {
            return Err(Error::corrupt(
                self.name,
                "its tables list more packets than it has bytes",
            ));
        }
        Ok(())
    }

    fn sample_entry(&mut self, start: u64) -> Result<()> {
        let entry = self.source.read_at(start + 12, 4);
        let entry = entry.map_err(|error| Error::from_io(self.name, error))?;
        let named = NAMES.iter().find(|(kind, _)| kind[..] == entry[..]);
        self.coding = self.coding.or(named.map(|&(_, coding)| coding));
        Ok(())
    }
}
