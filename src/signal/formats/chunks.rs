//! Chunks: the parts, each with an identifier and a size, that WAV, Wave64, AIFF and CAF files consist of.

use crate::error::{Error, Result};
use crate::signal::source::Source;

/// More chunks than any program writes.
const MOST_CHUNKS: usize = 100_000;
/// Bytes of a chunk's content that are looked at; the longest of interest is a WAV format of 40.
const CONTENT_BYTES: u64 = 64;

/// How the header of each chunk is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunking {
    /// RIFF: four characters, a 32-bit little-endian size, content padded to an even length.
    Riff,
    /// RIFX and AIFF: the same in big-endian.
    BigEndian,
    /// Wave64: a GUID, a 64-bit size that counts the header, content padded to eight bytes.
    Wave64,
    /// CAF: four characters, a 64-bit big-endian size, no padding.
    Caf,
}

impl Chunking {
    fn header_bytes(self) -> u64 {
        match self {
            Self::Riff | Self::BigEndian => 8,
            Self::Caf => 12,
            Self::Wave64 => 24,
        }
    }

    /// The size of the content that a header states.
    fn size(self, header: &[u8]) -> Option<u64> {
        Some(match self {
            Self::Riff => u32::from_le_bytes(*header.get(4..)?.first_chunk()?).into(),
            Self::BigEndian => u32::from_be_bytes(*header.get(4..)?.first_chunk()?).into(),
            Self::Caf => u64::from_be_bytes(*header.get(4..)?.first_chunk()?),
            Self::Wave64 => {
                u64::from_le_bytes(*header.get(16..)?.first_chunk()?).saturating_sub(24)
            }
        })
    }

    fn padding(self, size: u64) -> u64 {
        match self {
            Self::Riff | Self::BigEndian => size % 2,
            Self::Wave64 => size.wrapping_neg() % 8,
            Self::Caf => 0,
        }
    }
}

/// A chunk's name, how long it says its content is, and the content's first bytes.
type Header = ([u8; 4], u64, Vec<u8>);

/// One chunk.
pub(super) struct Chunk {
    /// Its identifier; of a GUID the first four bytes, which are the same characters.
    pub id: [u8; 4],
    /// Bytes of content that its header states.
    pub size: u64,
    /// The byte of the file at which its content starts.
    pub start: u64,
    /// The start of its content.
    pub content: Vec<u8>,
}

impl Chunk {
    /// The two bytes at `at` of the content.
    pub fn two(&self, at: usize) -> Option<[u8; 2]> {
        self.content.get(at..)?.first_chunk().copied()
    }

    /// The four bytes at `at` of the content.
    pub fn four(&self, at: usize) -> Option<[u8; 4]> {
        self.content.get(at..)?.first_chunk().copied()
    }

    /// The eight bytes at `at` of the content.
    pub fn eight(&self, at: usize) -> Option<[u8; 8]> {
        self.content.get(at..)?.first_chunk().copied()
    }
}

/// A walk over the chunks of a file.
pub(super) struct Chunks<'a> {
    name: &'a str,
    source: &'a Source,
    chunking: Chunking,
    position: u64,
    /// Padding before `position`, which some writers leave out.
    padding: u64,
    walked: usize,
}

impl<'a> Chunks<'a> {
    /// From the first chunk, at byte `position`.
    pub fn new(name: &'a str, source: &'a Source, chunking: Chunking, position: u64) -> Self {
        Self { name, source, chunking, position, padding: 0, walked: 0 }
    }

    /// The next chunk; none where no whole header is left.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where no chunk starts.
    pub fn next(&mut self) -> Result<Option<Chunk>> {
        self.walked += 1;
        if self.walked > MOST_CHUNKS {
            return Err(Error::corrupt(self.name, "its header has no end"));
        }
        let mut chunk = self.chunk_at(self.position)?;
        if self.padding > 0 && !chunk.as_ref().is_some_and(|(id, ..)| is_identifier(id)) {
            let unpadded = self.chunk_at(self.position - self.padding)?;
            if unpadded.as_ref().is_some_and(|(id, ..)| is_identifier(id)) {
                self.position -= self.padding;
                chunk = unpadded;
            }
        }
        let Some((id, size, content)) = chunk else { return Ok(None) };
        if !is_identifier(&id) {
            let place = format_args!("no chunk at byte {}", self.position);
            return Err(Error::corrupt(self.name, place));
        }
        let start = self.position + self.chunking.header_bytes();
        self.padding = self.chunking.padding(size);
        self.position = start.saturating_add(size).saturating_add(self.padding);
        Ok(Some(Chunk { id, size, start, content }))
    }

    fn chunk_at(&self, position: u64) -> Result<Option<Header>> {
        let header_bytes = self.chunking.header_bytes();
        let read = self.source.read_at(position, (header_bytes + CONTENT_BYTES) as usize);
        let mut content = read.map_err(|error| Error::from_io(self.name, error))?;
        if (content.len() as u64) < header_bytes {
            return Ok(None);
        }
        let header: Vec<u8> = content.drain(..header_bytes as usize).collect();
        let (id, size) = (header.first_chunk().copied(), self.chunking.size(&header));
        Ok(id.zip(size).map(|(id, size)| {
            content.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            (id, size, content)
        }))
    }
}

fn is_identifier(id: &[u8; 4]) -> bool {
    id.iter().all(|byte| (b' '..=b'~').contains(byte))
}
