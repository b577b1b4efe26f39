//! What kind of file it is, by its first bytes.

use std::io::{self, Cursor, Read};

/// The kind of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// libpcap's format of any byte order, in micro- or nanoseconds.
    Pcap,
    /// The blocks of pcapng.
    PcapNg,
    /// Nothing at all.
    Empty,
    /// Something else, in words.
    Other(&'static str),
}

/// The kind of an input, and the input from its first byte on.
pub fn of<R: Read>(mut input: R) -> io::Result<(Start, impl Read)> {
    let mut first = [0; 4];
    let mut length = 0;
    while length < first.len() {
        match input.read(&mut first[length..])? {
            0 => break,
            read => length += read,
        }
    }
    let start = match &first[..length] {
        [] => Start::Empty,
        [0xd4, 0xc3, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0xc3, 0xd4]
        | [0x4d, 0x3c, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0x3c, 0x4d]
        | [0x34, 0xcd, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0xcd, 0x34] => Start::Pcap,
        [0x0a, 0x0d, 0x0d, 0x0a] => Start::PcapNg,
        b"GMBU" | b"RTSS" => Start::Other("a capture of Microsoft Network Monitor"),
        b"snoo" => Start::Other("a capture of snoop"),
        b"RIFF" | b"fLaC" | b"OggS" => Start::Other("audio, not packets"),
        [0xfd, b'7', b'z', b'X'] => Start::Other("compressed by xz, which has to be undone first"),
        [b'B', b'Z', b'h', _] => Start::Other("compressed by bzip2, which has to be undone first"),
        [0x04, 0x22, 0x4d, 0x18] => Start::Other("compressed by lz4, which has to be undone first"),
        [b'P', b'K', ..] => Start::Other("a ZIP archive, which has to be unpacked first"),
        _ => Start::Other("of no known format"),
    };
    Ok((start, Cursor::new(first).take(length as u64).chain(input)))
}
