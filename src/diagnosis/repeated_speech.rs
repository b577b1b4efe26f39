//! Speech that is replaced by a repetition of what was heard just before, as concealment of lost packets does.

use super::lost_speech::{Blocks, correlation};
use crate::dsp::correlation::Correlator;
use crate::finding::{Finding, Kind};
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
const ALIKE: f64 = 0.72;
/// for what is faint or short,
const SURELY_ALIKE: f64 = 0.92;
/// and by how much that is more than with what is expected.
const MORE_ALIKE: f64 = 0.25;
/// How far edges are moved at most, in seconds.
const EDGE_S: f64 = 0.06;
/// How near to an echo's delay a lag may not be, in seconds.
const ECHO_S: f64 = 0.01;
/// Fainter repetitions are not looked for, against the power of speech.
const FAINTEST: f64 = 1e-5;

/// A stretch that repeats what was heard before.
#[derive(Debug, Clone)]
pub(super) struct Repetition {
    pub place_s: [f64; 2],
    alike: f64,
}

impl Repetition {
    fn duration_s(&self) -> f64 {
        self.place_s[1] - self.place_s[0]
    }

    /// Whether more than half of a loss is this.
    pub fn covers(&self, loss: &Finding) -> bool {
        let (Some(start), Some(end)) = (loss.start_s, loss.end_s) else { return false };
        end.min(self.place_s[1]) - start.max(self.place_s[0]) > 0.5 * (end - start)
    }

    pub fn finding(&self) -> Finding {
        let ms = 1000.0 * (self.place_s[1] - self.place_s[0]);
        let confidence = 0.6 + 2.0 * (self.alike - ALIKE);
        Finding::event(Kind::RepeatedSpeech, self.place_s, ms, confidence)
    }
}

/// Repetitions, also of what is so faint that they might count as losses.
pub(super) fn repetitions(blocks: &Blocks, echo_s: Option<f64>) -> Vec<Repetition> {
    let least = (10.0 * blocks.noise).max(FAINTEST * blocks.speech);
    let unexplained = |block: usize| {
        let faint = blocks.heard_power[block] < 0.1 * blocks.expected_power[block];
        blocks.heard_power[block] > least
            && (faint || blocks.residual_power[block] > UNEXPLAINED * blocks.heard_power[block])
    };
    let mut candidates: Vec<Range<usize>> = Vec::new();
    for block in (0..blocks.heard_power.len()).filter(|&block| unexplained(block)) {
        match candidates.last_mut() {
            Some(last) if block <= last.end + BRIDGED => last.end = block + 1,
            _ => candidates.push(block..block + 1),
        }
    }
    candidates
        .retain(|range| range.clone().filter(|&block| unexplained(block)).count() >= SHORTEST);
    let mut correlator = Correlator::default();
    let mut found: Vec<Repetition> = candidates
        .into_iter()
        .filter_map(|range| repetition(blocks, &range, echo_s, &mut correlator))
        .collect();
    // Two parts of one repetition grow into the same.
    found.dedup_by(|next, last| {
        let overlap = next.place_s[0] < last.place_s[1];
        if overlap && next.duration_s() > last.duration_s() {
            std::mem::swap(next, last);
        }
        overlap
    });
    found
}

fn repetition(
    blocks: &Blocks,
    range: &Range<usize>,
    echo_s: Option<f64>,
    correlator: &mut Correlator,
) -> Option<Repetition> {
    let Blocks { expected, heard, rate, block, .. } = blocks;
    let samples = range.start * block..range.end * block;
    let own = &heard[samples.clone()];
    let expected_alike = correlation(own, &expected[samples.clone()]);
    if expected_alike + MORE_ALIKE > 1.0 {
        return None;
    }
    let [least, most] = LAG_S.map(|lag_s| (lag_s * rate) as usize);
    let most = most.min(samples.start);
    if most < least {
        return None;
    }
    let energy =
        |samples: &Range<usize>| blocks.energies[samples.end] - blocks.energies[samples.start];
    // Inner products with what was heard before, the longest lag first.
    let products = correlator.correlate(own, &heard[samples.start - most..samples.end - least]);
    let products = &products[own.len() - 1..];
    let own_energy = energy(&samples);
    let with = |lag: usize| {
        // What was this much fainter before is not what is repeated.
        let earlier = energy(&(samples.start - lag..samples.end - lag)).max(1e-3 * own_energy);
        let norm = (own_energy * earlier).sqrt();
        f64::from(products[most - lag]) / norm.max(f64::MIN_POSITIVE)
    };
    // What is left of an echo repeats too.
    let echoes =
        |lag: usize| echo_s.is_some_and(|echo_s| (lag as f64 / rate - echo_s).abs() < ECHO_S);
    let lags = (least..=most).filter(|&lag| !echoes(lag));
    let (alike, lag) = lags.map(|lag| (with(lag), lag)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    let power = blocks.heard_power[range.clone()].iter().sum::<f64>() / range.len() as f64;
    // What is faint or short is alike by chance more often.
    let doubtful = power < 0.01 * blocks.speech || range.len() < 2 * SHORTEST;
    let enough = if doubtful { SURELY_ALIKE } else { ALIKE };
    if alike < enough || alike < expected_alike + MORE_ALIKE {
        return None;
    }
    let (start, end) = edges(blocks, &samples, lag);
    (end > start).then(|| Repetition { place_s: [start, end].map(|at| at as f64 / rate), alike })
}

/// Where the repetition explains more than the reference does: the first and the last sample with the largest sum of
/// log likelihood ratios between.
fn edges(blocks: &Blocks, samples: &Range<usize>, lag: usize) -> (usize, usize) {
    let Blocks { expected, heard, rate, .. } = blocks;
    let step = (0.001 * rate) as usize;
    let reach = (EDGE_S * rate) as usize;
    let first = samples.start.saturating_sub(reach).max(lag);
    let last = (samples.end + reach).min(heard.len());
    let least = 1e-4 * blocks.speech * step as f64 + f64::MIN_POSITIVE;
    let evidence: Vec<f64> = (first..last.saturating_sub(step))
        .step_by(step)
        .map(|at| {
            let error = |others: &[f32]| -> f64 {
                let pairs = heard[at..at + step].iter().zip(others);
                pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum()
            };
            ((error(&expected[at..at + step]) + least)
                / (error(&heard[at - lag..at - lag + step]) + least))
                .ln()
        })
        .collect();
    // The stretch of largest sum (Kadane).
    let (mut best, mut from) = ((0.0, 0, 0), (0.0f64, 0));
    for (index, value) in evidence.iter().enumerate() {
        if from.0 <= 0.0 {
            from = (0.0, index);
        }
        from.0 += value;
        if from.0 > best.0 {
            best = (from.0, from.1, index + 1);
        }
    }
    (first + best.1 * step, first + best.2 * step)
}
