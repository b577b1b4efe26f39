//! The sound of a pair, as samples that the page plays itself.

use super::shell::base64;
use crate::error::Result;
use crate::signal::Signal;
use serde::Serialize;

/// The longest pair whose sound a page holds unless asked, in seconds: two minutes at 48 kHz take 31 MB.
const LONGEST_S: f64 = 120.0;

/// Whether a page holds the sound of its pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sound {
    /// Of pairs up to two minutes.
    #[default]
    Auto,
    /// Always.
    Yes,
    /// Never.
    No,
}

impl Sound {
    fn is_held(self, duration_s: f64) -> bool {
        self == Self::Yes || self == Self::Auto && duration_s <= LONGEST_S
    }

    /// Both signals, on one time axis, at `sample_rate`.
    pub(super) fn of(
        self,
        [reference, degraded]: [&Signal; 2],
        sample_rate: u32,
        level_difference_db: f64,
    ) -> Result<Option<Samples>> {
        if !self.is_held(reference.duration_s()) {
            return Ok(None);
        }
        let samples = |signal: &Signal| -> Result<String> {
            let at_rate = signal.resampled(sample_rate)?;
            let integers = at_rate.samples().iter().map(|sample| (sample * 32768.0).round() as i16);
            Ok(base64(&integers.flat_map(i16::to_le_bytes).collect::<Vec<u8>>()))
        };
        let (reference, degraded) = (samples(reference)?, samples(degraded)?);
        Ok(Some(Samples { sample_rate, level_difference_db, reference, degraded }))
    }
}

/// Samples of 16 bits, little endian, in base64.
#[derive(Serialize)]
pub(super) struct Samples {
    sample_rate: u32,
    /// How many dB louder the degraded signal is.
    level_difference_db: f64,
    reference: String,
    degraded: String,
}
