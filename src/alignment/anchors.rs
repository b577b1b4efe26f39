//! Anchors: stretches of the reference sought in the whole degraded signal, however far away.
//!
//! Each anchor's places are the peaks of its normalised envelope cross-correlation; which of them belong
//! together is decided by dynamic programming, since one call keeps its delay but for drift and jumps.

use super::AlignmentParameters;
use super::envelope::Envelope;
use super::places::{Correlator, Curve, highest_peaks};
use crate::dsp::sums::running;
use std::ops::Range;

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
/// Anchors that cannot be trusted are left out, but for the best one. Where jumps spoil them all, shorter ones may do.
pub(crate) fn find_anchors(
    reference: &Envelope,
    degraded: &Envelope,
    frame_s: f64,
    parameters: &AlignmentParameters,
) -> Vec<Anchor> {
    let found = |anchors: &[Anchor]| {
        anchors.iter().any(|anchor| f64::from(anchor.correlation) >= parameters.anchor_found)
    };
    let of = |length_s: f64| anchors_of(length_s, reference, degraded, frame_s, parameters);
    let anchors = of(parameters.anchor_s);
    if anchors.is_empty() || found(&anchors) {
        return anchors;
    }
    let shorter = of(parameters.anchor_s / 2.0);
    if found(&shorter) { shorter } else { anchors }
}

/// The anchors if they are `length_s` long.
fn anchors_of(
    length_s: f64,
    reference: &Envelope,
    degraded: &Envelope,
    frame_s: f64,
    parameters: &AlignmentParameters,
) -> Vec<Anchor> {
    let mut stretches =
        stretches(reference, (length_s / frame_s) as usize, parameters.anchors_at_most);
    leave_silence_out(&mut stretches, reference, parameters.anchor_energy_at_least);
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

/// Keeps the stretches in which something happens: where nothing does, rounding errors correlate with anything.
fn leave_silence_out(stretches: &mut Vec<Range<usize>>, reference: &Envelope, least: f64) {
    let energy = |stretch: &Range<usize>| {
        reference.energy[stretch.clone()].iter().map(|&energy| f64::from(energy)).sum::<f64>()
    };
    let most = stretches.iter().map(energy).fold(0.0, f64::max);
    stretches.retain(|stretch| energy(stretch) >= least * most);
}

/// At most `count` stretches of `length` frames, one in each equal part of the reference: where most happens.
fn stretches(reference: &Envelope, length: usize, count: usize) -> Vec<Range<usize>> {
    let frames = reference.len();
    let length = length.clamp(1, frames.max(1));
    if frames <= length {
        return std::iter::once(0..frames).collect();
    }
    let sums = running(reference.energy.iter().copied());
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
        let back_s = (from.centre + from.delay - to.centre - to.delay) * frame_s;
        if back_s > parameters.anchor_jump_s {
            // Speech is heard in its order: one of the two is not heard there, whatever it correlates.
            return 1.0;
        }
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
