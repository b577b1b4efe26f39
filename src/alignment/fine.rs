//! Delays finer than an envelope frame: from the waveform where the connection kept it, else from the envelopes.

use super::AlignmentParameters;
use super::decimate::Decimated;
use super::envelope::Envelope;
use super::inner_product::inner_product;
use std::ops::Range;

/// A piece of a run whose delay was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// Middle, in samples of the reference.
    pub centre: f64,
    /// Samples by which the degraded signal is later.
    pub delay: f64,
    /// Correlation coefficient at that delay: of the waveforms without sign, or of the envelopes.
    pub correlation: f64,
    /// Energy of the reference in it.
    pub energy: f64,
}

/// Two signals with flattened spectra, compared sample by sample.
pub(crate) struct Waveforms {
    reference: Vec<f32>,
    degraded: Vec<f32>,
}

impl Waveforms {
    pub fn new(reference: &Decimated, degraded: &[f32]) -> Self {
        Self { reference: flattened(&reference.samples), degraded: flattened(degraded) }
    }

    /// Delays of the pieces of about `length` samples of `samples`, within `search` samples of `delay`.
    pub fn blocks(&self, samples: Range<usize>, delay: i64, length: usize, search: i64) -> Vec<Block> {
        let samples = samples.start..samples.end.min(self.reference.len());
        let count = (samples.len() / length.max(1)).max(1);
        let curves: Vec<(Range<usize>, Vec<f32>)> = (0..count)
            .map(|index| {
                let edge = |index: usize| samples.start + index * samples.len() / count;
                let piece = edge(index)..edge(index + 1);
                let curve = (delay - search..=delay + search).map(|delay| self.product(&piece, delay)).collect();
                (piece, curve)
            })
            .collect();
        (0..count).filter_map(|index| self.block(&curves[index.saturating_sub(1)..(index + 2).min(count)], &curves[index].0, delay - search)).collect()
    }

    /// The delay at the peak of the sum of neighbouring curves, whose first is at delay `first`.
    fn block(&self, curves: &[(Range<usize>, Vec<f32>)], piece: &Range<usize>, first: i64) -> Option<Block> {
        let mut sum = vec![0.0f32; curves.first()?.1.len()];
        for (_, curve) in curves {
            sum.iter_mut().zip(curve).for_each(|(sum, value)| *sum += value);
        }
        let higher = |best: usize, next: usize| if sum[next].abs() > sum[best].abs() { next } else { best };
        let peak = (0..sum.len()).reduce(higher)?;
        if peak == 0 || peak + 1 == sum.len() {
            return None;
        }
        let whole = curves.first()?.0.start..curves.last()?.0.end;
        let energy = self.energy(&self.reference, &whole, 0);
        let norm = (energy * self.energy(&self.degraded, &whole, first + peak as i64)).sqrt();
        let around = [sum[peak - 1], sum[peak], sum[peak + 1]].map(f64::from);
        let (offset, height) = parabola_peak(around);
        Some(Block {
            centre: (piece.start + piece.end) as f64 / 2.0,
            delay: first as f64 + peak as f64 + offset,
            correlation: if norm > 0.0 { (height.abs() / norm).min(1.0) } else { 0.0 },
            energy: self.energy(&self.reference, piece, 0),
        })
    }

    /// Inner product of `piece` of the reference with the degraded signal `delay` later.
    fn product(&self, piece: &Range<usize>, delay: i64) -> f32 {
        let Some((own, other)) = overlap(piece, delay, self.degraded.len()) else { return 0.0 };
        inner_product(&self.reference[own], &self.degraded[other])
    }

    fn energy(&self, signal: &[f32], piece: &Range<usize>, delay: i64) -> f64 {
        overlap(piece, delay, signal.len()).map_or(0.0, |(_, other)| f64::from(inner_product(&signal[other.clone()], &signal[other])))
    }
}

/// The part of `piece` that `delay` moves inside a signal of `length`, before and after the move.
fn overlap(piece: &Range<usize>, delay: i64, length: usize) -> Option<(Range<usize>, Range<usize>)> {
    let first = (piece.start as i64).max(-delay);
    let end = (piece.end as i64).min(length as i64 - delay);
    (first < end).then(|| (first as usize..end as usize, (first + delay) as usize..(end + delay) as usize))
}

/// First-order pre-emphasis: the long-term spectrum of speech falls, and a flat one gives the sharpest peak.
fn flattened(samples: &[f32]) -> Vec<f32> {
    let before = std::iter::once(&0.0).chain(samples);
    samples.iter().zip(before).map(|(now, before)| now - 0.9 * before).collect()
}

/// The envelopes' own measurement of the delay of `frames`, in frames around `delay`, and its correlation coefficient.
pub(crate) fn envelope_delay(reference: &Envelope, degraded: &Envelope, frames: &Range<usize>, delay: i64) -> (f64, f64) {
    const REACH: i64 = 2;
    let mut sums = [0.0f64; 2 * REACH as usize + 1];
    let mut products = [0.0f32; 2 * REACH as usize + 1];
    let (mut own, mut other) = (0.0f64, 0.0f64);
    for frame in frames.clone() {
        let match_frame = frame as i64 + delay;
        reference.products(frame, degraded, match_frame - REACH..match_frame + REACH + 1, &mut products);
        sums.iter_mut().zip(&products).for_each(|(sum, &product)| *sum += f64::from(product));
        own += f64::from(reference.energy[frame]);
        let heard = usize::try_from(match_frame).ok().and_then(|index| degraded.energy.get(index));
        other += f64::from(heard.copied().unwrap_or(0.0));
    }
    let peak = (1..2 * REACH as usize).fold(REACH as usize, |best, next| if sums[next] > sums[best] { next } else { best });
    let (offset, height) = parabola_peak([sums[peak - 1], sums[peak], sums[peak + 1]]);
    let norm = (own * other).sqrt();
    let correlation = if norm > 0.0 { (height / norm).clamp(0.0, 1.0) } else { 0.0 };
    ((delay - REACH) as f64 + peak as f64 + offset, correlation)
}

/// Offset and height of the peak of the parabola through three values of which the middle one is greatest in size.
fn parabola_peak([before, at, after]: [f64; 3]) -> (f64, f64) {
    let curvature = before - 2.0 * at + after;
    if curvature == 0.0 {
        return (0.0, at);
    }
    let offset = (0.5 * (before - after) / curvature).clamp(-0.5, 0.5);
    (offset, at - 0.25 * (before - after) * offset)
}

/// Number of samples searched and block length, from the parameters.
pub(crate) fn fine_scale(sample_rate: f64, parameters: &AlignmentParameters) -> (usize, i64) {
    ((parameters.fine_block_s * sample_rate) as usize, (parameters.fine_search_s * sample_rate).ceil() as i64)
}
