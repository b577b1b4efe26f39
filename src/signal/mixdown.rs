//! Frames of any number of channels in, one checked signal out, without a second copy.

use super::channel::Channel;
use super::level;
use super::limits::{check_sample_rate, check_samples};
use super::samples::Signal;
use super::warning::Warning;
use crate::error::{Error, Result};

/// A mix this far (30 dB) below that of unrelated channels is what is left of channels that cancel each other.
const LEAST_MIX: f64 = 1e-3;

/// Collects the chosen channel while a decoder delivers frames.
pub(super) struct Mixdown {
    name: String,
    sample_rate: u32,
    channels: usize,
    /// The channel's place in a frame, `None` for the mean.
    place: Option<usize>,
    samples: Vec<f32>,
    /// Samples that were handed on already.
    drained: u64,
    /// What was noticed about the file.
    noticed: Vec<Warning>,
    /// Energy of the mix, and of all channels.
    energies: [f64; 2],
}

impl Mixdown {
    /// Checks the rate, the channel count and the choice before anything is decoded.
    pub(super) fn new(
        name: &str,
        sample_rate: u32,
        channels: usize,
        chosen: Channel,
    ) -> Result<Self> {
        if channels == 0 {
            return Err(Error::ZeroChannels { name: name.to_owned() });
        }
        check_sample_rate(name, sample_rate)?;
        let place = chosen.place(name, channels)?;
        let mixed = chosen == Channel::Mono && channels > 1;
        Ok(Self {
            name: name.to_owned(),
            sample_rate,
            channels,
            place,
            samples: Vec::new(),
            drained: 0,
            noticed: mixed.then_some(Warning::MixedDown { channels }).into_iter().collect(),
            energies: [0.0; 2],
        })
    }

    /// Makes room for exactly `frames` more; only for counts checked against the file's size.
    pub(super) fn reserve(&mut self, frames: usize) {
        self.samples.reserve_exact(frames);
    }

    /// Frames taken so far.
    pub(super) fn frames(&self) -> u64 {
        self.drained + self.samples.len() as u64
    }

    /// The file, or what the caller called it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Samples per second.
    pub(super) fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Samples in a frame.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// Takes whole frames of samples with full scale ±1.0.
    pub(super) fn take(&mut self, interleaved: &[f32]) {
        let frames = interleaved.chunks_exact(self.channels);
        match self.place {
            _ if self.channels == 1 => self.samples.extend_from_slice(interleaved),
            Some(place) => self.samples.extend(frames.map(|frame| frame[place])),
            None => self.samples.extend(frames.map(|frame| {
                let sum: f64 = frame.iter().copied().map(f64::from).sum();
                let mean = sum / self.channels as f64;
                self.energies[0] += mean * mean;
                self.energies[1] += frame.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
                mean as f32
            })),
        }
    }

    /// Remembers what was noticed about the file; the same thing once.
    pub(super) fn notice(&mut self, warning: Warning) {
        if !self.noticed.contains(&warning) {
            self.noticed.push(warning);
        }
    }

    /// What was noticed about the file so far.
    pub(super) fn noticed(&self) -> &[Warning] {
        &self.noticed
    }

    /// Refuses a mix of channels that cancel each other, once all frames are in.
    ///
    /// # Errors
    /// [`Error::SilentMix`].
    pub(super) fn check_mix(&self) -> Result<()> {
        let [mix, channels] = self.energies;
        let unrelated = channels / (self.channels as f64).powi(2);
        if unrelated > 0.0 && mix < unrelated * LEAST_MIX {
            return Err(Error::SilentMix { name: self.name.clone(), channels: self.channels });
        }
        Ok(())
    }

    /// Moves what was taken since the last time to the end of `samples`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] or [`Error::SampleTooLarge`].
    pub(super) fn drain(&mut self, samples: &mut Vec<f32>) -> Result<()> {
        check_samples(&self.name, &self.samples, self.drained)?;
        self.drained += self.samples.len() as u64;
        samples.append(&mut self.samples);
        Ok(())
    }

    /// The signal, once all frames are in.
    pub(super) fn finish(mut self) -> Result<Signal> {
        self.samples.shrink_to_fit();
        self.check_mix()?;
        let signal = Signal::new(self.name, self.samples, self.sample_rate);
        signal.validate()?;
        let mut warnings = self.noticed;
        warnings.extend(level::warnings(signal.samples(), signal.sample_rate()));
        Ok(signal.with_warnings(warnings))
    }
}

impl Signal {
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
        let mut mixdown = Mixdown::new(name, sample_rate, channels, channel)?;
        mixdown.take(samples);
        mixdown.finish()
    }
}
