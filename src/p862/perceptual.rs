//! Short-term spectra and pitch power densities (P.862 clause 10.2).

use super::Setup;
use super::delay::Utterance;
use super::level::Levelled;
use crate::dsp::frames::power::FramePower;
use crate::dsp::lanes::{self, MOST};
use crate::dsp::memory::Memory;
use crate::dsp::window::hann;
use multiversion::multiversion;
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
        let from = |f: usize| setup.margin() + f * setup.hop();
        let frames = (0..active.end).map(|f| (f, &reference.samples[from(f)..]));
        analyser.pitch_powers(frames, &mut powers);
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

/// From frames of samples to their pitch power densities.
pub(super) struct Analyser {
    window: Arc<[f32]>,
    power: FramePower,
    bands: Vec<BandPower>,
}

/// Bins of a band, and what their power is multiplied by.
struct BandPower {
    bins: usize,
    scale: f64,
}

impl Analyser {
    pub fn new(setup: Setup) -> Self {
        let length = setup.rate.frame;
        let scale = setup.rate.pitch_power_scale;
        let bands = setup.rate.bands.iter();
        let bands = bands
            .map(|band| BandPower { bins: band.bins, scale: band.power_correction * scale })
            .collect();
        Self { window: hann(length), power: FramePower::new(length), bands }
    }

    /// The pitch power densities of frames, each with its place in `powers` and the samples that it begins.
    pub fn pitch_powers<'s>(
        &mut self,
        mut frames: impl Iterator<Item = (usize, &'s [f32])>,
        powers: &mut PitchPowers,
    ) {
        loop {
            let abreast: Vec<_> = frames.by_ref().take(lanes::width()).collect();
            let Some(&(_, last)) = abreast.last() else { return };
            // The last stands for those that are missing.
            let samples =
                std::array::from_fn(|lane| abreast.get(lane).map_or(last, |(_, samples)| samples));
            let mut bins = self.power.powers(&samples, &self.window);
            for (k, band) in self.bands.iter().enumerate() {
                let (own, rest) = bins.split_at(band.bins);
                bins = rest;
                let sums = sums(own);
                for (&(f, _), sum) in abreast.iter().zip(sums) {
                    powers.frame_mut(f)[k] = (sum * band.scale) as f32;
                }
            }
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
        let heard = (0..frames).filter_map(|f| {
            let x = setup.margin() + f * setup.hop();
            let from = x as i64 + delay_at(setup, utterances, x);
            let heard = from > 0 && from as usize + setup.rate.frame < degraded.len();
            heard.then(|| (f, &degraded[from as usize..]))
        });
        self.pitch_powers(heard, &mut powers);
        powers
    }
}

/// The sum of each lane, added in f64.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sums(rows: &[[f32; MOST]]) -> [f64; MOST] {
    let mut sums = [0.0; MOST];
    for row in rows {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    sums
}

/// The delay of the utterance that the reference position `x` lies in, in samples.
pub(super) fn delay_at(setup: Setup, utterances: &[Utterance], x: usize) -> i64 {
    let begun =
        utterances.partition_point(|utterance| utterance.start * setup.window() <= x as i64);
    utterances[begun.saturating_sub(1)].delay
}
