//! The degraded signal on the reference's time axis.

use super::interpolate::Interpolator;
use super::{Alignment, Segment};
use std::ops::Range;

/// A shorter insertion is not heard as one: a packet of 20 ms.
const INSERTION_AT_LEAST_S: f64 = 0.02;
/// Of a longer one, this much is heard in place of the reference: a gap in a word spoils it, however long it is.
const INSERTION_AT_MOST_S: f64 = 0.1;
/// Below this share of the mean power (-20 dB) is a pause.
const PAUSE_POWER: f64 = 0.01;
/// Length of the cross-fade where the delay jumps, in seconds.
const CROSS_FADE_S: f64 = 0.005;

impl Alignment {
    /// Moment in the degraded signal, in samples, at which sample `reference` of the reference is heard; `None` in
    /// stretches that it skips.
    pub fn degraded_position(&self, reference: usize) -> Option<f64> {
        let next = self.segments.partition_point(|segment| segment.reference.end <= reference);
        let segment =
            self.segments.get(next).filter(|segment| segment.reference.contains(&reference))?;
        Some(self.position(segment, reference as f64))
    }

    fn position(&self, segment: &Segment, reference: f64) -> f64 {
        let drift = self.clock_drift_ppm * 1e-6;
        reference + segment.delay_samples + drift * (reference - segment.reference.start as f64)
    }

    /// `degraded` on the time axis of `reference`: drift removed, jumps joined with short cross-fades, stretches that it
    /// skips left silent. What it holds besides, where its delay rises, is heard in place of the quietest stretch
    /// around. Pauses that become longer or shorter lose nothing.
    pub fn warp(&self, degraded: &[f32], reference: &[f32]) -> Vec<f32> {
        let mut warped = self.joined(degraded, reference.len());
        for (seam, inserted) in self.insertions(degraded.len()) {
            self.insert(&degraded[inserted], seam, &mut warped);
        }
        self.restore_pauses(reference, &mut warped);
        warped
    }

    /// Where delays rise: the sample of the reference, and the samples of the degraded signal that are passed over.
    fn insertions(&self, degraded_length: usize) -> Vec<(usize, Range<usize>)> {
        let rate = f64::from(self.sample_rate);
        let insertion = |pair: &[Segment]| {
            let seam = pair[1].reference.start;
            let [from, to] = [&pair[0], &pair[1]]
                .map(|segment| self.position(segment, seam as f64).max(0.0) as usize);
            let to = to.min(from + (INSERTION_AT_MOST_S * rate) as usize).min(degraded_length);
            (to >= from + (INSERTION_AT_LEAST_S * rate) as usize).then_some((seam, from..to))
        };
        self.segments.windows(2).filter_map(insertion).collect()
    }

    /// Lays `inserted` over the stretch of `warped` around `seam` that loses least.
    fn insert(&self, inserted: &[f32], seam: usize, warped: &mut [f32]) {
        let length = inserted.len();
        let around = seam.saturating_sub(length)..(seam + length).min(warped.len());
        let Some((place, least)) = quietest(warped, around, length) else { return };
        if power(inserted).max(least) >= PAUSE_POWER * power(warped) {
            self.lay(inserted.iter().copied(), &mut warped[place..][..length]);
        }
    }

    /// Where a pause became shorter, what was skipped is heard as it is in the reference.
    fn restore_pauses(&self, reference: &[f32], warped: &mut [f32]) {
        let (spoken, half) = (power(reference), self.fade() / 2);
        let gain = (power(warped) / spoken).sqrt() as f32;
        for pair in
            self.segments.windows(2).filter(|pair| pair[1].delay_samples < pair[0].delay_samples)
        {
            let skipped = pair[0].reference.end..pair[1].reference.start.min(reference.len());
            if skipped.len() > 2 * half && power(&reference[skipped.clone()]) < PAUSE_POWER * spoken
            {
                let faded =
                    skipped.start.saturating_sub(half)..(skipped.end + half).min(reference.len());
                let quiet = reference[faded.clone()].iter().map(|sample| gain * sample);
                self.lay(quiet, &mut warped[faded]);
            }
        }
    }

    /// Replaces `place` by `values`, with cross-fades at both ends.
    fn lay(&self, values: impl Iterator<Item = f32>, place: &mut [f32]) {
        let (length, fade) = (place.len(), self.fade());
        for (offset, (value, other)) in place.iter_mut().zip(values).enumerate() {
            let share = weight(offset, fade) * weight(length - 1 - offset, fade);
            *value += share * (other - *value);
        }
    }

    /// Length of a cross-fade, in samples.
    fn fade(&self) -> usize {
        (CROSS_FADE_S * f64::from(self.sample_rate)) as usize / 2 * 2
    }

    /// The segments, each at its delay.
    fn joined(&self, degraded: &[f32], reference_length: usize) -> Vec<f32> {
        let fade = self.fade();
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

/// Where the quietest `length` samples begin within `around`, and their power; `None` where there are not so many.
fn quietest(samples: &[f32], around: Range<usize>, length: usize) -> Option<(usize, f64)> {
    let latest = around.len().checked_sub(length)?;
    let square = |index: usize| f64::from(samples[around.start + index]).powi(2);
    let mut energy: f64 = (0..length).map(square).sum();
    let mut least = (energy, 0);
    for start in 0..latest {
        energy += square(start + length) - square(start);
        if energy < least.0 {
            least = (energy, start + 1);
        }
    }
    Some((around.start + least.1, least.0 / length as f64))
}

/// Mean square.
fn power(samples: &[f32]) -> f64 {
    let energy: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    energy / samples.len().max(1) as f64
}

/// Half a raised cosine over `fade` samples, so that neighbouring fades add up to one.
fn weight(offset: usize, fade: usize) -> f32 {
    if offset >= fade {
        return 1.0;
    }
    let phase = (offset as f32 + 0.5) / fade as f32;
    (std::f32::consts::FRAC_PI_2 * phase).sin().powi(2)
}
