//! Anchors: stretches of the reference sought in the whole degraded signal, however far away.
//!
//! Each anchor's places are the peaks of its normalised envelope cross-correlation; which of them belong
//! together is decided by dynamic programming, since one call keeps its delay but for drift and jumps.

use super::AlignmentParameters;
use super::envelope::Envelope;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// A stretch of the reference and where it was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchor {
    /// Middle of the stretch, in frames of the reference.
    pub centre: f64,
    /// Frames by which the degraded signal is later.
    pub delay: f64,
    /// Correlation coefficient of the envelopes.
    pub correlation: f32,
}

impl Anchor {
    /// The same place after `drift` was removed from the degraded signal.
    pub fn remove_drift(&mut self, drift: f64) {
        self.delay = (self.centre + self.delay) / (1.0 + drift) - self.centre;
    }
}

/// Finds the anchors of `reference` in `degraded`, in order of time; `frame_s` is the distance of frames.
/// Anchors that cannot be trusted are left out, but for the best one.
pub(crate) fn find_anchors(
    reference: &Envelope,
    degraded: &Envelope,
    frame_s: f64,
    parameters: &AlignmentParameters,
) -> Vec<Anchor> {
    let stretches =
        stretches(reference, (parameters.anchor_s / frame_s) as usize, parameters.anchors_at_most);
    let longest = stretches.iter().map(|stretch| stretch.len()).max().unwrap_or(0);
    if longest == 0 || degraded.len() == 0 {
        return Vec::new();
    }
    let mut correlator = Correlator::new(degraded, longest);
    let curves: Vec<Curve> =
        stretches.iter().map(|stretch| correlator.correlate(reference, stretch)).collect();
    let distance = ((parameters.candidate_distance_s / frame_s) as usize).max(1);
    let common = common_delays(&curves, reference.len(), degraded.len(), distance);
    let candidates: Vec<Vec<Anchor>> = curves
        .iter()
        .map(|curve| {
            let mut places = curve.peaks(parameters.candidates_per_anchor, distance);
            places.extend(common.iter().filter_map(|&delay| curve.near(delay, distance as i64)));
            places
        })
        .collect();
    let chosen = most_consistent(&candidates, frame_s, parameters);
    let best = chosen.iter().map(|anchor| anchor.correlation).fold(0.0, f32::max);
    let least = (parameters.anchor_correlation_at_least as f32).min(best);
    chosen.into_iter().filter(|anchor| anchor.correlation >= least).collect()
}

/// At most `count` stretches of `length` frames, one in each equal part of the reference: where most happens.
fn stretches(reference: &Envelope, length: usize, count: usize) -> Vec<std::ops::Range<usize>> {
    let frames = reference.len();
    let length = length.clamp(1, frames.max(1));
    if frames <= length {
        return std::iter::once(0..frames).collect();
    }
    let mut sums = vec![0.0f64];
    for &energy in &reference.energy {
        sums.push(sums[sums.len() - 1] + f64::from(energy));
    }
    let starts = frames - length + 1;
    let parts = (2 * frames / length).clamp(1, count.max(1)).min(starts);
    let busiest =
        |part: usize| {
            let part = part * starts / parts..(part + 1) * starts / parts;
            let energy = |start: usize| sums[start + length] - sums[start];
            let best = part.clone().fold(part.start, |best, start| {
                if energy(start) > energy(best) { start } else { best }
            });
            best..best + length
        };
    (0..parts).map(busiest).collect()
}

/// Cross-correlation with the degraded envelopes, whose spectra are kept.
struct Correlator<'a> {
    degraded: &'a Envelope,
    energy_sums: Vec<f64>,
    padding: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    spectra: Vec<Vec<Complex<f32>>>,
    time: Vec<f32>,
}

/// Correlation coefficients of one stretch with the degraded signal from `first_delay` on.
struct Curve {
    centre: f64,
    first_delay: i64,
    correlation: Vec<f32>,
}

impl<'a> Correlator<'a> {
    fn new(degraded: &'a Envelope, longest: usize) -> Self {
        let padding = longest - 1;
        let length = (degraded.len() + 2 * padding + 1).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) =
            (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let mut energy_sums = vec![0.0f64];
        for &energy in &degraded.energy {
            energy_sums.push(energy_sums[energy_sums.len() - 1] + f64::from(energy));
        }
        let mut correlator = Self {
            degraded,
            energy_sums,
            padding,
            forward,
            inverse,
            spectra: Vec::new(),
            time: vec![0.0; length],
        };
        correlator.spectra =
            degraded.bands.iter().map(|band| correlator.spectrum(band, padding)).collect();
        correlator
    }

    fn spectrum(&mut self, values: &[f32], offset: usize) -> Vec<Complex<f32>> {
        self.time.fill(0.0);
        self.time[offset..offset + values.len()].copy_from_slice(values);
        let mut spectrum = self.forward.make_output_vec();
        // Both buffers have the transform's own lengths.
        self.forward
            .process(&mut self.time, &mut spectrum)
            .expect("buffers of the transform's own");
        spectrum
    }

    fn correlate(&mut self, reference: &Envelope, stretch: &std::ops::Range<usize>) -> Curve {
        let mut product = vec![Complex::new(0.0f32, 0.0); self.spectra[0].len()];
        for (band, values) in reference.bands.iter().enumerate() {
            let spectrum = self.spectrum(&values[stretch.clone()], 0);
            for ((sum, own), other) in product.iter_mut().zip(&spectrum).zip(&self.spectra[band]) {
                *sum += own.conj() * other;
            }
        }
        // The first and last bins of a real signal's spectrum are real but for rounding.
        let last = product.len() - 1;
        (product[0].im, product[last].im) = (0.0, 0.0);
        self.inverse.process(&mut product, &mut self.time).expect("buffers of the transform's own");
        let energy: f64 =
            reference.energy[stretch.clone()].iter().map(|&energy| f64::from(energy)).sum();
        let scale = 1.0 / self.time.len() as f64;
        let places = self.degraded.len() + self.padding;
        let correlation = (0..places).map(|place| {
            let first = (place as i64 - self.padding as i64).max(0) as usize;
            let end = (place + stretch.len())
                .saturating_sub(self.padding)
                .clamp(first, self.degraded.len());
            let heard = self.energy_sums[end] - self.energy_sums[first];
            let norm = (energy * heard.max(0.5 * energy)).sqrt();
            if norm > 0.0 { (f64::from(self.time[place]) * scale / norm) as f32 } else { 0.0 }
        });
        Curve {
            centre: (stretch.start + stretch.end) as f64 / 2.0,
            first_delay: -(self.padding as i64) - stretch.start as i64,
            correlation: correlation.collect(),
        }
    }
}

impl Curve {
    /// The best `count` peaks that are at least `distance` frames apart.
    fn peaks(&self, count: usize, distance: usize) -> Vec<Anchor> {
        let peaks = highest_peaks(&self.correlation, count, distance);
        peaks.into_iter().map(|place| self.anchor(place)).collect()
    }

    /// The best place within `distance` frames of `delay`.
    fn near(&self, delay: i64, distance: i64) -> Option<Anchor> {
        let length = self.correlation.len() as i64;
        let first = (delay - distance - self.first_delay).clamp(0, length) as usize;
        let end = (delay + distance + 1 - self.first_delay).clamp(0, length) as usize;
        (first..end)
            .max_by(|&a, &b| self.correlation[a].total_cmp(&self.correlation[b]))
            .map(|place| self.anchor(place))
    }

    fn anchor(&self, place: usize) -> Anchor {
        let (offset, correlation) = vertex(&self.correlation, place);
        let delay = (place as i64 + self.first_delay) as f64 + f64::from(offset);
        Anchor { centre: self.centre, delay, correlation }
    }
}

/// Where between the values the peak at `index` has its height, and that height: speech that repeats itself fits
/// between two frames in one place and on one in the next, which must not make it a better place.
fn vertex(values: &[f32], index: usize) -> (f32, f32) {
    let peak = values[index];
    let at = |index: usize| values.get(index).copied().unwrap_or(peak);
    let (before, after) = (at(index.wrapping_sub(1)), at(index + 1));
    let curvature = before - 2.0 * peak + after;
    if curvature >= 0.0 || before.max(after) > peak {
        return (0.0, peak);
    }
    let offset = 0.5 * (before - after) / curvature;
    (offset, peak - 0.25 * (before - after) * offset)
}

/// Indices of the `count` highest local maxima that are at least `distance` apart, highest first.
fn highest_peaks(values: &[f32], count: usize, distance: usize) -> Vec<usize> {
    let at = |index: usize| values.get(index).copied().unwrap_or(f32::NEG_INFINITY);
    let is_peak = |&index: &usize| {
        values[index] >= at(index.wrapping_sub(1)) && values[index] > at(index + 1)
    };
    let mut peaks: Vec<(usize, f32)> = (0..values.len())
        .filter(is_peak)
        .map(|index| (index, vertex(values, index).1))
        .collect();
    let enough = (count * (2 * distance + 1)).min(peaks.len());
    let higher = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if enough < peaks.len() {
        peaks.select_nth_unstable_by(enough, higher);
        peaks.truncate(enough);
    }
    peaks.sort_unstable_by(higher);
    let mut chosen: Vec<usize> = Vec::new();
    for (peak, _) in peaks {
        if chosen.len() < count && chosen.iter().all(|&other| other.abs_diff(peak) >= distance) {
            chosen.push(peak);
        }
    }
    chosen
}

/// The delays that the anchors together favour: peaks of the sum of all curves.
fn common_delays(curves: &[Curve], reference: usize, degraded: usize, distance: usize) -> Vec<i64> {
    let first_delay = curves.iter().map(|curve| curve.first_delay).min().unwrap_or(0);
    let mut sum = vec![0.0f32; 2 * reference + degraded];
    for curve in curves {
        let offset = (curve.first_delay - first_delay) as usize;
        sum[offset..].iter_mut().zip(&curve.correlation).for_each(|(sum, value)| *sum += value);
    }
    highest_peaks(&sum, 4, distance).into_iter().map(|place| place as i64 + first_delay).collect()
}

/// One place for each anchor, so that the sum of correlations less the cost of delay changes is greatest.
fn most_consistent(
    candidates: &[Vec<Anchor>],
    frame_s: f64,
    parameters: &AlignmentParameters,
) -> Vec<Anchor> {
    let cost = |from: &Anchor, to: &Anchor| {
        let change_s = (to.delay - from.delay).abs() * frame_s;
        let drift_s = parameters.drift_at_most * (to.centre - from.centre) * frame_s;
        if change_s <= drift_s + parameters.candidate_distance_s {
            0.1 * (change_s / parameters.candidate_distance_s).min(1.0)
                * parameters.anchor_jump_cost
        } else if change_s <= drift_s + parameters.anchor_jump_s {
            parameters.anchor_jump_cost
        } else {
            parameters.anchor_leap_cost + 0.02 * change_s.max(1.0).log2()
        }
    };
    let mut best: Vec<Vec<(f64, usize)>> = Vec::with_capacity(candidates.len());
    for (index, places) in candidates.iter().enumerate() {
        let row = places.iter().map(|place| {
            let Some(previous) = best.last() else { return (f64::from(place.correlation), 0) };
            let from = candidates[index - 1].iter().zip(previous).enumerate();
            let (source, total) =
                from.map(|(source, (other, total))| (source, total.0 - cost(other, place))).fold(
                    (0, f64::NEG_INFINITY),
                    |best, next| if next.1 > best.1 { next } else { best },
                );
            (total + f64::from(place.correlation), source)
        });
        let row = row.collect();
        best.push(row);
    }
    let Some(last) = best.last() else { return Vec::new() };
    let first_best =
        |best: usize, next: usize| if last[next].0 > last[best].0 { next } else { best };
    let Some(mut place) = (0..last.len()).reduce(first_best) else { return Vec::new() };
    let mut chosen = Vec::with_capacity(candidates.len());
    for index in (0..candidates.len()).rev() {
        chosen.push(candidates[index][place]);
        place = best[index][place].1;
    }
    chosen.reverse();
    chosen
}
