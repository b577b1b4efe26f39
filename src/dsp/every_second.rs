//! The energy of a stretch of a signal of which every second sample is known, as if all were.

use super::sums::energy;
use std::f64::consts::PI;
use std::ops::Range;

/// Even samples on either side from which an odd one is interpolated.
const TAPS: usize = 24;

/// Samples on either side of an edge over which it is smoothed.
const REACH: usize = 32;

/// Every second sample, the first one too, of a circular signal.
pub(crate) struct EverySecond<'a> {
    even: &'a [f32],
    /// Weights of the neighbours of an odd sample, from the nearest on.
    taps: [f64; TAPS],
}

impl<'a> EverySecond<'a> {
    /// The highest frequency that the signal may have, of its sample rate.
    pub const HIGHEST: f64 = 7.0 / 32.0;

    /// A signal of twice as many samples.
    pub fn new(samples: &'a [f32]) -> Self {
        let tap = |tap: usize| {
            let distance = tap as f64 + 0.5;
            let window = (0.5 * PI * distance / TAPS as f64).cos().powi(2);
            window * (PI * distance).sin() / (PI * distance)
        };
        Self { even: samples, taps: std::array::from_fn(tap) }
    }

    /// The samples that the energy from sample `first` on does not depend on.
    pub fn unused(first: usize) -> Range<usize> {
        let reach = REACH / 2 + TAPS + 1;
        reach..(first / 2).saturating_sub(reach)
    }

    /// The energy of the whole signal from sample `first` to its end.
    pub fn energy_from(&self, first: usize) -> f64 {
        let counted = &self.even[first.div_ceil(2)..];
        2.0 * energy(counted) - self.excess(first) + self.excess(2 * self.even.len())
    }

    /// By how much twice the squares of the even samples behind an edge exceed the squares of all samples behind it. Without an
    /// edge they are equal, because a square has nothing at half the sample rate. With a smooth edge they still are; so only
    /// the difference between the sharp edge and a smooth one counts, which is zero but near the edge.
    fn excess(&self, edge: usize) -> f64 {
        let term = |offset: usize| {
            let sample = edge + 2 * self.even.len() + offset - REACH;
            let position = (offset as f64 + 0.5) / REACH as f64 - 1.0;
            let smooth = 0.5 * (1.0 + position + (PI * position).sin() / PI);
            let step = if offset < REACH { -smooth } else { 1.0 - smooth };
            let sign = if sample.is_multiple_of(2) { 1.0 } else { -1.0 };
            sign * step * self.at(sample).powi(2)
        };
        (0..2 * REACH).map(term).sum()
    }

    /// A sample of the whole signal; odd ones lie between even ones.
    fn at(&self, sample: usize) -> f64 {
        let even = |index: usize| f64::from(self.even[index % self.even.len()]);
        let before = sample / 2 + self.even.len() * TAPS;
        if sample.is_multiple_of(2) {
            return even(before);
        }
        let neighbours = |tap: usize| even(before - tap) + even(before + 1 + tap);
        self.taps.iter().enumerate().map(|(tap, weight)| weight * neighbours(tap)).sum()
    }
}
