//! What an ear notices of the difference, frame by frame (P.862 clause 10.2, disturbance densities).

use super::Setup;
use super::delay::Utterance;
use super::loudness::LoudnessScale;
use super::perceptual::{Analyser, PitchPowers, ReferenceFrames, audible, average_count};
use super::realignment::{self, BadInterval};
use crate::dsp::power::pow;
use crate::model;
use multiversion::{multiversion, target::target_cfg_f};

/// The disturbance of every frame, and what led to it.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub symmetric: Vec<f32>,
    pub asymmetric: Vec<f32>,
    #[cfg(test)]
    pub stages: Stages,
}

/// Intermediate results that the conformance test compares.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct Stages {
    pub average_degraded: Vec<f32>,
    pub first_symmetric: Vec<f32>,
    pub first_asymmetric: Vec<f32>,
    pub bad: Vec<BadInterval>,
}

/// Compares the frames of a pair.
pub(super) struct FrameComparison<'a> {
    setup: Setup<'a>,
    utterances: &'a [Utterance],
    analyser: Analyser,
    loudness: LoudnessScale,
    widths: Vec<f64>,
    reference: CompensatedReference,
    degraded: PitchPowers,
    /// Smoothed gain of the previous frame.
    gain: f64,
    working: Working,
    #[cfg(test)]
    average_degraded: Vec<f32>,
}

/// The reference with the degraded signal's frequency response.
struct CompensatedReference {
    powers: PitchPowers,
    loudness: PitchPowers,
    audible: Vec<f32>,
}

/// One frame's densities.
struct Working {
    powers: Vec<f32>,
    loudness: Vec<f32>,
    densities: Vec<[f32; 2]>,
}

impl<'a> FrameComparison<'a> {
    pub fn new(
        setup: Setup<'a>,
        reference: &ReferenceFrames,
        degraded: &[f32],
        utterances: &'a [Utterance],
    ) -> Self {
        let frames = reference.active.end;
        let bands = setup.rate.bands.len();
        let mut analyser = Analyser::new(setup);
        let loudness = LoudnessScale::new(setup);
        let degraded_powers = analyser.delayed(setup, degraded, utterances, frames);
        let count = average_count(setup, degraded.len() - setup.tail());
        let average = degraded_powers.average(setup, &reference.silent, count);
        let compensated = CompensatedReference::new(setup, &loudness, reference, &average);
        Self {
            setup,
            utterances,
            analyser,
            loudness,
            widths: setup.rate.bands.iter().map(|band| band.width_bark).collect(),
            reference: compensated,
            degraded: degraded_powers,
            gain: 1.0,
            working: Working {
                powers: vec![0.0; bands],
                loudness: vec![0.0; bands],
                densities: vec![[0.0; 2]; bands],
            },
            #[cfg(test)]
            average_degraded: average,
        }
    }

    /// The disturbances of all frames: first pass, skipped frames, a second look at bad intervals, weights.
    pub fn compare(mut self, reference: &[f32], degraded: &[f32], longest: usize) -> Compared {
        let frames = self.reference.audible.len();
        let mut compared = Compared::default();
        for f in 0..frames {
            self.working.powers.copy_from_slice(self.degraded.frame(f));
            let [symmetric, asymmetric] = self.disturbance(f);
            compared.symmetric.push(symmetric);
            compared.asymmetric.push(asymmetric);
        }
        #[cfg(test)]
        {
            compared.stages.average_degraded = std::mem::take(&mut self.average_degraded);
            compared.stages.first_symmetric = compared.symmetric.clone();
            compared.stages.first_asymmetric = compared.asymmetric.clone();
        }
        let bad = compared.symmetric.iter().any(|&d| d > self.setup.p.realignment.bad_disturbance);
        self.forgive_skipped(&mut compared);
        if bad {
            let realigned = realignment::realign(
                self.setup,
                reference,
                degraded,
                self.utterances,
                longest,
                &compared.symmetric,
            );
            for interval in &realigned.intervals {
                self.compare_again(interval, &realigned.degraded, &mut compared);
            }
            #[cfg(test)]
            {
                compared.stages.bad = realigned.intervals;
            }
        }
        self.weigh(&mut compared);
        compared
    }

    /// Symmetric and asymmetric disturbance of frame `f`, whose degraded pitch powers stand in `working`.
    fn disturbance(&mut self, f: usize) -> [f32; 2] {
        let p = &self.setup.p.perceptual;
        let working = &mut self.working;
        let heard = f64::from(audible(self.setup, &working.powers, 1.0) + p.gain_offset);
        let gain = f64::from(self.reference.audible[f] + p.gain_offset) / heard;
        let smoothed = if f > 0 {
            p.gain_smoothing * self.gain + (1.0 - p.gain_smoothing) * gain
        } else {
            gain
        };
        self.gain = smoothed;
        let gain = (smoothed as f32).clamp(p.gain_range[0], p.gain_range[1]);
        working.powers.iter_mut().for_each(|power| *power *= gain);
        self.loudness.loudness(&working.powers, &mut working.loudness);
        let reference = Frame {
            powers: self.reference.powers.frame(f),
            loudness: self.reference.loudness.frame(f),
        };
        let degraded = Frame { powers: &working.powers, loudness: &working.loudness };
        densities(&self.setup.p.disturbance, reference, degraded, &mut working.densities);
        norms(&working.densities, &self.widths)
    }

    /// Frames that the degraded signal left out where its delay shrank are not held against it.
    fn forgive_skipped(&self, compared: &mut Compared) {
        let (window, hop) = (self.setup.window(), self.setup.hop() as i64);
        let margin = self.setup.p.framing.margin_windows as i64;
        for pair in self.utterances.windows(2) {
            let (left, right) = (&pair[0], &pair[1]);
            let jump = right.delay - left.delay;
            if jump >= -hop {
                continue;
            }
            let start = (right.start - margin) * window;
            let from = (start + right.delay) / hop;
            let resumed = ((left.end - margin) * window + left.delay) / hop;
            let from = from.min(resumed).max(0) as usize;
            let to = (start + jump.abs()) / hop + 1;
            let end = usize::try_from(to + 1).unwrap_or(0).min(compared.symmetric.len() - 1);
            for f in from..end {
                compared.symmetric[f] = 0.0;
                compared.asymmetric[f] = 0.0;
            }
        }
    }

    /// Lets the frames of a bad interval have the smaller of their disturbance and that of the realigned signal.
    fn compare_again(
        &mut self,
        interval: &BadInterval,
        realigned: &[f32],
        compared: &mut Compared,
    ) {
        self.gain = 1.0;
        let from = |f: usize| self.setup.margin() + f * self.setup.hop();
        let frames = interval.frames.clone().map(|f| &realigned[from(f)..]).enumerate();
        let mut powers = PitchPowers::new(self.setup.rate.bands.len(), interval.frames.len());
        self.analyser.pitch_powers(frames, &mut powers);
        for (i, f) in interval.frames.clone().enumerate() {
            self.working.powers.copy_from_slice(powers.frame(i));
            let [symmetric, asymmetric] = self.disturbance(f);
            compared.symmetric[f] = compared.symmetric[f].min(symmetric);
            compared.asymmetric[f] = compared.asymmetric[f].min(asymmetric);
        }
    }

    /// Quiet frames of the reference weigh more; no frame counts beyond a limit.
    fn weigh(&self, compared: &mut Compared) {
        let p = &self.setup.p.disturbance;
        for (f, audible) in self.reference.audible.iter().enumerate() {
            let weight = (f64::from(audible + p.weight_offset) / p.weight_scale)
                .powf(p.weight_exponent) as f32;
            for disturbance in [&mut compared.symmetric[f], &mut compared.asymmetric[f]] {
                *disturbance = (*disturbance / weight).min(p.frame_limit);
            }
        }
    }
}

impl CompensatedReference {
    fn new(
        setup: Setup,
        scale: &LoudnessScale,
        reference: &ReferenceFrames,
        degraded_average: &[f32],
    ) -> Self {
        let p = &setup.p.perceptual;
        let response = |(degraded, reference): (&f32, &f32)| {
            ((degraded + p.response_offset) / (reference + p.response_offset))
                .clamp(p.response_range[0], p.response_range[1])
        };
        let response: Vec<f32> =
            degraded_average.iter().zip(&reference.average).map(response).collect();
        let frames = reference.active.end;
        let mut powers = PitchPowers::new(response.len(), frames);
        let mut loudness = PitchPowers::new(response.len(), frames);
        let mut heard = Vec::with_capacity(frames);
        for f in 0..frames {
            let compensated = powers.frame_mut(f);
            for ((out, power), gain) in
                compensated.iter_mut().zip(reference.powers.frame(f)).zip(&response)
            {
                *out = power * gain;
            }
            scale.loudness(compensated, loudness.frame_mut(f));
            heard.push(audible(setup, compensated, 1.0));
        }
        Self { powers, loudness, audible: heard }
    }
}

/// One signal's densities in one frame.
#[derive(Clone, Copy)]
struct Frame<'a> {
    powers: &'a [f32],
    loudness: &'a [f32],
}

/// Disturbance densities of a frame: symmetric, and weighted by the asymmetry factor.
#[multiversion(targets("x86_64+avx2+fma", "aarch64+neon"))]
fn densities(
    p: &model::Disturbance,
    reference: Frame,
    degraded: Frame,
    densities: &mut [[f32; 2]],
) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    let signals = reference
        .loudness
        .iter()
        .zip(degraded.loudness)
        .zip(reference.powers.iter().zip(degraded.powers));
    for (density, ((&reference, &degraded), (&reference_power, &degraded_power))) in
        densities.iter_mut().zip(signals)
    {
        let difference = degraded - reference;
        let zone = p.dead_zone * if degraded < reference { degraded } else { reference };
        let above = if difference > zone { difference - zone } else { 0.0 };
        let heard = if difference < -zone { difference + zone } else { above };
        let ratio = (degraded_power + p.asymmetry_offset) / (reference_power + p.asymmetry_offset);
        let factor = pow::<FUSED>(f64::from(ratio), p.asymmetry_exponent);
        let factor = if factor > p.asymmetry_limit { p.asymmetry_limit } else { factor };
        let factor = if factor < p.asymmetry_floor { 0.0 } else { factor };
        *density = [heard, heard * factor as f32];
    }
}

/// Pseudo-Lebesgue norms over the bands above the lowest: L2 of the symmetric, L1 of the asymmetric densities.
fn norms(densities: &[[f32; 2]], widths: &[f64]) -> [f32; 2] {
    let (mut squares, mut magnitudes, mut total) = (0.0, 0.0, 0.0);
    for ([symmetric, asymmetric], width) in densities.iter().zip(widths).skip(1) {
        let weighted = f64::from(*symmetric) * width;
        squares += weighted * weighted;
        magnitudes += f64::from(asymmetric.abs()) * width;
        total += width;
    }
    [((squares / total).sqrt() * total) as f32, magnitudes as f32]
}
