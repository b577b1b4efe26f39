//! Audio in: a mono signal with its rate and its name.

mod channel;
mod container;
mod decoding;
mod extensions;
mod level;
mod mixdown;
mod open;
mod opus;
mod pcm;
mod reference;
mod resample;
mod warning;
mod wav;

use multiversion::multiversion;
use std::borrow::Cow;
use std::ops::RangeInclusive;

pub use channel::Channel;
pub use decoding::Stream;
pub use extensions::is_audio_file;
pub use level::SpeechLevel;
pub use open::OpenOptions;
pub use pcm::{Encoding, RawFormat};
pub use warning::Warning;

use crate::error::{Error, Result};

/// Sample rates that are read and converted, in Hz.
pub const SAMPLE_RATES: RangeInclusive<u32> = 4_000..=384_000;

/// One channel of audio.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    name: String,
    sample_rate: u32,
    samples: Vec<f32>,
    warnings: Vec<Warning>,
}

impl Signal {
    /// A signal from samples with full scale ±1.0 at `sample_rate` Hz; `name` is how messages call it.
    ///
    /// Nothing is checked here: scoring begins with [`validate`](Self::validate).
    pub fn new(name: impl Into<String>, samples: Vec<f32>, sample_rate: u32) -> Self {
        Self { name: name.into(), sample_rate, samples, warnings: Vec::new() }
    }

    /// A signal from samples of a recording, with what is to be noticed about them.
    pub(crate) fn inspected(name: String, samples: Vec<f32>, sample_rate: u32) -> Self {
        let warnings = level::warnings(&samples).collect();
        Self { name, sample_rate, samples, warnings }
    }

    /// A checked signal from frames of interleaved samples with full scale ±1.0, as a file with them would give it.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with), for what is wrong with samples, rate and channels.
    pub fn from_interleaved(
        name: &str,
        samples: &[f32],
        sample_rate: u32,
        channels: usize,
        channel: Channel,
    ) -> Result<Self> {
        let mut mixdown = mixdown::Mixdown::new(name, sample_rate, channels, channel)?;
        mixdown.take(samples);
        mixdown.finish()
    }

    /// The file, or what the caller called it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Samples per second.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Samples, full scale ±1.0.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate)
    }

    /// What was noticed when the file was read; empty for a signal made from samples.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The active speech level and activity factor of ITU-T P.56, method B.
    pub fn speech_level(&self) -> SpeechLevel {
        SpeechLevel::measure(&self.samples, self.sample_rate)
    }

    /// The signal at another rate, delayed by nothing; borrowed where it already has it.
    ///
    /// The length is the nearest whole number of samples to the same duration.
    ///
    /// # Errors
    /// [`Error::SampleRate`] where either rate is outside [`SAMPLE_RATES`].
    pub fn resampled(&self, sample_rate: u32) -> Result<Cow<'_, Signal>> {
        check_sample_rate(&self.name, self.sample_rate)?;
        check_sample_rate(&self.name, sample_rate)?;
        if sample_rate == self.sample_rate {
            return Ok(Cow::Borrowed(self));
        }
        let samples = resample::resample(&self.samples, self.sample_rate, sample_rate);
        let (name, warnings) = (self.name.clone(), self.warnings.clone());
        Ok(Cow::Owned(Self { name, sample_rate, samples, warnings }))
    }

    /// Checks that there are samples, all finite, at a rate that is handled.
    ///
    /// # Errors
    /// [`Error::SampleRate`], [`Error::NoSamples`] or [`Error::NotFinite`].
    pub fn validate(&self) -> Result<()> {
        check_sample_rate(&self.name, self.sample_rate)?;
        if self.samples.is_empty() {
            return Err(Error::NoSamples { name: self.name.clone() });
        }
        match not_finite(&self.samples) {
            None => Ok(()),
            Some(index) => {
                Err(Error::NotFinite { name: self.name.clone(), index, value: self.samples[index] })
            }
        }
    }
}

/// The index of the first sample that is not finite.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn not_finite(samples: &[f32]) -> Option<usize> {
    position(samples, |sample| !sample.is_finite())
}

/// The index of the first sample that is as described.
#[inline(always)]
fn position(samples: &[f32], described: impl Fn(f32) -> bool) -> Option<usize> {
    const BLOCK: usize = 1024;
    // Whole blocks at a time, which is much faster than to stop at the very sample.
    let holds_one = |block: &[f32]| block.iter().fold(false, |found, &x| found | described(x));
    let from = BLOCK * samples.chunks(BLOCK).position(holds_one)?;
    samples[from..].iter().position(|&sample| described(sample)).map(|index| from + index)
}

fn check_sample_rate(name: &str, sample_rate: u32) -> Result<()> {
    if SAMPLE_RATES.contains(&sample_rate) {
        Ok(())
    } else {
        Err(Error::SampleRate { name: name.to_owned(), sample_rate, limits_hz: SAMPLE_RATES })
    }
}
