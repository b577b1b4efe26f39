//! One channel of audio in memory, with its rate, its name and what was noticed about it.

use std::borrow::Cow;

use super::level::{self, SpeechLevel};
use super::limits::{check_sample_rate, check_samples};
use super::resample;
use super::warning::Warning;
use crate::error::{Error, Result};

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

    /// The signal with what was noticed when it was read.
    pub(super) fn with_warnings(self, warnings: Vec<Warning>) -> Self {
        Self { warnings, ..self }
    }

    /// A signal from samples of a recording, with what was noticed about them.
    pub(crate) fn inspected(name: String, samples: Vec<f32>, sample_rate: u32) -> Self {
        let warnings = level::warnings(&samples, sample_rate).collect();
        Self { name, sample_rate, samples, warnings }
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
    /// [`Error::SampleRate`] where either rate is outside [`SAMPLE_RATES`](crate::SAMPLE_RATES).
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

    /// Checks that there are samples, all finite and none larger than 10^10, at a rate that is handled.
    ///
    /// # Errors
    /// [`Error::SampleRate`], [`Error::NoSamples`], [`Error::NotFinite`] or [`Error::SampleTooLarge`].
    pub fn validate(&self) -> Result<()> {
        check_sample_rate(&self.name, self.sample_rate)?;
        if self.samples.is_empty() {
            return Err(Error::NoSamples { name: self.name.clone() });
        }
        check_samples(&self.name, &self.samples, 0)
    }
}
