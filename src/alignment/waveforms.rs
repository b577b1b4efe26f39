//! The waveforms of both signals, and what they tell for a delay.

use super::{AlignmentParameters, Pair};
use crate::dsp::argmax::argmax_by;
use crate::dsp::correlation::{Correlator, coefficient};
use crate::dsp::inner_product::inner_product;
use crate::dsp::interpolate::Interpolator;
use crate::dsp::scales::ratio;
use crate::dsp::sums::{energy, running};
use std::cell::OnceCell;
use std::ops::Range;

/// Parts of a sample to which delays are compared.
const PHASES: usize = 8;

/// Where a stretch of the reference fits best.
pub(crate) struct Fit {
    /// In samples.
    pub delay: i64,
    /// Correlation coefficient there, without its sign.
    pub correlation: f64,
    /// The most that it reaches at delays so different that they are no neighbouring periods of a voice.
    pub rival: f64,
}

/// Both waveforms, read in frames of the reference.
pub(crate) struct Waveforms<'a> {
    reference: &'a [f32],
    degraded: &'a [f32],
    /// The degraded signal later by one, two and so on of [`PHASES`] parts of a sample, once it is asked for.
    between: [OnceCell<Vec<f32>>; PHASES - 1],
    hop: usize,
    /// Half the frames over which waveforms are compared to tell a frame's delay.
    half_window: usize,
    /// Energy of a sample of each signal below which it tells no delay, the reference first.
    floors: [f32; 2],
    /// Share of the power that no delay explains.
    unexplained: f64,
    /// Samples by which delays differ that are rivals.
    apart: u64,
}

impl<'a> Waveforms<'a> {
    pub fn new(pair: &'a Pair, parameters: &AlignmentParameters) -> Self {
        let (reference, degraded) = (&pair.reference.samples[..], &pair.degraded[..]);
        let below = ratio(-parameters.realignment.floor_db);
        let half_window = (parameters.realignment.window_s / 2.0 / pair.frame_s()) as usize;
        Self {
            reference,
            degraded,
            between: Default::default(),
            hop: pair.hop,
            half_window: half_window.max(1),
            floors: [reference, degraded]
                .map(|samples| (energy(samples) / samples.len().max(1) as f64 * below) as f32),
            unexplained: parameters.realignment.unexplained,
            apart: (parameters.realignment.rivals_apart_s * pair.reference.sample_rate) as u64,
        }
    }

    /// The degraded signal, read so many parts of a sample later.
    fn at_phase(&self, phase: usize) -> &[f32] {
        let Some(index) = phase.checked_sub(1) else { return self.degraded };
        self.between[index].get_or_init(|| {
            let first = phase as f64 / PHASES as f64;
            Interpolator::new().read(self.degraded, first, 1.0, self.degraded.len())
        })
    }

    /// Correlation coefficient of `frames` of the reference with the degraded signal `delay` samples later, without
    /// its sign.
    fn correlation(&self, frames: &Range<usize>, delay: f64) -> f32 {
        // At 3 kHz half a sample of 8 kHz is a fifth of a period.
        let parts = (delay * PHASES as f64).round() as i64;
        let (whole, phase) = (parts.div_euclid(PHASES as i64), parts.rem_euclid(PHASES as i64));
        let start = frames.start * self.hop;
        let end = (frames.end * self.hop).min(self.reference.len());
        let first = usize::try_from(start as i64 + whole);
        let (Ok(first), true) = (first, start < end) else { return 0.0 };
        let own = &self.reference[start..end];
        let heard = self.at_phase(phase as usize).get(first..first + own.len());
        let Some(heard) = heard else { return 0.0 };
        let power = |samples: &[f32], floor: f32| {
            inner_product(samples, samples) + samples.len() as f32 * floor
        };
        let energies = [power(own, self.floors[0]), power(heard, self.floors[1])];
        coefficient(inner_product(own, heard).abs(), energies)
    }

    /// How much of the power around `frame` a delay of `delay` samples explains, in nepers.
    pub fn evidence(&self, frame: usize, delay: f64) -> f64 {
        let around = frame.saturating_sub(self.half_window)..frame + self.half_window;
        self.explained(f64::from(self.correlation(&around, delay)))
    }

    /// How much of the power is explained where waveforms correlate so much: minus the logarithm of what is left, in
    /// nepers.
    pub fn explained(&self, correlation: f64) -> f64 {
        -(1.0 - (1.0 - self.unexplained) * correlation.powi(2)).ln()
    }

    /// The delay in samples, among `delays`, at which `frames` fit best.
    pub fn best(
        &self,
        frames: &Range<usize>,
        delays: Range<i64>,
        correlator: &mut Correlator,
    ) -> Option<Fit> {
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
        let fits: Vec<(i64, f64)> = products.iter().enumerate().map(fit).collect();
        let (delay, correlation) = argmax_by(fits.iter().copied(), |fit| fit.1)?;
        let others = fits.iter().filter(|fit| fit.0.abs_diff(delay) > self.apart);
        let rival = others.map(|fit| fit.1).fold(0.0, f64::max);
        Some(Fit { delay, correlation, rival })
    }
}
