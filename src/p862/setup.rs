//! A model of the P.862 family at one of its sample rates.

use crate::model::{P862, RateTables};

/// The numbers of a model, and those of one sample rate.
#[derive(Clone, Copy)]
pub(super) struct Setup<'a> {
    pub p: &'a P862,
    pub rate: &'a RateTables,
}

impl<'a> Setup<'a> {
    /// The model at `sample_rate` in Hz, or at its lowest rate if it has no such rate.
    pub fn new(p: &'a P862, sample_rate: u32) -> Self {
        Self { p, rate: p.at_rate(sample_rate).unwrap_or(&p.rates[0]) }
    }

    /// Samples of a voice-activity window; the unit of coarse delays.
    pub fn window(self) -> i64 {
        self.rate.vad_window as i64
    }

    /// Silence before and after each signal, in samples.
    pub fn margin(self) -> usize {
        self.p.framing.margin_windows * self.rate.vad_window
    }

    /// Zeros behind the closing margin, in samples.
    pub fn tail(self) -> usize {
        (self.p.framing.tail_s * f64::from(self.rate.sample_rate_hz)).round() as usize
    }

    /// The shortest speech that is an utterance, in seconds.
    pub fn shortest_utterance_s(self) -> f64 {
        (self.p.delay.shortest_utterance * self.window()) as f64
            / f64::from(self.rate.sample_rate_hz)
    }

    /// Samples from one frame of the perceptual model to the next.
    pub fn hop(self) -> usize {
        self.rate.frame / 2
    }
}

/// The model's rate for a signal of `sample_rate` Hz: the highest that the signal fills, or the lowest there is.
pub(super) fn working_rate(p: &P862, sample_rate: u32) -> u32 {
    let filled = p.rates.iter().rev().find(|rate| rate.sample_rate_hz <= sample_rate);
    filled.unwrap_or(&p.rates[0]).sample_rate_hz
}
