//! Speech that is replaced by a repetition of what was heard just before, as concealment of lost packets does.

use super::finding::{Finding, Kind};
use super::lost_speech::{Blocks, correlation};
use crate::dsp::sums::energy;
use std::ops::Range;

/// The reference explains nothing where the residual has more than this share of what is heard.
const UNEXPLAINED: f64 = 0.5;
/// Two such moments closer than this are one, in blocks of 2.5 ms.
const BRIDGED: usize = 4;
/// The shortest, in blocks.
const SHORTEST: usize = 5;
/// How far back a repetition reaches, in seconds.
const LAG_S: [f64; 2] = [0.005, 0.26];
/// Least correlation coefficient with what is repeated,
const ALIKE: f64 = 0.8;
/// and by how much that is more than with what is expected.
const MORE_ALIKE: f64 = 0.3;
/// How far edges are moved at most, in seconds.
const EDGE_S: f64 = 0.02;

/// A stretch that repeats what was heard before.
#[derive(Debug, Clone)]
pub(super) struct Repetition {
    pub place_s: [f64; 2],
    alike: f64,
}

impl Repetition {
    pub fn finding(&self) -> Finding {
        let ms = 1000.0 * (self.place_s[1] - self.place_s[0]);
        let confidence = 0.6 + 2.0 * (self.alike - ALIKE);
        Finding::event(Kind::RepeatedSpeech, self.place_s, ms, confidence)
    }
}

/// Repetitions outside the losses.
pub(super) fn repetitions(blocks: &Blocks, losses: &[Range<usize>]) -> Vec<Repetition> {
    let unexplained = |block: usize| {
        blocks.heard_power[block] > 0.01 * blocks.speech
            && blocks.residual_power[block] > UNEXPLAINED * blocks.heard_power[block]
    };
    let mut candidates: Vec<Range<usize>> = Vec::new();
    for block in (0..blocks.heard_power.len()).filter(|&block| unexplained(block)) {
        match candidates.last_mut() {
            Some(last) if block <= last.end + BRIDGED => last.end = block + 1,
            _ => candidates.push(block..block + 1),
        }
    }
    candidates.retain(|range| {
        range.clone().filter(|&block| unexplained(block)).count() >= SHORTEST
            && !losses.iter().any(|loss| loss.start < range.end && range.start < loss.end)
    });
    candidates.into_iter().filter_map(|range| repetition(blocks, &range)).collect()
}

fn repetition(blocks: &Blocks, range: &Range<usize>) -> Option<Repetition> {
    let Blocks { expected, heard, rate, block, .. } = blocks;
    let samples = range.start * block..range.end * block;
    let own = &heard[samples.clone()];
    let [least, most] = LAG_S.map(|lag_s| (lag_s * rate) as usize);
    let with = |lag: usize| correlation(own, &heard[samples.start - lag..samples.end - lag]);
    let lags = least..=most.min(samples.start);
    let lag = lags.max_by(|&a, &b| with(a).total_cmp(&with(b)))?;
    let alike = with(lag);
    let expected_alike = correlation(own, &expected[samples.clone()]);
    if alike < ALIKE || alike < expected_alike + MORE_ALIKE {
        return None;
    }
    // Inwards and outwards, to where the reference explains more than the repetition does.
    let window = (0.0025 * rate) as usize;
    let repeats = |at: usize| {
        let end = (at + window).min(heard.len());
        if at < lag || at >= end {
            return false;
        }
        let error = |others: &[f32]| {
            let pairs = heard[at..end].iter().zip(others);
            energy(&pairs.map(|(a, b)| a - b).collect::<Vec<f32>>())
        };
        error(&heard[at - lag..end - lag]) < error(&expected[at..end])
    };
    let reach = (EDGE_S * rate) as usize;
    let mut start = samples.start;
    while start > samples.start.saturating_sub(reach) && repeats(start - 1) {
        start -= 1;
    }
    while start < samples.end && !repeats(start) {
        start += 1;
    }
    let mut end = samples.end.saturating_sub(window).max(start);
    while end < samples.end + reach && repeats(end) {
        end += 1;
    }
    let end = (end + window / 2).min(heard.len());
    Some(Repetition { place_s: [start, end].map(|at| at as f64 / rate), alike })
}
