//! Hearing begins somewhere: constants and rumble below it are taken out before anything is compared.
//!
//! A Butterworth high-pass filter, as a cascade of second-order sections (Oppenheim and Schafer, *Discrete-Time Signal
//! Processing*, section 7.1) in double precision, because its poles lie close to the unit circle. Before its beginning
//! the signal is continued by what follows, mirrored at its first sample (Gustafsson, IEEE Trans. Signal Process. 44,
//! 988, 1996), so that neither a constant nor rumble begins with a step that would ring.

use crate::model::fullband::Hearing;
use std::f64::consts::PI;
use std::ops::Range;

/// Periods of the lowest audible frequency after which the filter's beginning is forgotten.
const SETTLING_PERIODS: f64 = 8.0;

/// What can be heard of a signal that was recorded in a range of samples; silence elsewhere.
pub(crate) fn audible(
    samples: &[f32],
    recorded: &Range<usize>,
    sample_rate: u32,
    parameters: &Hearing,
) -> Vec<f32> {
    let end = recorded.end.min(samples.len());
    let range = recorded.start.min(end)..end;
    let mut heard = vec![0.0; samples.len()];
    let (heard_samples, samples) = (&mut heard[range.clone()], &samples[range]);
    let Some(first) = samples.first().map(|&sample| f64::from(sample)) else { return heard };
    let mut sections = high_pass(f64::from(sample_rate), parameters);
    // Relative to the first sample, so that the filter begins at rest.
    let mut run = |centred| sections.iter_mut().fold(centred, |input, section| section.run(input));
    let settling = (SETTLING_PERIODS * f64::from(sample_rate) / parameters.lowest_hz) as usize;
    for &sample in samples[..samples.len().min(settling)].iter().rev() {
        run(first - f64::from(sample));
    }
    for (heard, &sample) in heard_samples.iter_mut().zip(samples) {
        *heard = run(f64::from(sample) - first) as f32;
    }
    heard
}

/// y = g·(x − 2·x1 + x2) − a1·y1 − a2·y2, its state in transposed direct form II.
struct Section {
    gain: f64,
    a1: f64,
    a2: f64,
    state: [f64; 2],
}

impl Section {
    #[inline(always)]
    fn run(&mut self, input: f64) -> f64 {
        let scaled = self.gain * input;
        let output = scaled + self.state[0];
        self.state = [self.state[1] - 2.0 * scaled - self.a1 * output, scaled - self.a2 * output];
        output
    }
}

/// The sections of the high-pass filter, by the bilinear transform.
fn high_pass(sample_rate: f64, parameters: &Hearing) -> Vec<Section> {
    let warped = (PI * parameters.lowest_hz / sample_rate).tan();
    let order = 2 * parameters.sections;
    let section = |index: usize| {
        let damping = 2.0 * (PI * (2 * index + 1) as f64 / (2 * order) as f64).sin();
        let norm = 1.0 / (1.0 + damping * warped + warped * warped);
        Section {
            gain: norm,
            a1: 2.0 * (warped * warped - 1.0) * norm,
            a2: (1.0 - damping * warped + warped * warped) * norm,
            state: [0.0; 2],
        }
    };
    (0..parameters.sections).map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;

    /// The level in dB at which a tone leaves the filter, once it has settled.
    fn level_db(hz: f64, constant: f32) -> f64 {
        let hearing = Parameters::built_in().hearing.unwrap();
        let tone = |n: usize| (2.0 * PI * hz * n as f64 / 48_000.0).sin() as f32 + constant;
        let tone: Vec<f32> = (0..96_000).map(tone).collect();
        let heard = audible(&tone, &(0..usize::MAX), 48_000, &hearing);
        let power: f64 = heard[48_000..].iter().map(|&sample| f64::from(sample).powi(2)).sum();
        10.0 * (power / 24_000.0).log10()
    }

    #[test]
    fn rumble_and_constants_are_not_heard_and_voices_are() {
        assert!(level_db(16.0, 0.5) < -45.0, "{}", level_db(16.0, 0.5));
        assert!(level_db(80.0, 0.5).abs() < 0.1, "{}", level_db(80.0, 0.5));
        assert!(level_db(4000.0, 0.0).abs() < 0.01, "{}", level_db(4000.0, 0.0));
    }

    #[test]
    fn rumble_leaves_as_little_at_the_beginning_as_later() {
        let hearing = Parameters::built_in().hearing.unwrap();
        for phase in [0.0, 1.0, 2.0, 3.0] {
            let tone = |n: usize| (2.0 * PI * 10.0 * n as f64 / 48_000.0 + phase).sin() as f32;
            let tone: Vec<f32> = (0..24_000).map(tone).collect();
            let heard = audible(&tone, &(0..usize::MAX), 48_000, &hearing);
            let loudest = heard.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
            assert!(loudest < 0.03, "{phase}: {loudest}");
        }
    }

    #[test]
    fn a_constant_leaves_silence_and_so_does_what_was_not_recorded() {
        let hearing = Parameters::built_in().hearing.unwrap();
        let heard = audible(&[0.25; 4800], &(1000..3000), 48_000, &hearing);
        assert!(heard.iter().all(|sample| sample.abs() < 1e-6));
    }
}
