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
        let compression = Compression::new(parameters);
        let mut powers = FrameBands::zeros((frames, bands.count()));
        let mut compressed = FrameBands::zeros((frames, compression.bins()));
        let mut rows = rows_mut(&mut powers).zip(rows_mut(&mut compressed));
        each_spectrum(signal, frames, length, hop, |power| {
            if let Some((powers, compressed)) = rows.next() {
                bands.powers(power, powers);
                compression.run(power, compressed);
            }
        });
        drop(rows);
        Self { powers, compressed }
    }

    /// How many frames a signal of `samples` samples has; one at least.
    pub fn frames(samples: usize, parameters: &Parameters) -> usize {
        samples.saturating_sub(parameters.frames.length) / parameters.frames.hop + 1
    }
}

/// Hands over the power spectra of `frames` frames under a Hann window, `hop` samples apart; the signal goes on with
/// zeros where it is shorter. The bins of a spectrum add up to the frame's mean square.
pub(crate) fn each_spectrum(
    signal: &[f32],
    frames: usize,
    length: usize,
    hop: usize,
    mut hand_over: impl FnMut(&[f32]),
) {
    let window = hann(length);
    let window_power: f32 = window.iter().map(|weight| weight * weight).sum();
    let scale = 2.0 / (length as f32 * window_power);
    let mut transform = Forward::new(length);
    let mut spectrum = Buffer::new(length);
    let mut power = vec![0.0; length / 2 + 1];
    for index in 0..frames {
        let samples = signal.get(index * hop..).unwrap_or_default();
        let present = samples.len().min(length);
        let frame = spectrum.samples_mut();
        multiply(frame, samples, &window);
        frame[present..].fill(0.0);
        transform.run(&mut spectrum);
        power.iter_mut().zip(&*spectrum).for_each(|(power, bin)| *power = bin.norm_sqr() * scale);
        hand_over(&power);
    }
}
