//! The waveforms of both signals, and what they tell for a delay.

use super::{AlignmentParameters, Pair};
use crate::dsp::argmax::argmax_by;
use crate::dsp::correlation::{Correlator, coefficient};
use crate::dsp::inner_product::inner_product;
use crate::dsp::scales::ratio;
use crate::dsp::sums::{energy, running};
use std::ops::Range;

/// Both waveforms, read in frames of the reference.
pub(crate) struct Waveforms<'a> {
    reference: &'a [f32],
    degraded: &'a [f32],
    hop: usize,
    /// Half the frames over which waveforms are compared to tell a frame's delay.
    half_window: usize,
    /// Energy of a sample of each signal below which it tells no delay, the reference first.
    floors: [f32; 2],
    /// Share of the power that no delay explains.
    unexplained: f64,
}

impl<'a> Waveforms<'a> {
    pub fn new(pair: &'a Pair, parameters: &AlignmentParameters) -> Self {
        let (reference, degraded) = (&pair.reference.samples[..], &pair.degraded[..]);
        let below = ratio(-parameters.realignment.floor_db);
        let half_window = (parameters.realignment.window_s / 2.0 / pair.frame_s()) as usize;
        Self {
            reference,
            degraded,
            hop: pair.hop,
            half_window: half_window.max(1),
            floors: [reference, degraded]
                .map(|samples| (energy(samples) / samples.len().max(1) as f64 * below) as f32),
            unexplained: parameters.realignment.unexplained,
        }
    }

    /// Correlation coefficient of `frames` of the reference with the degraded signal `delay` samples later, without
    /// its sign.
    pub fn correlation(&self, frames: &Range<usize>, delay: i64) -> f32 {
        let start = frames.start * self.hop;
        let end = (frames.end * self.hop).min(self.reference.len());
        let first = usize::try_from(start as i64 + delay);
        let (Ok(first), true) = (first, start < end) else { return 0.0 };
        let own = &self.reference[start..end];
        let Some(other) = self.degraded.get(first..first + own.len()) else { return 0.0 };
        let power = |samples: &[f32], floor: f32| {
            inner_product(samples, samples) + samples.len() as f32 * floor
        };
        let energies = [power(own, self.floors[0]), power(other, self.floors[1])];
        coefficient(inner_product(own, other).abs(), energies)
    }

    /// How much of the power around `frame` a delay of `delay` samples explains: minus the logarithm of what is left,
    /// in nepers.
    pub fn evidence(&self, frame: usize, delay: i64) -> f64 {
        let around = frame.saturating_sub(self.half_window)..frame + self.half_window;
        let explained = f64::from(self.correlation(&around, delay)).powi(2);
        -(1.0 - (1.0 - self.unexplained) * explained).ln()
    }

    /// The delay in samples, among `delays`, at which `frames` fit best, and their correlation coefficient there.
    pub fn best(
        &self,
        frames: &Range<usize>,
        delays: Range<i64>,
        correlator: &mut Correlator,
    ) -> Option<(i64, f64)> {
        let start = frames.start * self.hop;
        let own = self.reference.get(start..(frames.end * self.hop).min(self.reference.len()))?;
        let within = |place: i64| place.clamp(0, self.degraded.len() as i64) as usize;
        let first = within(start as i64 + delays.start);
        let heard = &self.degraded[first..within((start + own.len()) as i64 + delays.end - 1)];
        if own.is_empty() || heard.len() < own.len() {
            return None;
        }
        let powers = running(heard.iter().map(|sample| sample * sample));
        let [own_floor, floor] = self.floors.map(|floor| f64::from(floor) * own.len() as f64);
        let own_power = f64::from(inner_product(own, own)) + own_floor;
        let products = &correlator.correlate(own, heard)[own.len() - 1..heard.len()];
        let fit = |(place, product): (usize, &f32)| {
            let power = powers[place + own.len()] - powers[place] + floor;
            let correlation = coefficient(f64::from(product.abs()), [own_power, power]);
            ((first + place) as i64 - start as i64, correlation)
        };
        argmax_by(products.iter().enumerate().map(fit), |fit| fit.1)
    }
}
