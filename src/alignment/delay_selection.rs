//! Per-frame delay selection: which of a few candidate delays each frame is heard at, by dynamic programming as in
//! `path`, with evidence that is given frame by frame.

use super::path::Run;
use crate::dsp::argmax::argmax_by;
use std::ops::Range;

/// A delay that frames may have.
#[derive(Debug, Clone)]
pub(crate) struct DelayCandidate {
    /// The runs that it was found in; before and after them the delay of the nearest goes on.
    pub runs: Vec<Run>,
    /// Delay at the middle of its runs, in samples.
    pub delay: f64,
    /// Samples by which the delay grows a frame.
    pub slope: f64,
    /// Frames that may have it.
    pub allowed: Range<usize>,
}

impl DelayCandidate {
    /// The frames from its first run to its last.
    pub fn span(runs: &[Run]) -> Range<usize> {
        let (first, last) = (runs.first(), runs.last());
        first.map_or(0, |run| run.frames.start)..last.map_or(0, |run| run.frames.end)
    }

    /// Delay of `frame`, in frames.
    pub fn frame_delay(&self, frame: usize) -> i64 {
        let next = self.runs.partition_point(|run| run.frames.end <= frame);
        let nearest = self.runs.get(next).or(self.runs.last());
        nearest.and_then(|run| run.delay).unwrap_or(0)
    }

    /// Delay of `frame`, in samples.
    pub fn sample_delay(&self, frame: usize) -> f64 {
        let span = Self::span(&self.runs);
        let middle = (span.start + span.end) as f64 / 2.0;
        self.delay + self.slope * (frame as f64 - middle)
    }
}

/// The best sequence of candidates that ends with one at a frame.
struct State {
    candidate: usize,
    total: f64,
    /// Frame and candidate before.
    from: Option<(usize, usize)>,
}

/// The candidate of each frame for which the sum of `evidence`, less `cost` for each change, is greatest; none where a
/// delay that falls skips the frame.
pub(crate) fn select_delays(
    candidates: &[DelayCandidate],
    frames: usize,
    cost: f64,
    evidence: impl Fn(usize, &DelayCandidate) -> f64,
) -> Vec<Option<usize>> {
    let mut states: Vec<Vec<State>> = Vec::with_capacity(frames);
    for frame in 0..frames {
        let allowed =
            |(_, candidate): &(usize, &DelayCandidate)| candidate.allowed.contains(&frame);
        let state = |(index, candidate): (usize, &DelayCandidate)| {
            let (before, from) = best_source(&states, candidates, frame, index, cost)?;
            Some(State { candidate: index, total: before + evidence(frame, candidate), from })
        };
        let row = candidates.iter().enumerate().filter(allowed).filter_map(state).collect();
        states.push(row);
    }
    trace_back(&states)
}

/// The total before candidate `to` at `frame`, and the frame and candidate that it is best to come from: the same, or
/// another that is heard right before.
fn best_source(
    states: &[Vec<State>],
    candidates: &[DelayCandidate],
    frame: usize,
    to: usize,
    cost: f64,
) -> Option<(f64, Option<(usize, usize)>)> {
    let Some(previous) = frame.checked_sub(1) else { return Some((0.0, None)) };
    let total = |frame: usize, candidate: usize| {
        states[frame].iter().find(|state| state.candidate == candidate).map(|state| state.total)
    };
    let mut best = total(previous, to).map(|total| (total, Some((previous, to))));
    let delay = candidates[to].frame_delay(frame);
    for (index, other) in candidates.iter().enumerate() {
        let lost = (other.frame_delay(previous) - delay).max(0) as usize;
        let Some(source) = previous.checked_sub(lost) else { continue };
        if index == to || !other.allowed.contains(&source) {
            continue;
        }
        let Some(changed) = total(source, index).map(|total| total - cost) else { continue };
        if best.is_none_or(|best| changed > best.0) {
            best = Some((changed, Some((source, index))));
        }
    }
    best
}

fn trace_back(states: &[Vec<State>]) -> Vec<Option<usize>> {
    let mut chosen = vec![None; states.len()];
    let mut at = states.iter().enumerate().next_back().and_then(|(frame, last)| {
        let best = argmax_by(last, |state| state.total)?;
        Some((frame, best.candidate))
    });
    while let Some((frame, candidate)) = at {
        chosen[frame] = Some(candidate);
        let state = states[frame].iter().find(|state| state.candidate == candidate);
        at = state.and_then(|state| state.from);
    }
    chosen
}
