//! What the ear gets: for each frame the power in each Bark band, and the compressed spectrum of the voice.

use super::bark::BarkBands;
use super::frames::{FrameBands, rows_mut};
use super::periodicity::Compression;
use crate::dsp::fft::{Buffer, Forward};
use crate::dsp::window::{hann, multiply};
use crate::model::fullband::Parameters;

/// A signal, frame by frame.
#[derive(Debug, Clone)]
pub(crate) struct Spectrum {
    /// Mean square of each frame in each band, of samples within ±1.
    pub powers: FrameBands,
    /// Compressed powers of each frame's bins in the range of voices.
    pub compressed: FrameBands,
}

impl Spectrum {
    /// Analyses `frames` frames; the signal goes on with zeros where it is shorter.
    pub fn new(signal: &[f32], frames: usize, bands: &BarkBands, parameters: &Parameters) -> Self {
        let (length, hop) = (parameters.frames.length, parameters.frames.hop);
        let window = hann(length);
        let window_power: f32 = window.iter().map(|weight| weight * weight).sum();
        let scale = 2.0 / (length as f32 * window_power);
        let mut transform = Forward::new(length);
        let compression = Compression::new(parameters);
        let mut spectrum = Buffer::new(length);
        let mut power = vec![0.0; length / 2 + 1];
        let mut powers = FrameBands::zeros((frames, bands.count()));
        let mut compressed = FrameBands::zeros((frames, compression.bins()));
        for (index, (powers, compressed)) in
            rows_mut(&mut powers).zip(rows_mut(&mut compressed)).enumerate()
        {
            let samples = signal.get(index * hop..).unwrap_or_default();
            let present = samples.len().min(length);
            let frame = spectrum.samples_mut();
            multiply(frame, samples, &window);
            frame[present..].fill(0.0);
            transform.run(&mut spectrum);
            power
                .iter_mut()
                .zip(&*spectrum)
                .for_each(|(power, bin)| *power = bin.norm_sqr() * scale);
            bands.powers(&power, powers);
            compression.run(&power, compressed);
        }
        Self { powers, compressed }
    }

    /// How many frames a signal of `samples` samples has; one at least.
    pub fn frames(samples: usize, parameters: &Parameters) -> usize {
        samples.saturating_sub(parameters.frames.length) / parameters.frames.hop + 1
    }
}
