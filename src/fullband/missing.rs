//! Missing speech: what was lost and left silent, and what was filled by repeating what had just been heard.
//!
//! Both are events, not distortion, and shorter than the frames of the other stages; ITU-T P.563 looks for the same two
//! (mutes and repeated frames) without a reference. They are sought in the telephone band, which every connection
//! carries, and counted by time, as ITU-T G.113 counts lost packets: the score falls with their share of the speech.
//! With the reference at hand, neither the closure of a plosive nor a steady vowel is mistaken for one.

use crate::dsp::decimate::Decimated;
use crate::dsp::emphasis::pre_emphasised;
use crate::dsp::inner_product::inner_product;
use crate::dsp::ramp::ramp;
use crate::dsp::scales::{decibels, ratio};
use crate::dsp::sums::energy;
use crate::model::fullband::Missing;

/// A signal as it is searched for events.
#[derive(Debug, Clone)]
pub(crate) struct Voice {
    /// Mean power of each block, low frequencies weakened by 12 dB an octave.
    powers: Vec<f32>,
    /// The coarser copy in which repetitions are sought, low frequencies weakened by 6 dB an octave.
    waveform: Vec<f32>,
    /// Samples of it in a block.
    block: usize,
}

impl Voice {
    pub fn new(samples: &[f32], sample_rate: u32, parameters: &Missing) -> Self {
        let in_block = |rate: f64| ((parameters.block_s * rate).round() as usize).max(1);
        let coarse = Decimated::new(samples, sample_rate, parameters.repetition_rate_hz);
        let fine = Decimated::new(samples, sample_rate, parameters.hole_rate_hz);
        let length = in_block(fine.sample_rate);
        let flattening = parameters.flattening as f32;
        let flat = pre_emphasised(&pre_emphasised(&fine.samples, flattening), flattening);
        let power = |block: &[f32]| inner_product(block, block) / length as f32;
        let waveform = pre_emphasised(&coarse.samples, flattening);
        Self {
            powers: flat.chunks_exact(length).map(power).collect(),
            waveform,
            block: in_block(coarse.sample_rate),
        }
    }

    /// The largest correlation coefficient of the window at `start` with what was heard before it.
    fn repetition(&self, start: usize, window: usize, lags: [usize; 2]) -> f64 {
        let Some(own) = self.waveform.get(start..start + window) else { return 0.0 };
        let square = |index: usize| f64::from(self.waveform[index]).powi(2);
        let own_energy = energy(own);
        let mut first = start - lags[0];
        let mut before = energy(&self.waveform[first..][..window]);
        let mut most = 0.0f64;
        loop {
            // Much less is no repetition, and may be what rounding left of the sum.
            if before > 1e-6 * own_energy {
                let product = f64::from(inner_product(own, &self.waveform[first..][..window]));
                most = most.max(product / (own_energy * before).sqrt());
            }
            if first == 0 || first + lags[1] == start {
                return most.min(1.0);
            }
            first -= 1;
            before += square(first) - square(first + window);
        }
    }
}

/// How much of the speech is missing.
#[derive(Debug, Clone)]
pub(crate) struct MissingSpeech {
    /// Of each block: 0 heard, 1 missing; nothing where the reference does not speak.
    blocks: Vec<Option<f64>>,
    /// Blocks per second.
    rate: f64,
}

impl MissingSpeech {
    pub fn between(reference: &Voice, degraded: &Voice, parameters: &Missing) -> Self {
        let mean = reference.powers.iter().map(|&power| f64::from(power)).sum::<f64>()
            / reference.powers.len().max(1) as f64;
        let least = mean * ratio(-parameters.speech_db);
        let speech: Vec<bool> =
            reference.powers.iter().map(|&power| f64::from(power) > least).collect();
        let holes = holes(reference, degraded, parameters);
        let repeated = repetitions(reference, degraded, &speech, parameters);
        let missing = speech
            .iter()
            .zip(holes)
            .zip(repeated)
            .map(|((&speech, hole), repeated)| speech.then(|| hole.max(repeated)));
        Self { blocks: missing.collect(), rate: 1.0 / parameters.block_s }
    }

    /// The share of the speech that is missing, 0 to 1.
    pub fn share(&self) -> f64 {
        share(&self.blocks)
    }

    /// The same between two moments in seconds.
    pub fn share_between(&self, from_s: f64, to_s: f64) -> f64 {
        let [first, end] =
            [from_s, to_s].map(|at_s| ((at_s * self.rate) as usize).min(self.blocks.len()));
        share(&self.blocks[first..end])
    }
}

fn share(blocks: &[Option<f64>]) -> f64 {
    let speech = blocks.iter().flatten();
    speech.clone().sum::<f64>() / speech.count().max(1) as f64
}

/// How far each block falls below what the path's gain lets expect: 0 not, 1 as deep as silence.
fn holes(reference: &Voice, degraded: &Voice, parameters: &Missing) -> Vec<f64> {
    let power = |voice: &Voice, block: usize| {
        voice.powers.get(block).map_or(0.0, |&power| f64::from(power))
    };
    let blocks = reference.powers.len();
    let means = [reference, degraded].map(|voice| {
        (0..blocks).map(|block| power(voice, block)).sum::<f64>() / blocks.max(1) as f64
    });
    let (covariance, variance) = (0..blocks).fold((0.0, 0.0), |(covariance, variance), block| {
        let deviation = power(reference, block) - means[0];
        let heard = power(degraded, block) - means[1];
        (covariance + deviation * heard, variance + deviation * deviation)
    });
    // The slope, which noise does not bias; digital silence still has a gain.
    let gain = if variance > 0.0 { (covariance / variance).max(1e-12) } else { 1.0 };
    let nothing = (1e-12 * gain * means[0]).max(f64::MIN_POSITIVE);
    let depth = |block: usize| {
        let expected = gain * power(reference, block) + nothing;
        ramp(decibels(expected / (power(degraded, block) + nothing)), parameters.hole_db)
    };
    lasting(&(0..blocks).map(depth).collect::<Vec<_>>(), parameters.shortest_blocks)
}

/// How exactly each block repeats what was just heard, where the reference does not: 0 not, 1 sample for sample.
fn repetitions(
    reference: &Voice,
    degraded: &Voice,
    speech: &[bool],
    parameters: &Missing,
) -> Vec<f64> {
    let blocks = |seconds: f64| (seconds / parameters.block_s).round() as usize;
    let span = blocks(parameters.repetition_window_s);
    let window = span * degraded.block;
    let lags = parameters.repetition_lag_s.map(|lag_s| blocks(lag_s) * degraded.block);
    let mean = energy(&degraded.waveform) / degraded.waveform.len().max(1) as f64;
    let least = mean * window as f64 * ratio(-parameters.speech_db);
    let alike = |first: usize| {
        let start = first * degraded.block;
        let audible = |heard: &[f32]| energy(heard) > least;
        if start < lags[1]
            || !speech[first..].iter().take(span).any(|&speech| speech)
            || !degraded.waveform.get(start..start + window).is_some_and(audible)
        {
            return 0.0;
        }
        let heard = degraded.repetition(start, window, lags);
        if heard <= parameters.alike[0] {
            return 0.0;
        }
        let expected = reference.repetition(start, window, lags);
        ramp((heard - expected) / (1.0 - expected).max(1e-3), parameters.alike)
    };
    let exactness =
        lasting(&(0..speech.len()).map(alike).collect::<Vec<_>>(), parameters.shortest_blocks);
    let mut repeated = vec![0.0f64; speech.len()];
    for (first, exact) in exactness.into_iter().enumerate() {
        repeated[first..].iter_mut().take(span).for_each(|block| *block = block.max(exact));
    }
    repeated
}

/// What of each value holds for `shortest` blocks at least (the opening of mathematical morphology).
fn lasting(values: &[f64], shortest: usize) -> Vec<f64> {
    let mut lasting = vec![0.0f64; values.len()];
    for (first, run) in values.windows(shortest).enumerate() {
        let least = run.iter().copied().fold(f64::INFINITY, f64::min);
        lasting[first..][..shortest].iter_mut().for_each(|block| *block = block.max(least));
    }
    lasting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shorter_than_asked_for_is_left_out() {
        assert_eq!(lasting(&[0.0, 1.0, 0.0, 0.5, 1.0, 0.0], 2), [0.0, 0.0, 0.0, 0.5, 0.5, 0.0]);
        assert_eq!(lasting(&[1.0], 2), [0.0]);
        assert_eq!(lasting(&[], 2), [0.0; 0]);
    }
}
