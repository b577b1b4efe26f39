//! One delay throughout: the hypothesis that is believed first, since most recordings have one.

use super::anchors::Favoured;
use super::fine::envelope_correlogram;
use super::path::Run;
use super::refine::{Measured, measure};
use super::{AlignmentParameters, Pair};
use crate::dsp::argmax::argmax_by;

/// A constant delay and what was measured along it.
pub(crate) struct Constant {
    /// In frames.
    pub delay: i64,
    pub measured: Measured,
}

impl Constant {
    /// Of the delays that all anchors together favour, the one whose waveforms agree best: repeated notes and loops
    /// have envelopes that fit at several delays, waveforms at one. `None` where nothing was found.
    pub fn best(
        pair: &Pair,
        favoured: &Favoured,
        parameters: &AlignmentParameters,
    ) -> Option<Self> {
        let found = favoured.delays.iter().filter_map(|&delay| Self::at(pair, delay, parameters));
        argmax_by(found, |constant| constant.measured.coherence)
    }

    /// Near a delay in frames, which is known to a few frames.
    fn at(pair: &Pair, delay: f64, parameters: &AlignmentParameters) -> Option<Self> {
        let near = Self::throughout(pair, delay.round() as i64);
        let envelopes = envelope_correlogram(pair, &near, parameters);
        let peak = envelopes.peak(0..envelopes.curves.len(), 0.0, 0.0)?;
        let delay = (peak.delay / pair.hop as f64).round() as i64;
        let measured = measure(pair, &Self::throughout(pair, delay), parameters);
        Some(Self { delay, measured })
    }

    fn throughout(pair: &Pair, delay: i64) -> [Run; 1] {
        [Run { frames: 0..pair.reference_envelope.len(), delay: Some(delay) }]
    }

    /// All frames at that delay.
    pub fn runs(&self, pair: &Pair) -> Vec<Run> {
        Self::throughout(pair, self.delay).to_vec()
    }
}
