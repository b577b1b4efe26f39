//! Splitting an utterance where its delay changes (P.862 clause 10.1, utterance splitting).

use super::fine_delay::LagVotes;
use super::pair::Pair;
use super::setup::Setup;
use super::shared_window::SharedWindow;
use super::utterance::Utterance;
use crate::dsp::argmax::argmax_by;
use crate::dsp::correlation::Correlator;

/// A boundary at which an utterance might be split, and the delays that each side would have.
#[derive(Clone, Copy)]
struct Candidate {
    /// The first voice-activity window of the right side.
    boundary: i64,
    left: Side,
    right: Side,
}

/// What [`Utterance`] says of each side.
#[derive(Clone, Copy)]
struct Side {
    coarse: i64,
    delay: i64,
    confidence: f32,
}

/// Splits utterances in place until no split makes both sides more confident than the whole.
pub(super) fn split<'a>(
    pair: &'a Pair<'a>,
    correlator: &mut Correlator,
    votes: LagVotes<'a>,
    utterances: &mut Vec<Utterance>,
) {
    let mut splitter = Splitter { pair, votes, window: SharedWindow::new(pair.setup) };
    let mut u = 0;
    while u < utterances.len() && utterances.len() < pair.setup.p.splitting.utterance_limit {
        match splitter.best_split(correlator, &utterances[u]) {
            Some(candidate) => {
                let (left, right) = splitter.halves(&utterances[u], &candidate);
                utterances[u] = left;
                utterances.insert(u + 1, right);
            }
            None => u += 1,
        }
    }
}

struct Splitter<'a> {
    pair: &'a Pair<'a>,
    votes: LagVotes<'a>,
    window: SharedWindow,
}

impl Splitter<'_> {
    /// Of the splits at which the delay jumps by a window or more and both sides are more confident than the whole, the one
    /// with the most confidence in sum.
    fn best_split(
        &mut self,
        correlator: &mut Correlator,
        utterance: &Utterance,
    ) -> Option<Candidate> {
        let boundaries = self.boundaries(utterance)?;
        if self.window.restore() {
            self.votes.window_changed();
        }
        let mut candidates = self.left_coarse_delays(correlator, utterance, &boundaries);
        if self.window.is_overwritten() {
            self.votes.window_changed();
        }
        self.forward_pass(utterance, &mut candidates);
        self.backward_pass(correlator, utterance, &mut candidates);
        let gains = |candidate: &Candidate| {
            let Candidate { left, right, .. } = candidate;
            (right.delay - left.delay).abs() >= self.pair.setup.window()
                && left.confidence > utterance.confidence
                && right.confidence > utterance.confidence
        };
        argmax_by(candidates.into_iter().filter(gains), |candidate| {
            candidate.left.confidence + candidate.right.confidence
        })
    }

    /// The split points tried: up to forty over the middle of the utterance's speech; none where that is short.
    fn boundaries(&self, utterance: &Utterance) -> Option<Vec<i64>> {
        let p = &self.pair.setup.p.splitting;
        let energy = &self.pair.reference.activity.energy;
        let silent =
            |v: i64| usize::try_from(v).ok().and_then(|v| energy.get(v)).is_none_or(|&e| e == 0.0);
        let (mut start, mut end) = (utterance.start, utterance.end);
        while start < utterance.end && silent(start) {
            start += 1;
        }
        while end > utterance.start && silent(end) {
            end -= 1;
        }
        end += 1;
        let length = end - start;
        if length < p.shortest_speech {
            return None;
        }
        let Setup { p: model, rate } = self.pair.setup;
        let unit = (rate.align_fft / model.delay.hop_divisor / rate.vad_window).max(1) as i64;
        let spread = p.candidates * unit;
        let step = unit
            * ((p.step_fraction * length as f64 + (spread - 1) as f64) / spread as f64).floor()
                as i64;
        let edge = (length / p.edge_divisor).max(p.edge_minimum);
        let first = start + edge;
        let more = (1..p.candidates)
            .map(|n| first + n * step)
            .take_while(|&boundary| boundary <= end - edge);
        Some(std::iter::once(first).chain(more).collect())
    }

    /// A candidate for every boundary with the coarse delay of its left side. The coarse delays of right sides are found by
    /// [`backward_pass`](Self::backward_pass), which needs few of them; here they are computed only where their correlation
    /// overwrites a part of [`SharedWindow`] that no later one overwrites.
    fn left_coarse_delays(
        &mut self,
        correlator: &mut Correlator,
        utterance: &Utterance,
        boundaries: &[i64],
    ) -> Vec<Candidate> {
        let stays = self.right_sides_that_stay(utterance, boundaries);
        let mut coarse_delay = |range| {
            let window = &mut self.window;
            let seen = |values: &[f32]| window.overwrite(values);
            self.pair.coarse_delay(correlator, range, utterance.coarse, seen)
        };
        let candidate = |(&boundary, stays)| {
            let coarse = coarse_delay((utterance.start, boundary));
            if stays {
                coarse_delay((boundary, utterance.end));
            }
            let side = |coarse| Side { coarse, delay: coarse, confidence: 0.0 };
            Candidate { boundary, left: side(coarse), right: side(utterance.coarse) }
        };
        boundaries.iter().zip(stays).map(candidate).collect()
    }

    /// For each boundary, whether the correlation of its right side overwrites values of [`SharedWindow`] that no later
    /// correlation overwrites.
    fn right_sides_that_stay(&self, utterance: &Utterance, boundaries: &[i64]) -> Vec<bool> {
        let written = |range| {
            let envelopes = self.pair.envelopes(range, utterance.coarse);
            self.window.written(envelopes.map_or(0, |(x, y)| x.len() + y.len() - 1))
        };
        let mut later = 0;
        let mut stays = vec![false; boundaries.len()];
        for (stays, &boundary) in stays.iter_mut().zip(boundaries).rev() {
            let right = written((boundary, utterance.end));
            *stays = right > later;
            later = later.max(right).max(written((utterance.start, boundary)));
        }
        stays
    }

    /// Fine delays of the left sides. Candidates with one coarse delay share their frames: each goes on where the one
    /// before it stopped.
    fn forward_pass(&mut self, utterance: &Utterance, candidates: &mut [Candidate]) {
        let window = self.pair.setup.window();
        let frame = self.pair.setup.rate.align_fft as i64;
        let mut done = vec![false; candidates.len()];
        while let Some(first) = done.iter().position(|done| !done) {
            let seed = candidates[first].left.coarse;
            let r = (utterance.start * window).max(-seed);
            let end = candidates.iter().rfind(|candidate| candidate.left.coarse == seed);
            let end = end.map_or(0, |candidate| candidate.boundary * window);
            let mut pass = self.votes.forwards(self.pair, (r, r + seed), end);
            self.votes.clear();
            for (candidate, done) in candidates.iter_mut().zip(&mut done).skip(first) {
                if *done || candidate.left.coarse != seed {
                    continue;
                }
                while pass.frames > 0 && pass.r + frame <= candidate.boundary * window {
                    self.votes.add_smoothed(self.pair, self.window.values(), pass);
                    pass.advance();
                }
                let (lag, confidence) = self.votes.best();
                candidate.left = Side { coarse: seed, delay: seed + lag, confidence };
                *done = true;
            }
        }
    }

    /// Fine delays of the right sides, from the utterance's end backwards, where the left side is worth it.
    fn backward_pass(
        &mut self,
        correlator: &mut Correlator,
        utterance: &Utterance,
        candidates: &mut [Candidate],
    ) {
        let window = self.pair.setup.window();
        let frame = self.pair.setup.rate.align_fft as i64;
        let mut done: Vec<bool> =
            candidates.iter().map(|c| c.left.confidence <= utterance.confidence).collect();
        for (candidate, _) in candidates.iter_mut().zip(&done).filter(|(_, done)| !**done) {
            let range = (candidate.boundary, utterance.end);
            candidate.right.coarse =
                self.pair.coarse_delay(correlator, range, utterance.coarse, |_| {});
        }
        while let Some(last) = done.iter().rposition(|done| !done) {
            let seed = candidates[last].right.coarse;
            let d = (utterance.end * window - frame + seed)
                .min(self.pair.degraded.length as i64 - frame);
            let mut waiting = candidates.iter().zip(&done).filter(|(_, done)| !**done);
            let begin = waiting.find(|(candidate, _)| candidate.right.coarse == seed);
            let begin = begin.map_or(0, |(candidate, _)| candidate.boundary * window);
            let mut pass = self.votes.backwards(self.pair, (d - seed, d), begin);
            self.votes.clear();
            for (candidate, done) in candidates.iter_mut().zip(&mut done).take(last + 1).rev() {
                if *done || candidate.right.coarse != seed {
                    continue;
                }
                while pass.frames > 0 && pass.r >= candidate.boundary * window {
                    self.votes.add_smoothed(self.pair, self.window.values(), pass);
                    pass.advance();
                }
                let (lag, confidence) = self.votes.best();
                candidate.right = Side { coarse: seed, delay: seed + lag, confidence };
                *done = true;
            }
        }
    }

    /// The utterance as two, meeting at the boundary or, where the delay grows, leaving the gap between them.
    fn halves(&self, utterance: &Utterance, candidate: &Candidate) -> (Utterance, Utterance) {
        let window = self.pair.setup.window();
        let margin = self.pair.setup.p.framing.margin_windows as i64;
        let half = |start, end, side: Side| Utterance {
            start,
            end,
            coarse: side.coarse,
            delay: side.delay,
            confidence: side.confidence,
        };
        let overlap = (candidate.right.delay - candidate.left.delay).max(0) / (2 * window);
        let mut left = half(utterance.start, candidate.boundary + overlap, candidate.left);
        let mut right = half(candidate.boundary - overlap, utterance.end, candidate.right);
        if (left.start - margin) * window + left.delay < 0 {
            left.start = self.pair.earliest_start(left.delay);
        }
        if self.pair.overruns(right.end, right.delay) {
            right.end = self.pair.latest_end(right.delay);
        }
        (left, right)
    }
}
