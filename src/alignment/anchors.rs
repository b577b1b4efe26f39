//! Anchors: stretches of the reference sought in the whole degraded signal, however far away.
//!
//! Each anchor has several candidates, the peaks of its normalised envelope cross-correlation; which of them belong
//! together is decided by dynamic programming, since one call keeps its delay but for drift and jumps.

use super::AlignmentParameters;
use super::candidates::{Anchor, Correlator, Curve, highest_peaks};
use super::envelope::Envelope;
use crate::dsp::argmax::argmax_by;
use crate::dsp::sums::running;
use std::ops::Range;

/// What the anchors say together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Favoured {
    /// The most consistent candidate of each anchor, in order of time.
    pub anchors: Vec<Anchor>,
    /// Constant delays that all anchors together favour about as much as any, in frames, the best first.
    pub delays: Vec<f64>,
}

/// Finds the anchors of `reference` in `degraded`; `frame_s` is the distance of frames. Anchors that cannot be trusted are
/// left out, but for the best one. Where jumps spoil them all, shorter ones may do.
pub(crate) fn find_anchors(
    reference: &Envelope,
    degraded: &Envelope,
    frame_s: f64,
    parameters: &AlignmentParameters,
) -> Favoured {
    let found = |favoured: &Favoured| {
        let correlations = favoured.anchors.iter().map(|anchor| f64::from(anchor.correlation));
        correlations.fold(0.0, f64::max) >= parameters.anchors.found
    };
    let of = |length_s: f64| anchors_of(length_s, reference, degraded, frame_s, parameters);
    let favoured = of(parameters.anchors.length_s);
    if favoured.anchors.is_empty() || found(&favoured) {
        return favoured;
    }
    let shorter = of(parameters.anchors.length_s / 2.0);
    if found(&shorter) { shorter } else { favoured }
}

/// The anchors if they are `length_s` long.
fn anchors_of(
    length_s: f64,
    reference: &Envelope,
    degraded: &Envelope,
    frame_s: f64,
    parameters: &AlignmentParameters,
) -> Favoured {
    let mut stretches =
        stretches(reference, (length_s / frame_s) as usize, parameters.anchors.count_at_most);
    leave_silence_out(&mut stretches, reference, parameters.anchors.energy_at_least);
    let longest = stretches.iter().map(|stretch| stretch.len()).max().unwrap_or(0);
    if longest == 0 || degraded.len() == 0 {
        return Favoured::default();
    }
    let mut correlator = Correlator::new(degraded, longest, parameters.anchors.floor_share);
    let curves: Vec<Curve> =
        stretches.iter().map(|stretch| correlator.correlate(reference, stretch)).collect();
    let distance = ((parameters.anchors.candidate_distance_s / frame_s) as usize).max(1);
    let common = common_delays(&curves, reference.len(), degraded.len(), distance, parameters);
    let candidates: Vec<Vec<Anchor>> = curves
        .iter()
        .map(|curve| {
            let mut peaks = curve.peaks(parameters.anchors.candidates, distance);
            let near = |&(delay, _): &(i64, f32)| curve.near(delay, distance as i64);
            peaks.extend(common.iter().filter_map(near));
            peaks
        })
        .collect();
    let chosen = most_consistent(&candidates, frame_s, parameters);
    let best = chosen.iter().map(|anchor| anchor.correlation).fold(0.0, f32::max);
    let least = (parameters.anchors.correlation_at_least as f32).min(best);
    let alike = common.first().map_or(0.0, |best| parameters.anchors.alike_share * best.1);
    let delays = common.iter().filter(|delay| delay.1 >= alike);
    Favoured {
        anchors: chosen.into_iter().filter(|anchor| anchor.correlation >= least).collect(),
        delays: delays.map(|delay| delay.0 as f64).collect(),
    }
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
    let busiest = |part: usize| {
        let starts = part * starts / parts..(part + 1) * starts / parts;
        let energy = |start: &usize| sums[start + length] - sums[*start];
        let best = argmax_by(starts.clone(), energy).unwrap_or(starts.start);
        best..best + length
    };
    (0..parts).map(busiest).collect()
}

/// The delays that the anchors together favour, which are peaks of the sum of all curves, and that sum; the highest first.
fn common_delays(
    curves: &[Curve],
    reference: usize,
    degraded: usize,
    distance: usize,
    parameters: &AlignmentParameters,
) -> Vec<(i64, f32)> {
    let first_delay = curves.iter().map(|curve| curve.first_delay).min().unwrap_or(0);
    let mut sum = vec![0.0f32; 2 * reference + degraded];
    for curve in curves {
        let offset = (curve.first_delay - first_delay) as usize;
        sum[offset..].iter_mut().zip(&curve.correlation).for_each(|(sum, value)| *sum += value);
    }
    let peaks = highest_peaks(&sum, parameters.anchors.common_candidates, distance);
    peaks.into_iter().map(|index| (index as i64 + first_delay, sum[index])).collect()
}

/// One candidate for each anchor, so that the sum of correlations less the cost of delay changes is greatest.
fn most_consistent(
    candidates: &[Vec<Anchor>],
    frame_s: f64,
    parameters: &AlignmentParameters,
) -> Vec<Anchor> {
    let cost = |from: &Anchor, to: &Anchor| change_cost(from, to, frame_s, parameters);
    let mut best: Vec<Vec<(f64, usize)>> = Vec::with_capacity(candidates.len());
    for (index, own) in candidates.iter().enumerate() {
        let row = own.iter().map(|candidate| {
            let Some(previous) = best.last() else { return (f64::from(candidate.correlation), 0) };
            let from = candidates[index - 1].iter().zip(previous).enumerate();
            let totals =
                from.map(|(source, (other, total))| (source, total.0 - cost(other, candidate)));
            let (source, total) =
                argmax_by(totals, |total| total.1).unwrap_or((0, f64::NEG_INFINITY));
            (total + f64::from(candidate.correlation), source)
        });
        let row = row.collect();
        best.push(row);
    }
    let Some(last) = best.last() else { return Vec::new() };
    let Some(mut best_index) = argmax_by(0..last.len(), |&index| last[index].0) else {
        return Vec::new();
    };
    let mut chosen = Vec::with_capacity(candidates.len());
    for index in (0..candidates.len()).rev() {
        chosen.push(candidates[index][best_index]);
        best_index = best[index][best_index].1;
    }
    chosen.reverse();
    chosen
}

/// What it costs that one anchor is followed by another, in units of correlation.
fn change_cost(from: &Anchor, to: &Anchor, frame_s: f64, parameters: &AlignmentParameters) -> f64 {
    let costs = &parameters.anchors;
    let change_s = (to.delay - from.delay).abs() * frame_s;
    let drift_s = parameters.drift.at_most * (to.centre - from.centre) * frame_s;
    let back_s = (from.centre + from.delay - to.centre - to.delay) * frame_s;
    if back_s > costs.jump_s {
        // Speech is heard in its order: one of the two is not heard there, whatever it correlates.
        costs.backward_cost
    } else if change_s <= drift_s + costs.candidate_distance_s {
        costs.change_share * (change_s / costs.candidate_distance_s).min(1.0) * costs.jump_cost
    } else if change_s <= drift_s + costs.jump_s {
        costs.jump_cost
    } else {
        costs.leap_cost + costs.leap_octave_cost * change_s.max(1.0).log2()
    }
}
