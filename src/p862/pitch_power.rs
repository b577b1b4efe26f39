//! Pitch power densities: the power of a frame in each critical band (P.862 clause 10.2).

use super::setup::Setup;
use crate::dsp::frames::power::FramePower;
use crate::dsp::lanes::{self, MOST};
use crate::dsp::memory::Memory;
use crate::dsp::window::hann;
use multiversion::multiversion;
use std::sync::Arc;

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
}

/// The sum of each lane, added in f64.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn sums(rows: &[[f32; MOST]]) -> [f64; MOST] {
    let mut sums = [0.0; MOST];
    for row in rows {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    sums
}
