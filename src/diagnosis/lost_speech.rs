//! Speech that is silent or much too faint for a moment, and speech that is replaced by a repetition.

use super::evidence::{Coarse, Evidence, RATE_HZ};
use super::spectra::filtered;
use crate::dsp::decimate::Decimated;
use crate::dsp::inner_product::inner_product;
use crate::dsp::scales::{decibels, ratio};
use crate::dsp::sums::{energy, level, running};
use crate::finding::{Finding, Kind};
use std::ops::Range;

/// Length of a block, in seconds.
const BLOCK_S: f64 = 0.0025;
/// Speech this far below the level of speech is not missed, in dB.
const SPEECH_DB: f64 = 26.0;
/// It is lost where it is this much fainter than expected, in dB,
const LOST_DB: f64 = 13.0;
/// and the loss begins and ends where it is this much fainter, in dB.
const EDGE_DB: f64 = 8.0;
/// What is expected this far below the level of speech is next to nothing, and a loss does not reach into it, in dB.
const NOTHING_DB: f64 = 36.0;
/// By how much speech must stand out of noise for its loss to show, in dB.
const ABOVE_NOISE_DB: f64 = 8.0;
/// The shortest loss, in blocks of speech.
const SHORTEST: usize = 4;
/// Two losses closer than this are one, in blocks.
const BRIDGED: usize = 3;
/// Share of the blocks that tell the usual noise.
const QUIET_SHARE: f64 = 0.15;
/// Half the length of the filter that weighs frequencies: 4 ms, so that a gap stays one.
const HALF_TAPS: usize = 16;
/// Frequencies below are weakened by 6 dB an octave, in Hz.
const FLAT_ABOVE_HZ: f64 = 2500.0;
/// How many times its power noise weighs against speech.
const NOISE_WEIGHS: f64 = 4.0;
/// A pause of the reference within a loss, in blocks: nothing can be lost there.
const PAUSE: usize = 32;

/// The pair as events are sought in it.
pub(super) struct Blocks {
    pub expected: Vec<f32>,
    pub heard: Vec<f32>,
    /// Running sums of its squares.
    pub energies: Vec<f64>,
    pub rate: f64,
    /// Samples of a block.
    pub block: usize,
    /// Mean power of each block.
    pub expected_power: Vec<f64>,
    pub heard_power: Vec<f64>,
    pub residual_power: Vec<f64>,
    /// Mean power of noise.
    pub noise: f64,
    /// Mean power of speech.
    pub speech: f64,
}

impl Blocks {
    /// `expected` at the full rate, where that is not what the response alone lets expect.
    pub fn of(evidence: &Evidence, expected: Option<&[f32]>) -> Self {
        let coarse = |samples: &[f32]| Decimated::new(samples, evidence.sample_rate, RATE_HZ);
        let Coarse { direct, heard, rate } = &evidence.coarse;
        let (rate, late) = (*rate, evidence.late.as_ref().map(|late| coarse(late).samples));
        // An echo or a room sounds on where the speech itself is lost.
        let without_late = |samples: &[f32]| match &late {
            Some(late) => samples.iter().zip(late).map(|(sample, late)| sample - late).collect(),
            None => samples.to_vec(),
        };
        let expected = match expected {
            Some(expected) => without_late(&coarse(expected).samples),
            None => direct.clone(),
        };
        let pair = [expected, without_late(heard)];
        let weights = weights(evidence, rate);
        let [expected, heard] = pair.map(|samples| filtered(&samples, &weights, HALF_TAPS));
        let block = (BLOCK_S * rate).round() as usize;
        let residual: Vec<f32> = heard.iter().zip(&expected).map(|(a, b)| a - b).collect();
        let powers = |samples: &[f32]| -> Vec<f64> {
            let power = |block: &[f32]| energy(block) / block.len() as f64;
            samples.chunks_exact(block).map(power).collect()
        };
        let (expected_power, heard_power) = (powers(&expected), powers(&heard));
        let residual_power = powers(&residual);
        let noise = noise(&expected_power, &residual_power);
        let speech = level(expected_power.iter().map(|&power| power as f32));
        let energies = running(heard.iter().map(|sample| f64::from(*sample).powi(2)));
        Self {
            expected,
            heard,
            energies,
            rate,
            block,
            expected_power,
            heard_power,
            residual_power,
            noise,
            speech,
        }
    }

    /// Whether speech is expected that would be missed.
    pub fn speaks(&self, block: usize) -> bool {
        let least = (self.speech * ratio(-SPEECH_DB)).max(self.noise * ratio(ABOVE_NOISE_DB));
        self.around(&self.expected_power, block) > least
    }

    /// Mean over a block and its neighbours.
    fn around(&self, powers: &[f64], block: usize) -> f64 {
        let range = block.saturating_sub(1)..(block + 2).min(powers.len());
        let count = range.len() as f64;
        powers[range].iter().sum::<f64>() / count
    }

    /// How much fainter a block is than expected, in dB.
    fn faint_db(&self, block: usize) -> f64 {
        // Leaves of neighbours through the analysis' own smoothing, and silence in both, are no loss.
        let expected = self.around(&self.expected_power, block) + 1e-13;
        decibels((expected + self.noise) / (self.heard_power[block] + 1e-13))
    }

    /// The same against what is expected in this very block: between the pulses of a voice little is, and nothing is
    /// lost there.
    fn own_faint_db(&self, block: usize) -> f64 {
        decibels((self.expected_power[block] + self.noise) / (self.heard_power[block] + 1e-13))
    }

    /// Blocks as a stretch of the reference, in seconds.
    pub fn seconds(&self, blocks: &Range<usize>) -> [f64; 2] {
        [blocks.start, blocks.end].map(|block| (block * self.block) as f64 / self.rate)
    }

    /// Whether what lies between two losses is short, or a pause of the reference's own.
    fn bridged(&self, between: Range<usize>) -> bool {
        let quiet = |block: usize| {
            !self.speaks(block) && self.heard_power[block] < self.speech * ratio(-SPEECH_DB)
        };
        between.len() <= BRIDGED || between.len() <= PAUSE && between.clone().all(quiet)
    }

    /// Losses, as ranges of blocks.
    pub fn losses(&self) -> Vec<Range<usize>> {
        let count = self.expected_power.len();
        let faint: Vec<f64> = (0..count).map(|block| self.faint_db(block)).collect();
        let lost = |block: usize| self.speaks(block) && faint[block] > LOST_DB;
        let mut losses: Vec<Range<usize>> = Vec::new();
        for block in (0..count).filter(|&block| lost(block)) {
            match losses.last_mut() {
                Some(last) if self.bridged(last.end..block) => last.end = block + 1,
                _ => losses.push(block..block + 1),
            }
        }
        losses.retain(|range| range.clone().filter(|&block| lost(block)).count() >= SHORTEST);
        let least = self.speech * ratio(-NOTHING_DB);
        let still_lost = |block: usize| {
            faint[block] > EDGE_DB
                && self.expected_power[block] > least
                && self.own_faint_db(block) > 0.5 * EDGE_DB
        };
        for loss in &mut losses {
            while loss.start > 0 && still_lost(loss.start - 1) {
                loss.start -= 1;
            }
            while loss.end < count && still_lost(loss.end) {
                loss.end += 1;
            }
        }
        losses.dedup_by(|next, last| {
            let joins = next.start <= last.end + BRIDGED;
            if joins {
                last.end = last.end.max(next.end);
            }
            joins
        });
        losses
    }

    /// A loss as a finding.
    pub fn finding(&self, loss: &Range<usize>) -> Finding {
        let mean = |powers: &[f64]| powers[loss.clone()].iter().sum::<f64>();
        let depth =
            decibels(mean(&self.expected_power) / mean(&self.heard_power).max(f64::MIN_POSITIVE));
        let place = self.seconds(loss);
        let ms = 1000.0 * (place[1] - place[0]);
        let confidence = 0.5 + 0.02 * (depth - LOST_DB).min(15.0) + 0.005 * ms.min(40.0);
        Finding::event(Kind::LostSpeech, place, ms, confidence)
    }
}

/// Power of the residual where least is expected.
fn noise(expected: &[f64], residual: &[f64]) -> f64 {
    let mut blocks: Vec<usize> = (0..expected.len()).collect();
    blocks.sort_unstable_by(|&a, &b| expected[a].total_cmp(&expected[b]));
    blocks.truncate((expected.len() as f64 * QUIET_SHARE) as usize);
    let sum: f64 = blocks.iter().map(|&block| residual[block]).sum();
    sum / blocks.len().max(1) as f64
}

/// Taps of a filter that lets pass what stands out of the noise, high frequencies more than low ones: those carry most
/// of the power of speech and little of what is heard.
fn weights(evidence: &Evidence, rate: f64) -> Vec<f32> {
    let speech = evidence.expected_powers.mean(|frame| evidence.followed[frame]);
    let half = HALF_TAPS as f64;
    let steps = 2 * HALF_TAPS;
    let gains: Vec<f64> = (0..=steps)
        .map(|step| {
            let hz = step as f64 / steps as f64 * rate / 2.0;
            let bin = evidence.framing.bin(hz);
            let around = bin.saturating_sub(3)..(bin + 4).min(speech.len());
            let sum = |powers: &[f64]| powers[around.clone()].iter().sum::<f64>();
            let (speech, noise) = (sum(&speech), sum(&evidence.noise));
            let clear = (1.0 - NOISE_WEIGHS * noise / speech.max(1e-30)).clamp(0.01, 1.0);
            clear * (hz / FLAT_ABOVE_HZ).min(1.0)
        })
        .collect();
    (0..=2 * HALF_TAPS)
        .map(|tap| {
            let at = tap as f64 - half;
            let wave = |(step, gain): (usize, &f64)| {
                let edge = if step == 0 || step == steps { 0.5 } else { 1.0 };
                edge * gain * (std::f64::consts::PI * at * step as f64 / steps as f64).cos()
            };
            let sum: f64 = gains.iter().enumerate().map(wave).sum();
            let window = (std::f64::consts::FRAC_PI_2 * at / (half + 1.0)).cos().powi(2);
            (sum / steps as f64 * window) as f32
        })
        .collect()
}

/// Correlation coefficient and energies of two stretches.
pub(super) fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let norm = (energy(a) * energy(b)).sqrt();
    if norm > 0.0 { f64::from(inner_product(a, b)) / norm } else { 0.0 }
}
