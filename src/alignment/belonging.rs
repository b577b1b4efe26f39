//! Whether two recordings hold the same: the envelopes' correlation at the best delay, held against what other delays
//! and the recording played backwards give by chance.
//!
//! The correlation alone takes two short sentences for one another, since short ones agree by chance; what chance gives
//! these very recordings says how far to believe it.

use super::{AlignmentParameters, align, envelope::Envelope};
use crate::dsp::correlation::{Correlator, coefficient};
use crate::dsp::decimate::Decimated;
use crate::model::belonging::Belonging;

/// How alike two recordings are at the best delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// Correlation coefficient of the band envelopes at the best delay, 0 to 1.
    pub correlation: f64,
    /// The same in root mean squares of what other delays give.
    pub spreads: f64,
    /// The probability that the two belong together, unless the delay changes often.
    pub probability: f64,
}

impl Likeness {
    /// That of samples at `sample_rate` Hz.
    pub fn between(reference: &[f32], degraded: &[f32], sample_rate: u32) -> Self {
        let alignment = AlignmentParameters::default();
        let rate = alignment.envelope.working_rate_hz;
        let [reference, degraded] =
            [reference, degraded].map(|samples| Decimated::new(samples, sample_rate, rate));
        Self::of_decimated(&reference, &degraded, &alignment, Belonging::built_in())
    }

    fn of_decimated(
        reference: &Decimated,
        degraded: &Decimated,
        alignment: &AlignmentParameters,
        parameters: &Belonging,
    ) -> Self {
        let hop = ((parameters.hop_s * reference.sample_rate).round() as usize).max(1);
        let [reference, degraded] = [reference, degraded]
            .map(|signal| Envelope::new(&signal.samples, signal.sample_rate, hop, alignment));
        let forwards = correlations(&reference, &degraded, parameters);
        let backwards = correlations(&reference, &reversed(&degraded), parameters);
        let best = forwards.iter().enumerate().filter_map(|(lag, value)| Some((lag, (*value)?)));
        let Some((at, correlation)) = best.max_by(|a, b| a.1.total_cmp(&b.1)) else {
            return Self { correlation: 0.0, spreads: 0.0, probability: 0.0 };
        };
        let apart = (parameters.apart_s / parameters.hop_s) as usize;
        let others = forwards.iter().enumerate().filter(|(lag, _)| lag.abs_diff(at) > apart);
        let by_chance: Vec<f64> =
            others.map(|(_, value)| value).chain(&backwards).copied().flatten().collect();
        let squares: f64 = by_chance.iter().map(|value| value * value).sum();
        let spread = (squares / by_chance.len().max(1) as f64).sqrt().max(parameters.least_spread);
        let spreads = correlation.max(0.0) / spread;
        let logit = parameters.offset
            + parameters.correlation_weight * correlation
            + parameters.spread_weight * spreads.max(f64::MIN_POSITIVE).ln();
        Self { correlation, spreads, probability: 1.0 / (1.0 + (-logit).exp()) }
    }
}

/// Whether two recordings at `sample_rate` Hz hold the same, at one delay or at many.
pub fn belong_together(reference: &[f32], degraded: &[f32], sample_rate: u32) -> bool {
    let alignment = AlignmentParameters::default();
    let rate = alignment.envelope.working_rate_hz;
    let [reference, degraded] =
        [reference, degraded].map(|samples| Decimated::new(samples, sample_rate, rate));
    let parameters = Belonging::built_in();
    let likeness = Likeness::of_decimated(&reference, &degraded, &alignment, parameters);
    if likeness.probability >= 0.5 {
        return true;
    }
    let path = align(
        &reference.samples,
        &degraded.samples,
        reference.sample_rate.round() as u32,
        &alignment,
    );
    path.confidence >= parameters.path_confidence
}

/// The correlation coefficient at every delay at which enough overlaps, from the earliest to the latest.
fn correlations(
    reference: &Envelope,
    degraded: &Envelope,
    parameters: &Belonging,
) -> Vec<Option<f64>> {
    let (own, other) = (reference.len(), degraded.len());
    if own == 0 || other == 0 {
        return Vec::new();
    }
    let mut products = vec![0.0; own + other - 1];
    let mut correlator = Correlator::default();
    for (band, other_band) in reference.bands.iter().zip(&degraded.bands) {
        let values = correlator.correlate(band, other_band);
        products.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    let [own_sums, other_sums] = [reference, degraded].map(|envelope| sums(&envelope.energy));
    let coefficient_at = |(index, &product): (usize, &f64)| {
        // The degraded recording is later by so many frames.
        let delay = index as i64 - (own as i64 - 1);
        let first = (-delay).max(0);
        let end = (own as i64).min(other as i64 - delay);
        let energy = |sums: &[f64], first: i64, end: i64| sums[end as usize] - sums[first as usize];
        let energies =
            [energy(&own_sums, first, end), energy(&other_sums, first + delay, end + delay)];
        let enough = |energy: f64, sums: &[f64]| {
            energy > parameters.least_overlap * sums.last().copied().unwrap_or(0.0)
        };
        (enough(energies[0], &own_sums) && enough(energies[1], &other_sums))
            .then(|| coefficient(product, energies))
    };
    products.iter().enumerate().map(coefficient_at).collect()
}

fn sums(values: &[f32]) -> Vec<f64> {
    let mut sums = vec![0.0];
    sums.extend(values.iter().scan(0.0, |sum, &value| {
        *sum += f64::from(value);
        Some(*sum)
    }));
    sums
}

fn reversed(envelope: &Envelope) -> Envelope {
    let mut reversed = envelope.clone();
    reversed.bands.iter_mut().for_each(|band| band.reverse());
    reversed.energy.reverse();
    reversed
}
