//! What of the reference was never heard, what the degraded signal holds besides, and how sure that is.

use super::path::Run;
use super::{AlignmentParameters, Pair};
use std::ops::Range;

/// A stretch of the degraded signal that is not in the reference there.
#[derive(Debug, Clone, PartialEq)]
pub struct Insertion {
    /// Samples of the degraded signal.
    pub degraded: Range<usize>,
    /// Samples of the reference that it repeats, where it repeats what was just heard.
    pub repeats: Option<Range<usize>>,
}

pub(crate) struct Heard {
    pub unheard: Vec<Range<usize>>,
    pub inserted: Vec<Insertion>,
    pub confidence: f64,
}

/// Walks the path once more and reads off what it covers.
pub(crate) fn heard(pair: &Pair, runs: &[Run], parameters: &AlignmentParameters) -> Heard {
    let match_of = matches(pair, runs);
    let confidence = overall_correlation(pair, &match_of);
    Heard {
        unheard: unheard(pair, &match_of, confidence, parameters),
        inserted: inserted(pair, runs, parameters),
        confidence,
    }
}

/// One reference frame's match.
#[derive(Debug, Clone, Copy, Default)]
struct Match {
    product: f64,
    reference_energy: f64,
    degraded_energy: f64,
}

fn matches(pair: &Pair, runs: &[Run]) -> Vec<Match> {
    let (reference, degraded) = (&pair.reference_envelope, &pair.degraded_envelope);
    let mut matches = Vec::with_capacity(reference.len());
    for run in runs {
        for frame in run.frames.clone() {
            let reference_energy = f64::from(reference.energy[frame]);
            let heard = run.delay.map(|delay| frame as i64 + delay);
            let product = heard.map_or(0.0, |heard| f64::from(reference.product(frame, degraded, heard)));
            let energy = heard.and_then(|heard| degraded.energy.get(usize::try_from(heard).ok()?));
            matches.push(Match { product, reference_energy, degraded_energy: f64::from(*energy.unwrap_or(&0.0)) });
        }
    }
    matches
}

fn overall_correlation(_pair: &Pair, matches: &[Match]) -> f64 {
    let sum = |value: fn(&Match) -> f64| matches.iter().map(value).sum::<f64>();
    let norm = (sum(|m| m.reference_energy) * sum(|m| m.degraded_energy)).sqrt();
    if norm > 0.0 { (sum(|m| m.product) / norm).clamp(0.0, 1.0) } else { 0.0 }
}

/// Stretches where the reference is active and the degraded signal does not follow it.
fn unheard(pair: &Pair, matches: &[Match], correlation: f64, parameters: &AlignmentParameters) -> Vec<Range<usize>> {
    let span = (parameters.unheard_window_s / pair.frame_s() / 2.0) as usize;
    let mut sums = vec![Match::default()];
    for next in matches {
        let last = sums[sums.len() - 1];
        sums.push(Match {
            product: last.product + next.product,
            reference_energy: last.reference_energy + next.reference_energy,
            degraded_energy: last.degraded_energy + next.degraded_energy,
        });
    }
    let missing = |frame: usize| {
        let (first, end) = (frame.saturating_sub(span), (frame + span + 1).min(matches.len()));
        let reference = sums[end].reference_energy - sums[first].reference_energy;
        let active = reference > parameters.active_energy * (end - first) as f64;
        active && sums[end].product - sums[first].product < parameters.unheard_correlation * correlation * reference
    };
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for frame in (0..matches.len()).filter(|&frame| missing(frame)) {
        match ranges.last_mut() {
            Some(range) if range.end == frame => range.end = frame + 1,
            _ => ranges.push(frame..frame + 1),
        }
    }
    let factor = pair.reference.factor * pair.hop;
    let least = (parameters.unheard_at_least_s / pair.frame_s()) as usize;
    let long_enough = ranges.into_iter().filter(|range| range.len() >= least);
    long_enough.map(|range| range.start * factor..range.end * factor).collect()
}

/// Gaps of the path in which the degraded signal goes on while the reference waits.
fn inserted(pair: &Pair, runs: &[Run], parameters: &AlignmentParameters) -> Vec<Insertion> {
    let least = (parameters.inserted_at_least_s / pair.frame_s()) as i64;
    let heard: Vec<(&Range<usize>, i64)> = runs.iter().filter_map(|run| Some((&run.frames, run.delay?))).collect();
    let mut insertions = Vec::new();
    for neighbours in heard.windows(2) {
        let (before, delay_before) = neighbours[0];
        let (after, delay_after) = neighbours[1];
        let first = before.end as i64 + delay_before;
        let end = after.start as i64 + delay_after;
        if end - first >= least && first >= 0 && end <= pair.degraded_envelope.len() as i64 {
            let frames = first as usize..end as usize;
            let repeats = repeated(pair, &frames, before.end, parameters);
            let sample = |frame: usize| {
                (frame as f64 * pair.hop as f64 * (1.0 + pair.drift)) as usize * pair.recorded.factor
            };
            insertions.push(Insertion {
                degraded: sample(frames.start)..sample(frames.end),
                repeats: repeats.map(|range| range.start * pair.hop * pair.reference.factor..range.end * pair.hop * pair.reference.factor),
            });
        }
    }
    insertions
}

/// The frames of the reference, up to a second before `now`, that `frames` of the degraded signal repeat.
fn repeated(pair: &Pair, frames: &Range<usize>, now: usize, parameters: &AlignmentParameters) -> Option<Range<usize>> {
    let (reference, degraded) = (&pair.reference_envelope, &pair.degraded_envelope);
    let energy: f64 = degraded.energy[frames.clone()].iter().map(|&energy| f64::from(energy)).sum();
    if energy < parameters.active_energy * frames.len() as f64 {
        return None;
    }
    let back = (parameters.repeat_search_s / pair.frame_s()) as usize;
    let starts = now.saturating_sub(back)..now.saturating_sub(1);
    let correlation = |start: usize| {
        let own = start..(start + frames.len()).min(reference.len());
        let product: f64 = own
            .clone()
            .zip(frames.clone())
            .map(|(frame, other)| f64::from(reference.product(frame, degraded, other as i64)))
            .sum();
        let norm: f64 = reference.energy[own].iter().map(|&energy| f64::from(energy)).sum();
        if norm > 0.0 { product / (norm * energy).sqrt() } else { 0.0 }
    };
    let (start, best) = starts.map(|start| (start, correlation(start))).fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
    (best >= parameters.repeat_correlation).then(|| start..(start + frames.len()).min(reference.len()))
}
