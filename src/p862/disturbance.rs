//! What an ear notices of the difference, frame by frame (P.862 clause 10.2, disturbance densities).

use super::densities::{Ear, Gain};
use super::perceptual::{DegradedFrames, ReferenceFrames};
use super::pitch_power::{Analyser, PitchPowers};
use super::realignment::{self, BadInterval};
use super::setup::Setup;
use super::utterance::Utterance;
use crate::dsp::power::raise;

/// The disturbances of every frame.
#[derive(Debug, Default)]
pub(super) struct Disturbances {
    pub symmetric: Vec<f32>,
    pub asymmetric: Vec<f32>,
}

/// Compares the frames of a pair.
pub(super) struct FrameComparison<'a> {
    setup: Setup<'a>,
    utterances: &'a [Utterance],
    ear: Ear,
    reference: &'a PitchPowers,
    /// Audible power of the reference's frames.
    audible: Vec<f32>,
    degraded: &'a PitchPowers,
}

impl<'a> FrameComparison<'a> {
    pub fn new(
        setup: Setup<'a>,
        reference: &'a ReferenceFrames,
        degraded: &'a DegradedFrames,
        utterances: &'a [Utterance],
    ) -> Self {
        let mut ear = Ear::new(setup, &reference.average, &degraded.average);
        let audible = |f| ear.audible_reference(reference.powers.frame(f));
        Self {
            setup,
            utterances,
            reference: &reference.powers,
            audible: (0..reference.active.end).map(audible).collect(),
            ear,
            degraded: &degraded.powers,
        }
    }

    /// The disturbances of all frames by both passes, weighted; `signals` are the reference and the degraded one, `longest`
    /// samples and the tail long.
    pub fn compare(mut self, signals: [&[f32]; 2], longest: usize) -> Disturbances {
        let mut disturbances = self.first_pass();
        self.second_pass(signals, longest, &mut disturbances);
        self.weigh(&mut disturbances);
        disturbances
    }

    /// The disturbances of all frames as the utterances are aligned.
    pub fn first_pass(&mut self) -> Disturbances {
        let mut disturbances = Disturbances::default();
        let mut gain = Gain::default();
        for (f, &audible) in self.audible.iter().enumerate() {
            let powers = [self.reference.frame(f), self.degraded.frame(f)];
            let [symmetric, asymmetric] =
                self.ear.disturbance(self.setup, powers, audible, &mut gain);
            disturbances.symmetric.push(symmetric);
            disturbances.asymmetric.push(asymmetric);
        }
        disturbances
    }

    /// Forgives skipped frames, aligns bad intervals anew and compares them again. Returns those intervals.
    pub fn second_pass(
        &mut self,
        [reference, degraded]: [&[f32]; 2],
        longest: usize,
        disturbances: &mut Disturbances,
    ) -> Vec<BadInterval> {
        let limit = self.setup.p.realignment.bad_disturbance;
        let bad = disturbances.symmetric.iter().any(|&disturbance| disturbance > limit);
        self.forgive_skipped(disturbances);
        if !bad {
            return Vec::new();
        }
        let realigned = realignment::realign(
            self.setup,
            reference,
            degraded,
            self.utterances,
            longest,
            &disturbances.symmetric,
        );
        let mut analyser = Analyser::new(self.setup);
        for interval in &realigned.intervals {
            self.compare_again(&mut analyser, interval, &realigned.degraded, disturbances);
        }
        realigned.intervals
    }

    /// Frames that the degraded signal left out where its delay shrank are not held against it.
    fn forgive_skipped(&self, disturbances: &mut Disturbances) {
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
            let end = usize::try_from(to + 1).unwrap_or(0).min(disturbances.symmetric.len() - 1);
            for f in from..end {
                disturbances.symmetric[f] = 0.0;
                disturbances.asymmetric[f] = 0.0;
            }
        }
    }

    /// Lets the frames of a bad interval have the smaller of their disturbance and that of the realigned signal.
    fn compare_again(
        &mut self,
        analyser: &mut Analyser,
        interval: &BadInterval,
        realigned: &[f32],
        disturbances: &mut Disturbances,
    ) {
        let from = |f: usize| self.setup.margin() + f * self.setup.hop();
        let frames = interval.frames.clone().map(|f| &realigned[from(f)..]).enumerate();
        let mut powers = PitchPowers::new(self.setup.rate.bands.len(), interval.frames.len());
        analyser.pitch_powers(frames, &mut powers);
        let mut gain = Gain::unity();
        for (i, f) in interval.frames.clone().enumerate() {
            let powers = [self.reference.frame(f), powers.frame(i)];
            let [symmetric, asymmetric] =
                self.ear.disturbance(self.setup, powers, self.audible[f], &mut gain);
            disturbances.symmetric[f] = disturbances.symmetric[f].min(symmetric);
            disturbances.asymmetric[f] = disturbances.asymmetric[f].min(asymmetric);
        }
    }

    /// Quiet frames of the reference weigh more; no frame counts beyond a limit.
    pub fn weigh(&self, disturbances: &mut Disturbances) {
        let p = &self.setup.p.disturbance;
        let loudness = |&audible: &f32| f64::from(audible + p.weight_offset) / p.weight_scale;
        let mut weights: Vec<f64> = self.audible.iter().map(loudness).collect();
        raise(&mut weights, p.weight_exponent);
        for frames in [&mut disturbances.symmetric, &mut disturbances.asymmetric] {
            for (disturbance, &weight) in frames.iter_mut().zip(&weights) {
                *disturbance = (*disturbance / weight as f32).min(p.frame_limit);
            }
        }
    }
}
