//! Captures compressed by gzip or zstd, as tcpdump's and Wireshark's users keep them.

use flate2::read::MultiGzDecoder;
use std::io::{self, BufReader, Cursor, Read};

/// The bytes of a capture, decompressed where its first bytes say that it is compressed.
pub fn opened(mut input: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut first = [0; 4];
    let mut length = 0;
    while length < first.len() {
        match input.read(&mut first[length..])? {
            0 => break,
            read => length += read,
        }
    }
    let whole = Cursor::new(first).take(length as u64).chain(input);
    Ok(match &first[..length] {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 17, whole))),
        [0x28, 0xb5, 0x2f, 0xfd] => {
            let mut decoder = zstd::stream::read::Decoder::new(whole)?;
            // A frame may ask for no more memory than a capture needs.
            decoder.window_log_max(27)?;
            Box::new(decoder)
        }
        _ => Box::new(whole),
    })
}
