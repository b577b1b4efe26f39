//! What an ear notices of the difference, frame by frame (P.862 clause 10.2, disturbance densities).

use super::Setup;
use super::delay::Utterance;
use super::densities::{Ear, Gain};
use super::perceptual::{Analyser, PitchPowers, ReferenceFrames, average_count};
use super::realignment::{self, BadInterval};
use crate::dsp::power::raise;

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
    ear: Ear,
    reference: &'a PitchPowers,
    /// Audible power of the reference's frames.
    audible: Vec<f32>,
    degraded: PitchPowers,
    #[cfg(test)]
    average_degraded: Vec<f32>,
}

impl<'a> FrameComparison<'a> {
    pub fn new(
        setup: Setup<'a>,
        reference: &'a ReferenceFrames,
        degraded: &[f32],
        utterances: &'a [Utterance],
    ) -> Self {
        let frames = reference.active.end;
        let mut analyser = Analyser::new(setup);
        let degraded_powers = analyser.delayed(setup, degraded, utterances, frames);
        let count = average_count(setup, degraded.len() - setup.tail());
        let average = degraded_powers.average(setup, &reference.silent, count);
        let mut ear = Ear::new(setup, &reference.average, &average);
        let audible = |f| ear.audible_reference(reference.powers.frame(f));
        Self {
            setup,
            utterances,
            analyser,
            reference: &reference.powers,
            audible: (0..frames).map(audible).collect(),
            ear,
            degraded: degraded_powers,
            #[cfg(test)]
            average_degraded: average,
        }
    }

    /// The disturbances of all frames: first pass, skipped frames, a second look at bad intervals, weights.
    pub fn compare(mut self, reference: &[f32], degraded: &[f32], longest: usize) -> Compared {
        let mut compared = Compared::default();
        let mut gain = Gain::default();
        for (f, &audible) in self.audible.iter().enumerate() {
            let powers = [self.reference.frame(f), self.degraded.frame(f)];
            let [symmetric, asymmetric] =
                self.ear.disturbance(self.setup, powers, audible, &mut gain);
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
        let from = |f: usize| self.setup.margin() + f * self.setup.hop();
        let frames = interval.frames.clone().map(|f| &realigned[from(f)..]).enumerate();
        let mut powers = PitchPowers::new(self.setup.rate.bands.len(), interval.frames.len());
        self.analyser.pitch_powers(frames, &mut powers);
        let mut gain = Gain::unity();
        for (i, f) in interval.frames.clone().enumerate() {
            let powers = [self.reference.frame(f), powers.frame(i)];
            let [symmetric, asymmetric] =
                self.ear.disturbance(self.setup, powers, self.audible[f], &mut gain);
            compared.symmetric[f] = compared.symmetric[f].min(symmetric);
            compared.asymmetric[f] = compared.asymmetric[f].min(asymmetric);
        }
    }

    /// Quiet frames of the reference weigh more; no frame counts beyond a limit.
    fn weigh(&self, compared: &mut Compared) {
        let p = &self.setup.p.disturbance;
        let loudness = |&audible: &f32| f64::from(audible + p.weight_offset) / p.weight_scale;
        let mut weights: Vec<f64> = self.audible.iter().map(loudness).collect();
        raise(&mut weights, p.weight_exponent);
        for disturbances in [&mut compared.symmetric, &mut compared.asymmetric] {
            for (disturbance, &weight) in disturbances.iter_mut().zip(&weights) {
                *disturbance = (*disturbance / weight as f32).min(p.frame_limit);
            }
        }
    }
}
