//! Correlation over delay and time, block by block, and what it says about delay and drift.
//!
//! A block's curve is its normalised cross-correlation around the path, weighted by its energy. Curves of several
//! blocks are added up along a line of constant drift (stacking, as in seismology), so that noise and the false
//! peaks at the pitch period average out before any peak is picked.

use crate::dsp::argmax::argmax_by;
use crate::statistics::weighted_quantile;
use std::ops::Range;

/// The correlation of one block of the reference with the degraded signal, around the path's delay.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    /// Middle of the block, in samples of the reference.
    pub centre: f64,
    /// Delay of the first value, in samples.
    pub first_delay: f64,
    /// Energy of the block times the correlation coefficient, delay by delay.
    pub values: Vec<f32>,
    /// Energy of the block.
    pub energy: f64,
    /// Number of the stretch without jumps that the block is in.
    pub stretch: usize,
}

/// Curves of a recording in order of time.
#[derive(Debug)]
pub(crate) struct Correlogram {
    pub curves: Vec<Curve>,
    /// Samples between two values of a curve.
    pub step: f64,
    /// Whether a negative correlation is as good as a positive one: waveforms may be inverted, envelopes not.
    pub signless: bool,
    /// Curves that are stacked at most while the drift is not known.
    pub stacked: usize,
}

/// The peak of a stack of curves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peak {
    /// Delay at the moment asked for, in samples.
    pub delay: f64,
    /// Mean correlation coefficient.
    pub correlation: f64,
}

impl Correlogram {
    /// The delay at `moment` that `curves` together favour if it changes by `slope` samples a sample.
    pub fn peak(&self, curves: Range<usize>, moment: f64, slope: f64) -> Option<Peak> {
        let curves = &self.curves[curves];
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for curve in curves {
            let first = curve.first_delay - slope * (curve.centre - moment);
            low = low.min(first);
            high = high.max(first + (curve.values.len() - 1) as f64 * self.step);
        }
        let energy: f64 = curves.iter().map(|curve| curve.energy).sum();
        if curves.is_empty() || energy <= 0.0 {
            return None;
        }
        // A value is spread over the four nearest places, hence the margin of two.
        let mut sum = vec![0.0f32; ((high - low) / self.step).round() as usize + 5];
        for curve in curves {
            let position = (curve.first_delay - slope * (curve.centre - moment) - low) / self.step;
            let place = position as usize;
            for (offset, weight) in
                cubic_weights(position - position.floor()).into_iter().enumerate()
            {
                let places = sum[place + offset..].iter_mut();
                places.zip(&curve.values).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        let (peak, height) = self.highest(&sum)?;
        Some(Peak {
            delay: low + (peak - 1.0) * self.step,
            correlation: (height / energy).min(1.0),
        })
    }

    /// Position and height of the highest value, between the values.
    fn highest(&self, values: &[f32]) -> Option<(f64, f64)> {
        let height = |index: usize| if self.signless { values[index].abs() } else { values[index] };
        let best = argmax_by(0..values.len(), |&index| height(index))?;
        if best == 0 || best + 1 == values.len() {
            return Some((best as f64, f64::from(height(best))));
        }
        let [before, at, after] = [best - 1, best, best + 1].map(|index| f64::from(values[index]));
        let curvature = before - 2.0 * at + after;
        let offset = if curvature == 0.0 {
            0.0
        } else {
            (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
        };
        Some((best as f64 + offset, (at - 0.25 * (before - after) * offset).abs()))
    }

    /// Every other curve, from the first or the second on.
    pub fn every_other(&self, first: usize) -> Self {
        let curves = self.curves.iter().skip(first).step_by(2).cloned().collect();
        Self { curves, ..*self }
    }

    /// Whether either half of the curves, every other one each, shows the same best slope, to within `share` of it: chance
    /// does not show alike in both.
    pub fn halves_agree(&self, limit: f64, steps: i32, precision: f64, share: f64) -> bool {
        let [one, other] =
            [0, 1].map(|first| self.every_other(first).best_slope(limit, steps, precision));
        (one - other).abs() <= share * one.abs().max(other.abs()) + 2.0 * precision
    }

    /// Ranges of curves of one stretch, at most [`Self::stacked`] long.
    fn groups(&self) -> Vec<Range<usize>> {
        let mut groups = Vec::new();
        let mut start = 0;
        for stretch in self.curves.chunk_by(|a, b| a.stretch == b.stretch) {
            let parts = stretch.len().div_ceil(self.stacked);
            groups.extend((0..parts).map(|part| {
                start + part * stretch.len() / parts..start + (part + 1) * stretch.len() / parts
            }));
            start += stretch.len();
        }
        groups
    }

    /// Mean correlation coefficient when every group of curves is stacked along `slope`.
    pub fn correlation_along(&self, slope: f64) -> f64 {
        let (mut sum, mut energy) = (0.0, 0.0);
        for group in self.groups() {
            let own: f64 = self.curves[group.clone()].iter().map(|curve| curve.energy).sum();
            let moment = self.curves[group.start].centre;
            sum += own * self.peak(group, moment, slope).map_or(0.0, |peak| peak.correlation);
            energy += own;
        }
        if energy > 0.0 { sum / energy } else { 0.0 }
    }

    /// The correlation coefficient that the best-fitting quarter of the curves, by energy, reaches or exceeds.
    pub fn upper_quartile(&self) -> f64 {
        let peak = |index: usize| {
            let curve = &self.curves[index];
            let peak = self.peak(index..index + 1, curve.centre, 0.0)?;
            Some((peak.correlation, curve.energy))
        };
        let peaks = (0..self.curves.len()).filter_map(peak).collect();
        weighted_quantile(peaks, 0.75).unwrap_or(0.0)
    }

    /// Slopes to either side that narrow a search.
    pub const STEPS: i32 = 12;

    /// The slope within ±`limit` along which the curves agree best, to about `precision`; `steps` to either side are
    /// tried first.
    pub fn best_slope(&self, limit: f64, mut steps: i32, precision: f64) -> f64 {
        let mut centre = 0.0;
        let mut reach = limit;
        while reach > precision {
            let step = reach / f64::from(steps);
            let candidates = (-steps..=steps).map(|index| centre + step * f64::from(index));
            let scored = candidates.map(|slope| (slope, self.correlation_along(slope)));
            // Where slopes are equally good, the least is taken.
            centre = scored
                .reduce(|best, next| {
                    let better =
                        next.1 > best.1 || (next.1 == best.1 && next.0.abs() < best.0.abs());
                    if better { next } else { best }
                })
                .map_or(0.0, |best| best.0);
            (reach, steps) = (2.0 * step, Self::STEPS);
        }
        centre
    }
}

/// Shares of a value that lies `fraction` behind the second of four places, by cubic interpolation (Lagrange).
fn cubic_weights(fraction: f64) -> [f32; 4] {
    let (x, rest) = (fraction, 1.0 - fraction);
    let weights = [
        -x * rest * (1.0 + rest) / 6.0,
        (1.0 + x) * rest * (1.0 + rest) / 2.0,
        (1.0 + x) * x * (1.0 + rest) / 2.0,
        -(1.0 + x) * x * rest / 6.0,
    ];
    weights.map(|weight| weight as f32)
}
