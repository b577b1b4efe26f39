//! Bytes that can be read anywhere: a file, what came through a pipe, or a section of either.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use symphonia::core::io::MediaSource;

/// What a [`Source`] can be made of.
trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// A range of bytes with a position of its own; clones share the bytes, not the position.
#[derive(Clone)]
pub(super) struct Source {
    bytes: Arc<Mutex<Box<dyn ReadSeek>>>,
    start: u64,
    length: u64,
    position: u64,
}

impl Source {
    /// All of `bytes`, from their start.
    pub fn new(mut bytes: impl Read + Seek + Send + 'static) -> io::Result<Self> {
        let length = bytes.seek(SeekFrom::End(0))?;
        Ok(Self { bytes: Arc::new(Mutex::new(Box::new(bytes))), start: 0, length, position: 0 })
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from `start` up to `end`, as far as there are any.
    pub fn section(&self, start: u64, end: u64) -> Self {
        let end = end.min(self.length);
        let start = start.min(end);
        Self {
            bytes: Arc::clone(&self.bytes),
            start: self.start + start,
            length: end - start,
            position: 0,
        }
    }

    /// At most `count` bytes from `position` on; fewer at the end.
    pub fn read_at(&self, position: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut found = Vec::new();
        let end = position.saturating_add(count as u64);
        self.section(position, end).read_to_end(&mut found)?;
        Ok(found)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        // A thread that panicked left at most a wrong position, which is set anew here.
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.seek(SeekFrom::Start(self.start + self.position))?;
        let read = bytes.read(&mut buffer[..wanted])?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn a_section_is_read_as_if_it_were_all() {
        let all = Source::new(Cursor::new((0u8..10).collect::<Vec<_>>())).unwrap();
        let mut section = all.section(2, 8).section(1, 100);
        assert_eq!(section.length(), 5);
        let mut bytes = Vec::new();
        section.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [3, 4, 5, 6, 7]);
        assert_eq!(section.seek(SeekFrom::End(-2)).unwrap(), 3);
        assert_eq!(section.read_at(4, 9).unwrap(), [7]);
        section.read_exact(&mut bytes[..2]).unwrap();
        assert_eq!(bytes[..2], [6, 7]);
        assert!(section.seek(SeekFrom::Current(-9)).is_err());
        assert_eq!(all.section(20, 30).read_at(0, 5).unwrap(), [0_u8; 0]);
    }
}
