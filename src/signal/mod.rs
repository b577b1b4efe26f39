//! Audio in: a mono signal with its rate and its name.

use std::borrow::Cow;

/// One channel of audio.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    name: String,
    sample_rate: u32,
    samples: Vec<f32>,
}

impl Signal {
    /// A signal from samples with full scale ±1.0 at `sample_rate` Hz; `name` is how messages call it.
    pub fn new(name: impl Into<String>, samples: Vec<f32>, sample_rate: u32) -> Self {
        Self { name: name.into(), sample_rate, samples }
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

    /// The signal at another rate; borrowed where it already has it.
    pub fn resampled(&self, sample_rate: u32) -> crate::error::Result<Cow<'_, Signal>> {
        if sample_rate == self.sample_rate { Ok(Cow::Borrowed(self)) } else { unimplemented!() }
    }
}
