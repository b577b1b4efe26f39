//! The degraded signal on the reference's time axis.

use super::{Alignment, AlignmentParameters, Segment};
use crate::dsp::interpolate::Interpolator;
use crate::dsp::scales::ratio;
use crate::dsp::sums::{energy, running};
use std::ops::Range;

impl Alignment {
    /// Moment in the degraded signal, in samples, at which sample `reference` of the reference is heard; `None` in
    /// stretches that it skips.
    pub fn degraded_position(&self, reference: usize) -> Option<f64> {
        let next = self.segments.partition_point(|segment| segment.reference.end <= reference);
        let segment =
            self.segments.get(next).filter(|segment| segment.reference.contains(&reference))?;
        Some(self.position(segment, reference as f64))
    }

    /// The samples of a reference of `reference_length` samples during which there was a recording of `degraded_length`.
    pub fn recorded(&self, reference_length: usize, degraded_length: usize) -> Range<usize> {
        let (Some(first), Some(last)) = (self.segments.first(), self.segments.last()) else {
            return 0..reference_length;
        };
        let before = -self.position(first, 0.0);
        let behind = self.position(last, reference_length as f64) - degraded_length as f64;
        before.max(0.0) as usize..reference_length.saturating_sub(behind.max(0.0) as usize)
    }

    pub(super) fn position(&self, segment: &Segment, reference: f64) -> f64 {
        let drift = self.clock_drift_ppm * 1e-6;
        reference + segment.delay_samples + drift * (reference - segment.reference.start as f64)
    }

    /// `degraded` on the time axis of `reference`: drift removed, jumps joined with short cross-fades, stretches that it
    /// skips left silent. What it holds besides, where its delay rises, is heard in place of the quietest stretch
    /// around. Pauses that become longer or shorter lose nothing.
    pub fn warp(
        &self,
        degraded: &[f32],
        reference: &[f32],
        parameters: &AlignmentParameters,
    ) -> Vec<f32> {
        let fade = self.fade(parameters);
        let samples = self.joined(degraded, reference.len(), parameters);
        if self.segments.len() < 2 {
            return samples;
        }
        let pause = ratio(-parameters.warp.pause_db);
        let powers = [reference, &samples].map(power);
        let [shortest, longest] = [parameters.warp.pause_s, parameters.warp.inserted_at_most_s]
            .map(|seconds| (seconds * f64::from(self.sample_rate)) as usize);
        let mut warped = Warped { reference, samples, fade, pause, shortest, longest, powers };
        for (boundary, inserted) in self.insertions(degraded.len(), parameters) {
            warped.insert(&degraded[inserted], boundary);
        }
        for pair in self.segments.windows(2) {
            if pair[1].delay_samples < pair[0].delay_samples {
                warped.skip(pair[0].reference.end..pair[1].reference.start);
            }
        }
        warped.samples
    }

    /// Where delays rise: the sample of the reference, and the samples of the degraded signal that are passed over.
    fn insertions(
        &self,
        degraded_length: usize,
        parameters: &AlignmentParameters,
    ) -> Vec<(usize, Range<usize>)> {
        let least =
            (parameters.coverage.inserted_at_least_s * f64::from(self.sample_rate)) as usize;
        let insertion = |pair: &[Segment]| {
            let boundary = pair[1].reference.start;
            let [from, to] = [&pair[0], &pair[1]]
                .map(|segment| self.position(segment, boundary as f64).max(0.0) as usize);
            let to = to.min(degraded_length);
            (to >= from + least).then_some((boundary, from..to))
        };
        self.segments.windows(2).filter_map(insertion).collect()
    }

    /// Length of a cross-fade in samples, an even number.
    fn fade(&self, parameters: &AlignmentParameters) -> usize {
        (parameters.warp.cross_fade_s * f64::from(self.sample_rate)) as usize / 2 * 2
    }

    /// The segments, each at its delay, with short cross-fades; silent where the degraded signal skips.
    pub(crate) fn joined(
        &self,
        degraded: &[f32],
        reference_length: usize,
        parameters: &AlignmentParameters,
    ) -> Vec<f32> {
        let fade = self.fade(parameters);
        let interpolator = Interpolator::new();
        let mut warped = vec![0.0; reference_length];
        for (index, segment) in self.segments.iter().enumerate() {
            let start = if index == 0 {
                segment.reference.start
            } else {
                segment.reference.start.saturating_sub(fade / 2)
            };
            let last = index + 1 == self.segments.len();
            let end =
                (segment.reference.end + if last { 0 } else { fade / 2 }).min(reference_length);
            if start >= end {
                continue;
            }
            let values = self.read(degraded, segment, start..end, &interpolator);
            let (rises, falls) = (index > 0, !last);
            for (offset, value) in values.into_iter().enumerate() {
                let rise = if rises { weight(offset, fade) } else { 1.0 };
                let fall = if falls { weight(end - start - 1 - offset, fade) } else { 1.0 };
                warped[start + offset] += value * rise * fall;
            }
        }
        warped
    }

    /// `range` of the reference as heard at the delay of `segment`; whole samples where there is no drift.
    fn read(
        &self,
        degraded: &[f32],
        segment: &Segment,
        range: Range<usize>,
        interpolator: &Interpolator,
    ) -> Vec<f32> {
        if self.clock_drift_ppm == 0.0 {
            let delay = segment.delay_samples.round() as i64;
            let sample = |index: usize| {
                usize::try_from(index as i64 + delay).ok().and_then(|at| degraded.get(at))
            };
            return range.map(|index| sample(index).copied().unwrap_or(0.0)).collect();
        }
        let first = self.position(segment, range.start as f64);
        interpolator.read(degraded, first, 1.0 + self.clock_drift_ppm * 1e-6, range.len())
    }
}

/// A degraded signal on its reference's time axis, while what jumps leave out and put in is laid over it.
struct Warped<'a> {
    reference: &'a [f32],
    samples: Vec<f32>,
    /// Length of a cross-fade, an even number of samples.
    fade: usize,
    /// The share of a signal's power below which a stretch is a pause.
    pause: f64,
    /// The shortest pause, in samples.
    shortest: usize,
    /// How much of an insertion is heard at most, in samples.
    longest: usize,
    /// Of both signals, the reference first.
    powers: [f64; 2],
}

impl Warped<'_> {
    /// Lays the loudest of what was inserted at `boundary` over the stretch of the reference around it that loses least. A
    /// pause that becomes longer loses nothing.
    fn insert(&mut self, inserted: &[f32], boundary: usize) {
        let length = inserted.len().min(self.longest);
        let quietest = |length: usize| {
            let around =
                boundary.saturating_sub(length)..(boundary + length).min(self.reference.len());
            stretches(self.reference, around, length).min_by(|a, b| a.1.total_cmp(&b.1))
        };
        let loudest =
            stretches(inserted, 0..inserted.len(), length).max_by(|a, b| a.1.total_cmp(&b.1));
        let (Some((first, _)), Some((_, pause)), Some((from, loudest))) =
            (quietest(length), quietest(length.min(self.shortest)), loudest)
        else {
            return;
        };
        let mut heard = [pause, loudest].into_iter().zip(self.powers);
        if heard.any(|(part, whole)| part >= self.pause * whole) {
            let inserted = inserted[from..].iter().copied();
            self.lay(inserted, first..first + length);
        }
    }

    /// What was skipped of a pause is heard as it is in the reference.
    fn skip(&mut self, skipped: Range<usize>) {
        let Some(quiet) = self.reference.get(skipped.clone()) else { return };
        if quiet.len() > self.fade && power(quiet) < self.pause * self.powers[0] {
            let gain = (self.powers[1] / self.powers[0]).sqrt() as f32;
            let half = self.fade / 2;
            let end = (skipped.end + half).min(self.reference.len());
            let faded = skipped.start.saturating_sub(half)..end;
            let quiet = self.reference[faded.clone()].iter().map(|sample| gain * sample);
            self.lay(quiet, faded);
        }
    }

    /// Replaces `range` by `values`, with cross-fades at both ends.
    fn lay(&mut self, values: impl Iterator<Item = f32>, range: Range<usize>) {
        let (length, fade) = (range.len(), self.fade);
        for (offset, (value, other)) in self.samples[range].iter_mut().zip(values).enumerate() {
            let share = weight(offset, fade) * weight(length - 1 - offset, fade);
            *value += share * (other - *value);
        }
    }
}

/// Where the stretches of `length` samples within `range` begin, and their powers.
fn stretches(
    samples: &[f32],
    range: Range<usize>,
    length: usize,
) -> impl Iterator<Item = (usize, f64)> {
    let within = samples.get(range.clone()).unwrap_or_default();
    let sums = running(within.iter().map(|sample| sample * sample));
    let count = sums.len().saturating_sub(length);
    (0..count).map(move |at| (range.start + at, (sums[at + length] - sums[at]) / length as f64))
}

/// Mean square.
fn power(samples: &[f32]) -> f64 {
    energy(samples) / samples.len().max(1) as f64
}

/// Half a raised cosine over `fade` samples, so that neighbouring fades add up to one.
fn weight(offset: usize, fade: usize) -> f32 {
    if offset >= fade {
        return 1.0;
    }
    let phase = (offset as f32 + 0.5) / fade as f32;
    (std::f32::consts::FRAC_PI_2 * phase).sin().powi(2)
}
