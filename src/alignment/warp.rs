//! The degraded signal on the reference's time axis.

use super::interpolate::Interpolator;
use super::{Alignment, Segment};
use std::ops::Range;

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

    /// `degraded` on the reference's time axis, `reference_length` samples long: drift removed, jumps joined with
    /// short cross-fades, stretches that it skips left silent.
    pub fn warp(&self, degraded: &[f32], reference_length: usize) -> Vec<f32> {
        let fade = (CROSS_FADE_S * f64::from(self.sample_rate)) as usize / 2 * 2;
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
        range.map(|index| interpolator.at(degraded, self.position(segment, index as f64))).collect()
    }
}

/// Half a raised cosine over `fade` samples, so that neighbouring fades add up to one.
fn weight(offset: usize, fade: usize) -> f32 {
    if offset >= fade {
        return 1.0;
    }
    let phase = (offset as f32 + 0.5) / fade as f32;
    (std::f32::consts::FRAC_PI_2 * phase).sin().powi(2)
}
