//! How uncompressed samples are stored: integers, floats and G.711, of either byte order.

use std::fmt;
use std::str::FromStr;

use audio_codec_algorithms::{decode_alaw, decode_ulaw};

use crate::error::{Error, Result};

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// 8-bit signed.
    S8,
    /// 8-bit unsigned.
    U8,
    /// 16-bit signed, little-endian.
    S16Le,
    /// 16-bit signed, big-endian.
    S16Be,
    /// 24-bit signed, little-endian.
    S24Le,
    /// 24-bit signed, big-endian.
    S24Be,
    /// 32-bit signed, little-endian.
    S32Le,
    /// 32-bit signed, big-endian.
    S32Be,
    /// 32-bit float, little-endian.
    F32Le,
    /// 32-bit float, big-endian.
    F32Be,
    /// 64-bit float, little-endian.
    F64Le,
    /// 64-bit float, big-endian.
    F64Be,
    /// G.711 A-law.
    ALaw,
    /// G.711 µ-law.
    MuLaw,
}

/// Every encoding with its name and its bytes in a sample, in the order declared.
const ENCODINGS: [(Encoding, &str, u64); 14] = [
    (Encoding::S8, "s8", 1),
    (Encoding::U8, "u8", 1),
    (Encoding::S16Le, "s16le", 2),
    (Encoding::S16Be, "s16be", 2),
    (Encoding::S24Le, "s24le", 3),
    (Encoding::S24Be, "s24be", 3),
    (Encoding::S32Le, "s32le", 4),
    (Encoding::S32Be, "s32be", 4),
    (Encoding::F32Le, "f32le", 4),
    (Encoding::F32Be, "f32be", 4),
    (Encoding::F64Le, "f64le", 8),
    (Encoding::F64Be, "f64be", 8),
    (Encoding::ALaw, "alaw", 1),
    (Encoding::MuLaw, "mulaw", 1),
];

impl Encoding {
    /// The names of all encodings, as they are parsed and displayed.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ENCODINGS.iter().map(|&(_, name, _)| name)
    }

    /// The signed integers of this many bytes; 1 to 4 are known.
    pub(super) fn signed(bytes: u16, big_endian: bool) -> Option<Self> {
        Some(match (bytes, big_endian) {
            (1, _) => Self::S8,
            (2, false) => Self::S16Le,
            (2, true) => Self::S16Be,
            (3, false) => Self::S24Le,
            (3, true) => Self::S24Be,
            (4, false) => Self::S32Le,
            (4, true) => Self::S32Be,
            _ => return None,
        })
    }

    /// The floats of this many bytes; 4 and 8 are known.
    pub(super) fn float(bytes: u16, big_endian: bool) -> Option<Self> {
        Some(match (bytes, big_endian) {
            (4, false) => Self::F32Le,
            (4, true) => Self::F32Be,
            (8, false) => Self::F64Le,
            (8, true) => Self::F64Be,
            _ => return None,
        })
    }

    /// Bytes in a sample.
    pub(super) fn bytes(self) -> u64 {
        ENCODINGS[self as usize].2
    }

    /// Appends the samples that `bytes` hold, full scale ±1.0.
    pub(super) fn decode(self, bytes: &[u8], samples: &mut Vec<f32>) {
        // Integers are shifted to the top of 32 bits, so that one scale fits all and nothing is rounded twice.
        let integer = |value: i32| value as f32 / 2_147_483_648.0;
        let top_of_three =
            |[low, middle, high]: [u8; 3]| i32::from_le_bytes([0, low, middle, high]);
        match self {
            Self::S8 => each(bytes, samples, |[x]| integer(i32::from(x) << 24)),
            Self::U8 => each(bytes, samples, |[x]| integer(i32::from(x ^ 0x80) << 24)),
            Self::S16Le => each(bytes, samples, |x| f32::from(i16::from_le_bytes(x)) / 32_768.0),
            Self::S16Be => each(bytes, samples, |x| f32::from(i16::from_be_bytes(x)) / 32_768.0),
            Self::S24Le => each(bytes, samples, |x| integer(top_of_three(x))),
            Self::S24Be => each(bytes, samples, |[a, b, c]| integer(top_of_three([c, b, a]))),
            Self::S32Le => each(bytes, samples, |x| integer(i32::from_le_bytes(x))),
            Self::S32Be => each(bytes, samples, |x| integer(i32::from_be_bytes(x))),
            Self::F32Le => each(bytes, samples, f32::from_le_bytes),
            Self::F32Be => each(bytes, samples, f32::from_be_bytes),
            Self::F64Le => each(bytes, samples, |x| f64::from_le_bytes(x) as f32),
            Self::F64Be => each(bytes, samples, |x| f64::from_be_bytes(x) as f32),
            Self::ALaw => each(bytes, samples, |[x]| f32::from(decode_alaw(x)) / 32_768.0),
            Self::MuLaw => each(bytes, samples, |[x]| f32::from(decode_ulaw(x)) / 32_768.0),
        }
    }
}

fn each<const N: usize>(bytes: &[u8], samples: &mut Vec<f32>, value: impl Fn([u8; N]) -> f32) {
    samples.extend(bytes.as_chunks().0.iter().map(|&sample| value(sample)));
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = ENCODINGS.iter().find(|(_, name, _)| *name == word);
        found.map(|&(encoding, ..)| encoding).ok_or_else(|| Error::InvalidEncoding {
            word: word.to_owned(),
            known: Self::names().collect::<Vec<_>>().join(", "),
        })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(ENCODINGS[*self as usize].1)
    }
}

/// The layout of headerless samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawFormat {
    /// Samples per second.
    pub sample_rate: u32,
    /// How each sample is stored.
    pub encoding: Encoding,
    /// Interleaved channels.
    pub channels: u16,
}
