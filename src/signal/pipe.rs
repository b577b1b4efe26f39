//! Reading from a pipe whose writer may never come, or never end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use super::limits::LONGEST_PIPE_SILENCE_S;

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 1 << 16;
/// Pieces that are read ahead.
const PIECES: usize = 4;

/// A named pipe or device, read by a thread of its own: opening and reading it block for as long as nobody writes.
pub(super) struct Pipe {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

impl Pipe {
    /// Begins to read.
    pub fn open(path: &Path) -> Self {
        let (sender, pieces) = sync_channel(PIECES);
        let path = path.to_owned();
        // The thread ends with the pipe, or with the first piece that nobody takes.
        thread::spawn(move || {
            let mut file = match File::open(path) {
                Ok(file) => file,
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut piece = vec![0; PIECE_BYTES];
                let read = file.read(&mut piece).map(|bytes| {
                    piece.truncate(bytes);
                    piece
                });
                let is_last = read.as_ref().map_or(true, Vec::is_empty);
                if sender.send(read).is_err() || is_last {
                    return;
                }
            }
        });
        Self { pieces, piece: io::Cursor::default() }
    }
}

impl Read for Pipe {
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] after a silence of [`LONGEST_PIPE_SILENCE_S`].
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.position() == self.piece.get_ref().len() as u64 {
            let patience = Duration::from_secs(LONGEST_PIPE_SILENCE_S);
            self.piece = match self.pieces.recv_timeout(patience) {
                Ok(piece) => io::Cursor::new(piece?),
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
                // The thread has read to the end.
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            };
        }
        self.piece.read(buffer)
    }
}
