//! Frames of any number of channels in, one checked signal out, without a second copy.

use super::{Channel, Signal, Warning, level};
use crate::error::{Error, Result};

/// Collects the chosen channel while a decoder delivers frames.
pub(super) struct Mixdown {
    name: String,
    sample_rate: u32,
    channels: usize,
    /// The channel's place in a frame, `None` for the mean.
    place: Option<usize>,
    chosen: Channel,
    samples: Vec<f32>,
    /// Samples that were handed on already.
    drained: u64,
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
        super::check_sample_rate(name, sample_rate)?;
        let place = chosen.place(name, channels)?;
        let (name, samples) = (name.to_owned(), Vec::new());
        Ok(Self { name, sample_rate, channels, place, chosen, samples, drained: 0 })
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
                (sum / self.channels as f64) as f32
            })),
        }
    }

    /// That several channels were mixed because none was chosen.
    pub(super) fn warning(&self) -> Option<Warning> {
        let mixed = self.chosen == Channel::Mono && self.channels > 1;
        mixed.then_some(Warning::MixedDown { channels: self.channels })
    }

    /// Moves what was taken since the last time to the end of `samples`.
    ///
    /// # Errors
    /// [`Error::NotFinite`].
    pub(super) fn drain(&mut self, samples: &mut Vec<f32>) -> Result<()> {
        if let Some(index) = super::not_finite(&self.samples) {
            let (name, value) = (self.name.clone(), self.samples[index]);
            return Err(Error::NotFinite { name, index: self.drained as usize + index, value });
        }
        self.drained += self.samples.len() as u64;
        samples.append(&mut self.samples);
        Ok(())
    }

    /// The signal, once all frames are in.
    pub(super) fn finish(mut self) -> Result<Signal> {
        self.samples.shrink_to_fit();
        let warning = self.warning();
        let mut signal = Signal::new(self.name, self.samples, self.sample_rate);
        signal.validate()?;
        signal.warnings.extend(warning);
        signal.warnings.extend(level::warnings(&signal.samples));
        Ok(signal)
    }
}
