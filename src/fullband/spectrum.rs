//! What the ear gets: for each frame the power in each Bark band and the periodicity of the voice.

use super::bark::BarkBands;
use super::grid::Grid;
use super::periodicity::Correlogram;
use crate::dsp::fft::{Buffer, Forward};
use crate::dsp::window::{hann, multiply};
use crate::model::fullband::Parameters;

/// A signal, frame by frame.
#[derive(Debug, Clone)]
pub(crate) struct Spectrum {
    /// Mean square of each frame in each band, of samples within ±1.
    pub powers: Grid,
    /// The autocorrelation of each frame at the lags of voices.
    pub correlogram: Grid,
}

impl Spectrum {
    /// Analyses `frames` frames; the signal goes on with zeros where it is shorter.
    pub fn new(signal: &[f32], frames: usize, bands: &BarkBands, parameters: &Parameters) -> Self {
        let (length, hop) = (parameters.frames.length, parameters.frames.hop);
        let window = hann(length);
        let window_power: f32 = window.iter().map(|weight| weight * weight).sum();
        let scale = 2.0 / (length as f32 * window_power);
        let mut transform = Forward::new(length);
        let mut correlate = Correlogram::new(parameters);
        let mut spectrum = Buffer::new(length);
        let mut power = vec![0.0; length / 2 + 1];
        let mut powers = Grid::new(frames, bands.count());
        let mut correlogram = Grid::new(frames, correlate.lags());
        for (index, (powers, correlogram)) in
            powers.rows_mut().zip(correlogram.rows_mut()).enumerate()
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
            correlate.run(&power, correlogram);
        }
        Self { powers, correlogram }
    }

    /// How many frames a signal of `samples` samples has; one at least.
    pub fn frames(samples: usize, parameters: &Parameters) -> usize {
        samples.saturating_sub(parameters.frames.length) / parameters.frames.hop + 1
    }
}
