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
    let confidence = overall_correlation(&match_of);
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
            let product =
                heard.map_or(0.0, |heard| f64::from(reference.product(frame, degraded, heard)));
            let energy = heard.and_then(|heard| degraded.energy.get(usize::try_from(heard).ok()?));
            matches.push(Match {
                product,
                reference_energy,
                degraded_energy: f64::from(*energy.unwrap_or(&0.0)),
            });
        }
    }
    matches
}

fn overall_correlation(matches: &[Match]) -> f64 {
    let sum = |value: fn(&Match) -> f64| matches.iter().map(value).sum::<f64>();
    let norm = (sum(|m| m.reference_energy) * sum(|m| m.degraded_energy)).sqrt();
    if norm > 0.0 { (sum(|m| m.product) / norm).clamp(0.0, 1.0) } else { 0.0 }
}

/// Stretches where the reference is active and the degraded signal does not follow it.
fn unheard(
    pair: &Pair,
    matches: &[Match],
    correlation: f64,
    parameters: &AlignmentParameters,
) -> Vec<Range<usize>> {
    let span = (parameters.coverage.window_s / pair.frame_s() / 2.0) as usize;
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
        let active = reference > parameters.coverage.active_energy * (end - first) as f64;
        active
            && sums[end].product - sums[first].product
                < parameters.coverage.unheard_correlation * correlation * reference
    };
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for frame in (0..matches.len()).filter(|&frame| missing(frame)) {
        match ranges.last_mut() {
            Some(range) if range.end == frame => range.end = frame + 1,
            _ => ranges.push(frame..frame + 1),
        }
    }
    let factor = pair.reference.factor * pair.hop;
    let least = (parameters.coverage.unheard_at_least_s / pair.frame_s()) as usize;
    let long_enough = ranges.into_iter().filter(|range| range.len() >= least);
    long_enough.map(|range| range.start * factor..range.end * factor).collect()
}

/// Gaps of the path in which the degraded signal goes on while the reference waits.
fn inserted(pair: &Pair, runs: &[Run], parameters: &AlignmentParameters) -> Vec<Insertion> {
    let least = (parameters.coverage.inserted_at_least_s / pair.frame_s()) as i64;
    let heard: Vec<(&Range<usize>, i64)> =
        runs.iter().filter_map(|run| Some((&run.frames, run.delay?))).collect();
    let mut insertions = Vec::new();
    for neighbours in heard.windows(2) {
        let [(before, delay_before), (after, delay_after)] = [neighbours[0], neighbours[1]];
        let (first, end) = (before.end as i64 + delay_before, after.start as i64 + delay_after);
        if end - first < least || first < 0 || end > pair.degraded_envelope.len() as i64 {
            continue;
        }
        let gap = Gap { frames: first as usize..end as usize, delay_before, delay_after };
        let moved = gap.repetition(pair, parameters);
        let later = moved.unwrap_or(0);
        let recorded = |frame: i64| {
            (frame as f64 * pair.hop as f64 * (1.0 + pair.drift)) as usize * pair.recorded.factor
        };
        let reference = |frame: i64| frame.max(0) as usize * pair.hop * pair.reference.factor;
        insertions.push(Insertion {
            degraded: recorded(first + later)..recorded(end + later),
            repeats: moved.map(|later| {
                reference(first + later - delay_after)..reference(end + later - delay_after)
            }),
        });
    }
    insertions
}

/// Frames of the degraded signal that the path leaves out, and the delays around them.
struct Gap {
    frames: Range<usize>,
    delay_before: i64,
    delay_after: i64,
}

impl Gap {
    /// If the gap is a repetition, how many frames later it begins: where something is heard twice, the jump may
    /// lie anywhere in it, so that the gap's frames first go on at the delay before and then are at that after.
    fn repetition(&self, pair: &Pair, parameters: &AlignmentParameters) -> Option<i64> {
        let (reference, degraded) = (&pair.reference_envelope, &pair.degraded_envelope);
        let product = |frame: usize, delay: i64| -> f64 {
            f64::from(degraded.product(frame, reference, frame as i64 - delay))
        };
        let mut sum: f64 = self.frames.clone().map(|frame| product(frame, self.delay_after)).sum();
        let (mut best, mut later) = (sum, 0);
        for (count, frame) in self.frames.clone().enumerate() {
            sum += product(frame, self.delay_before) - product(frame, self.delay_after);
            if sum > best {
                (best, later) = (sum, count as i64 + 1);
            }
        }
        let energy: f64 =
            degraded.energy[self.frames.clone()].iter().map(|&energy| f64::from(energy)).sum();
        let active = energy > parameters.coverage.active_energy * self.frames.len() as f64;
        (active && best >= parameters.coverage.repeat_correlation * energy).then_some(later)
    }
}
