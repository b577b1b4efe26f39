//! Short-term spectra and pitch power densities (P.862 clause 10.2).

use super::Setup;
use super::delay::Utterance;
use super::level::Levelled;
use crate::dsp::fft::{Buffer, Complex32, Forward};
use crate::dsp::memory::Memory;
use crate::dsp::window::{hann, multiply};
use std::sync::Arc;

/// The frames between the reference's first and last sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ActiveFrames {
    /// The first frame that counts in the score.
    pub first: usize,
    /// One more than the last.
    pub end: usize,
}

impl ActiveFrames {
    fn of(setup: Setup, reference: &Levelled) -> Self {
        let p = &setup.p.perceptual;
        let (margin, hop, longest) = (setup.margin(), setup.hop(), reference.longest);
        let from = &reference.samples[margin..];
        let to = &reference.samples[..longest - margin + setup.tail()];
        let loud =
            |samples: &[f32]| samples.iter().map(|sample| sample.abs()).sum::<f32>() >= p.start_sum;
        let count = longest / 2;
        let skip_start = from.windows(p.start_samples).take(count).position(loud).unwrap_or(count);
        let skip_end =
            to.windows(p.start_samples).rev().take(count).position(loud).unwrap_or(count);
        let end = (longest - 2 * margin + setup.tail()).saturating_sub(skip_end) / hop;
        Self { first: skip_start / hop, end: end.max(1) }
    }
}

/// The pitch power densities of consecutive frames, a row a frame.
pub(super) struct PitchPowers {
    bands: usize,
    values: Memory<f32>,
}

impl PitchPowers {
    pub fn new(bands: usize, frames: usize) -> Self {
        Self { bands, values: Memory::zeroed(bands * frames) }
    }

    pub fn frame(&self, frame: usize) -> &[f32] {
        &self.values[frame * self.bands..][..self.bands]
    }

    pub fn frame_mut(&mut self, frame: usize) -> &mut [f32] {
        &mut self.values[frame * self.bands..][..self.bands]
    }

    /// Average of what is well above the threshold in frames that are not silent, over `count` frames.
    pub fn average(&self, setup: Setup, silent: &[bool], count: usize) -> Vec<f32> {
        let mut sums = vec![0.0f64; self.bands];
        let heard =
            self.values.chunks_exact(self.bands).zip(silent).filter(|(_, silent)| !**silent);
        for (powers, _) in heard {
            for ((sum, &power), band) in sums.iter_mut().zip(powers).zip(&setup.rate.bands) {
                if power > setup.p.perceptual.audible_factor * band.threshold_power {
                    *sum += f64::from(power);
                }
            }
        }
        sums.into_iter().map(|sum| (sum / count as f64) as f32).collect()
    }
}

/// The reference in the perceptual domain.
pub(super) struct ReferenceFrames {
    pub active: ActiveFrames,
    pub powers: PitchPowers,
    pub silent: Vec<bool>,
    pub average: Vec<f32>,
}

impl ReferenceFrames {
    pub fn new(setup: Setup, reference: &Levelled) -> Self {
        let active = ActiveFrames::of(setup, reference);
        let mut powers = PitchPowers::new(setup.rate.bands.len(), active.end);
        let mut analyser = Analyser::new(setup);
        for f in 0..active.end {
            let from = setup.margin() + f * setup.hop();
            analyser.pitch_powers(&reference.samples[from..], powers.frame_mut(f));
        }
        let p = &setup.p.perceptual;
        let silent = |f| audible(setup, powers.frame(f), p.audible_factor) < p.silent_power;
        let silent: Vec<bool> = (0..active.end).map(silent).collect();
        let average = powers.average(setup, &silent, average_count(setup, reference.longest));
        Self { active, powers, silent, average }
    }
}

/// The number of frames that averages divide by.
pub(super) fn average_count(setup: Setup, longest: usize) -> usize {
    ((longest - 2 * setup.margin() + setup.tail()) / setup.hop()).saturating_sub(1).max(1)
}

/// Power in the bands above `factor` times the threshold of hearing; the lowest band does not count.
pub(super) fn audible(setup: Setup, powers: &[f32], factor: f32) -> f32 {
    let bands = powers.iter().zip(&setup.rate.bands).skip(1);
    let heard = bands.filter(|(power, band)| **power > factor * band.threshold_power);
    heard.map(|(&power, _)| f64::from(power)).sum::<f64>() as f32
}

/// From a frame of samples to its pitch power density.
pub(super) struct Analyser {
    window: Arc<[f32]>,
    forward: Forward,
    spectrum: Buffer,
    /// Bins of each band, and what their power is multiplied by.
    bands: Vec<(usize, f64)>,
}

impl Analyser {
    pub fn new(setup: Setup) -> Self {
        let length = setup.rate.frame;
        let scale = setup.rate.pitch_power_scale;
        Self {
            window: hann(length),
            forward: Forward::new(length),
            spectrum: Buffer::new(length),
            bands: setup
                .rate
                .bands
                .iter()
                .map(|band| (band.bins, band.power_correction * scale))
                .collect(),
        }
    }

    /// The pitch power density of the frame that `samples` begin with.
    pub fn pitch_powers(&mut self, samples: &[f32], powers: &mut [f32]) {
        multiply(self.spectrum.samples_mut(), samples, &self.window);
        self.forward.run(&mut self.spectrum);
        self.spectrum[0] = Complex32::default();
        let mut bins = &*self.spectrum;
        for (power, (count, scale)) in powers.iter_mut().zip(&self.bands) {
            let (band, rest) = bins.split_at(*count);
            bins = rest;
            *power = (band.iter().map(|bin| f64::from(bin.norm_sqr())).sum::<f64>() * scale) as f32;
        }
    }

    /// The pitch power densities of the degraded signal's frames, each at its utterance's delay.
    pub fn delayed(
        &mut self,
        setup: Setup,
        degraded: &[f32],
        utterances: &[Utterance],
        frames: usize,
    ) -> PitchPowers {
        let mut powers = PitchPowers::new(self.bands.len(), frames);
        for f in 0..frames {
            let x = setup.margin() + f * setup.hop();
            let from = x as i64 + delay_at(setup, utterances, x);
            if from > 0 && from as usize + setup.rate.frame < degraded.len() {
                self.pitch_powers(&degraded[from as usize..], powers.frame_mut(f));
            }
        }
        powers
    }
}

/// The delay of the utterance that the reference position `x` lies in, in samples.
pub(super) fn delay_at(setup: Setup, utterances: &[Utterance], x: usize) -> i64 {
    let begun =
        utterances.partition_point(|utterance| utterance.start * setup.window() <= x as i64);
    utterances[begun.saturating_sub(1)].delay
}
