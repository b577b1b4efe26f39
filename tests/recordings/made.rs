//! Files made byte by byte, and how they are read.

use basilar::{Error, OpenOptions, Result, Signal, Warning};

/// Samples that differ in every byte.
pub fn samples() -> Vec<i16> {
    (0..1000i16).map(|n| n.wrapping_mul(7919)).collect()
}

/// The samples as they should be read, full scale ±1.0.
pub fn expected() -> Vec<f32> {
    samples().iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
}

/// The samples as bytes.
pub fn little_endian() -> Vec<u8> {
    samples().iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// The samples as bytes of the other order.
pub fn big_endian() -> Vec<u8> {
    samples().iter().flat_map(|sample| sample.to_be_bytes()).collect()
}

/// A RIFF chunk with the size that it has.
pub fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&id[..], &(content.len() as u32).to_le_bytes(), content, &vec![0; content.len() % 2]].concat()
}

/// The format chunk of 16-bit PCM, mono, 8000 Hz.
pub fn format() -> Vec<u8> {
    format_of(1, 1, 2, 16)
}

/// Any format chunk at 8000 Hz.
pub fn format_of(tag: u16, channels: u16, block: u16, bits: u16) -> Vec<u8> {
    let [tag, channels, block, bits] = [tag, channels, block, bits].map(u16::to_le_bytes);
    let [rate, speed] = [8000u32, 16_000].map(u32::to_le_bytes);
    chunk(b"fmt ", &[&tag[..], &channels, &rate, &speed, &block, &bits].concat())
}

/// A WAV file of these chunks.
pub fn wav(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"RIFF\0\0\0\0WAVE", &chunks.concat()[..]].concat()
}

/// A data chunk that states a size of its own.
pub fn data(size: u32, content: &[u8]) -> Vec<u8> {
    [&b"data"[..], &size.to_le_bytes(), content].concat()
}

/// Reads bytes as a file called "made".
pub fn read(bytes: &[u8]) -> Result<Signal> {
    Signal::read(bytes, "made", &OpenOptions::default())
}

/// Reads bytes that hold the samples, and gives what was noticed.
#[track_caller]
pub fn noticed(bytes: &[u8]) -> Vec<Warning> {
    let signal = read(bytes).unwrap();
    assert_eq!(signal.sample_rate(), 8000);
    assert_eq!(signal.samples(), expected());
    let is_of_header =
        |warning: &&Warning| !matches!(warning, Warning::Clipped { .. } | Warning::DcOffset { .. });
    signal.warnings().iter().filter(is_of_header).copied().collect()
}

/// One sentence: the name, what is wrong, and after a semicolon what to do.
#[track_caller]
pub fn check_sentence(error: &Error) {
    let message = error.to_string();
    assert_eq!(message.lines().count(), 1, "{message}");
    let (_, after) = message.split_once(": ").expect(&message);
    assert!(after.contains("; "), "{message}");
}
