//! Bounds of what is read and converted, so that no file takes more time or memory than it is worth.

use std::ops::RangeInclusive;

use super::search::beyond;
use crate::error::{Error, Result};

/// Sample rates that are read and converted, in Hz.
pub const SAMPLE_RATES: RangeInclusive<u32> = 4_000..=384_000;

/// The longest recording that is decoded into memory as a whole, in seconds; longer ones are decoded as a
/// [`Stream`](crate::Stream). An hour at 48 kHz takes 690 MB.
pub const LONGEST_WHOLE_S: f64 = 3600.0;

/// The most bytes that are taken from a pipe or from standard input: 1 GiB, three hours of 16 bits at 48 kHz.
pub const MOST_PIPE_BYTES: u64 = 1 << 30;

/// How long a pipe may keep silent before it counts as forgotten by its writer, in seconds.
pub const LONGEST_PIPE_SILENCE_S: u64 = 60;

/// The largest sample that is scored, 200 dB above full scale: integers stored as floats stay below, and no power of it
/// overflows.
pub const LARGEST_SAMPLE: f32 = 1e10;

/// The longest that a file may be decoded for, in seconds for each of its bytes. Silence in FLAC comes to two; only made-up
/// headers go beyond.
pub(super) const MOST_SECONDS_PER_BYTE: u64 = 10;

/// Refuses a recording that is too long to be decoded as a whole.
pub(super) fn check_whole(name: &str, frames: u64, sample_rate: u32) -> Result<()> {
    let duration_s = frames as f64 / f64::from(sample_rate);
    if duration_s <= LONGEST_WHOLE_S {
        return Ok(());
    }
    Err(Error::TooLong { name: name.to_owned(), duration_s, longest_s: LONGEST_WHOLE_S })
}

/// Refuses a rate outside [`SAMPLE_RATES`].
pub(super) fn check_sample_rate(name: &str, sample_rate: u32) -> Result<()> {
    if SAMPLE_RATES.contains(&sample_rate) {
        return Ok(());
    }
    Err(Error::SampleRate { name: name.to_owned(), sample_rate, limits_hz: SAMPLE_RATES })
}

/// Refuses samples that are not finite or larger than [`LARGEST_SAMPLE`]; the first one is number `first`.
pub(super) fn check_samples(name: &str, samples: &[f32], first: u64) -> Result<()> {
    let Some(index) = beyond(samples, LARGEST_SAMPLE) else { return Ok(()) };
    let (name, value) = (name.to_owned(), samples[index]);
    let index = first as usize + index;
    Err(match value.is_finite() {
        true => Error::SampleTooLarge { name, index, value, largest: LARGEST_SAMPLE },
        false => Error::NotFinite { name, index, value },
    })
}
