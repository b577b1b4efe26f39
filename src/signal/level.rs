//! How loud a signal is: the active speech level of ITU-T P.56, and signs of overdriving.

use super::search::position;
use super::warning::Warning;
use crate::dsp::scales::ratio;
use crate::dsp::sums::sum;

/// Thresholds of activity: 2^-15 to 2^-1 of full scale, an octave apart (P.56, 5.2.2).
const THRESHOLDS: usize = 15;
/// The envelope's time constant T in seconds (P.56, 5.2.2).
const TIME_CONSTANT_S: f64 = 0.03;
/// Hangover H in seconds: pauses up to this long count as speech (P.56, 5.2.2).
const HANGOVER_S: f64 = 0.2;
/// Margin M in dB between the active level and the threshold of activity (P.56, 5.2.2).
const MARGIN_DB: f64 = 15.9;
/// What stands for the level of silence, in dBov.
const SILENCE_DBOV: f64 = -100.0;

/// From here on a repeated extreme counts as clipped; µ-law's is 0.98, 8-bit's positive one 0.992.
const FULL_SCALE: f32 = 0.97;
/// Consecutive samples at the extreme that a sound wave does not produce by chance.
const CLIPPED_RUN: usize = 3;
/// From here on samples are not those of a converter or codec (+6 dB), and the full scale they have is not known.
const FAR_BEYOND_FULL_SCALE: f32 = 2.0;
/// A mean further from zero is worth a warning (-50 dBov).
const DC_OFFSET: f64 = 0.003;
/// What moves more slowly than this, in Hz, is not heard,
const HEARD_FROM_HZ: f64 = 20.0;
/// and from this root mean square on worth a warning (-48 dBov).
const RUMBLE: f64 = 0.004;

/// Speech level by ITU-T P.56, method B; 0 dBov is the power of a full-scale square wave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeechLevel {
    /// Level while speech is active, in dBov; -100 for silence.
    pub active_dbov: f64,
    /// Level of the whole signal, in dBov; -100 for silence.
    pub long_term_dbov: f64,
    /// Highest sample, in dBov; -100 for silence.
    pub peak_dbov: f64,
    /// Share of the time in which speech is active, 0 to 1.
    pub activity_factor: f64,
}

impl SpeechLevel {
    pub(super) fn measure(samples: &[f32], sample_rate: u32) -> Self {
        let mut meter = LevelMeter::new(sample_rate);
        meter.push(samples);
        meter.level()
    }
}

fn dbov(power: f64) -> f64 {
    (10.0 * power.log10()).max(SILENCE_DBOV)
}

/// The threshold numbered `place`, of full scale.
fn threshold(place: usize) -> f64 {
    2f64.powi(place as i32 - THRESHOLDS as i32)
}

/// Measures the speech level of a signal that comes piece by piece.
///
/// For each threshold it counts the samples at which the envelope reaches it or did so within the hangover. The thresholds
/// are octaves, so the envelope's exponent says how many it reaches; what is counted is the highest such number within the
/// hangover.
#[derive(Debug, Clone)]
pub(crate) struct LevelMeter {
    smoothing: f64,
    hangover: usize,
    samples: usize,
    energy: f64,
    peak: f32,
    first_stage: f64,
    envelope: f64,
    reached: usize,
    /// When each number of thresholds was last reached.
    last_reached: [usize; THRESHOLDS + 1],
    /// Samples for which each number is the highest.
    durations: [u64; THRESHOLDS + 1],
}

impl LevelMeter {
    pub fn new(sample_rate: u32) -> Self {
        let rate = f64::from(sample_rate);
        Self {
            smoothing: (-1.0 / (rate * TIME_CONSTANT_S)).exp(),
            hangover: (rate * HANGOVER_S).ceil() as usize,
            samples: 0,
            energy: 0.0,
            peak: 0.0,
            first_stage: 0.0,
            envelope: 0.0,
            reached: 0,
            last_reached: [0; THRESHOLDS + 1],
            durations: [0; THRESHOLDS + 1],
        }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.energy = samples.iter().fold(self.energy, |sum, &x| sum + f64::from(x).powi(2));
        self.peak = samples.iter().fold(self.peak, |peak, x| peak.max(x.abs()));
        let Self { smoothing, hangover, mut first_stage, mut envelope, mut reached, .. } = *self;
        for (now, &sample) in (self.samples..).zip(samples) {
            first_stage += (1.0 - smoothing) * (f64::from(sample.abs()) - first_stage);
            envelope += (1.0 - smoothing) * (first_stage - envelope);
            let reaches = thresholds_reached(envelope);
            self.last_reached[reaches] = now;
            reached = reached.max(reaches);
            while now - self.last_reached[reached] > hangover {
                reached -= 1;
            }
            self.durations[reached] += 1;
        }
        (self.first_stage, self.envelope, self.reached) = (first_stage, envelope, reached);
        self.samples += samples.len();
    }

    /// The level of all samples taken.
    pub fn level(&self) -> SpeechLevel {
        let active_dbov = active_level(self.energy, &self.active_samples());
        let long_term_dbov = dbov(self.energy / self.samples.max(1) as f64);
        let activity_factor = match active_dbov > SILENCE_DBOV {
            true => ratio(long_term_dbov - active_dbov).min(1.0),
            false => 0.0,
        };
        let peak_dbov = dbov(f64::from(self.peak).powi(2));
        SpeechLevel { active_dbov, long_term_dbov, peak_dbov, activity_factor }
    }

    fn active_samples(&self) -> [u64; THRESHOLDS] {
        std::array::from_fn(|place| self.durations[place + 1..].iter().sum())
    }
}

fn thresholds_reached(envelope: f64) -> usize {
    let exponent = (envelope.to_bits() >> 52) as i32 - 1023;
    (exponent + 1 + THRESHOLDS as i32).clamp(0, THRESHOLDS as i32) as usize
}

/// The level at which the activity is counted with a threshold just the margin below it.
fn active_level(energy: f64, active: &[u64; THRESHOLDS]) -> f64 {
    let mut previous = None;
    for (place, &samples) in active.iter().enumerate().take_while(|&(_, &samples)| samples > 0) {
        let level = dbov(energy / samples as f64);
        let above = level - dbov(threshold(place).powi(2)) - MARGIN_DB;
        if above <= 0.0 {
            return match previous {
                None => level,
                Some((lower, below)) => lower + (level - lower) * below / (below - above),
            };
        }
        previous = Some((level, above));
    }
    previous.map_or(SILENCE_DBOV, |(level, _)| level)
}

/// What the samples themselves give reason to doubt.
pub(super) fn warnings(samples: &[f32], sample_rate: u32) -> impl Iterator<Item = Warning> {
    let peak = samples.iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
    let clipped = clipped_samples(samples);
    let clipped = (clipped > 0).then_some(Warning::Clipped { samples: clipped });
    if peak > FAR_BEYOND_FULL_SCALE {
        // Then a share of full scale says nothing.
        return [Some(Warning::BeyondFullScale { peak: peak.into() }), clipped, None]
            .into_iter()
            .flatten();
    }
    let offset = sum(samples) / samples.len().max(1) as f64;
    let offset = (offset.abs() >= DC_OFFSET).then_some(Warning::DcOffset { offset });
    let rumble = rumble(samples, sample_rate);
    let rumble = (rumble >= RUMBLE).then(|| Warning::Rumble { level_dbov: dbov(rumble * rumble) });
    [clipped, offset, rumble].into_iter().flatten()
}

/// Root mean square of what lies below hearing, the mean aside.
///
/// Means over half a period of the limit let pass what is slower and little of speech. Less than a second does not show
/// what rumbles.
fn rumble(samples: &[f32], sample_rate: u32) -> f64 {
    if samples.len() < sample_rate as usize {
        return 0.0;
    }
    let length = ((f64::from(sample_rate) / HEARD_FROM_HZ / 2.0).round() as usize).max(1);
    let means: Vec<f64> =
        samples.chunks_exact(length).map(|block| sum(block) / length as f64).collect();
    let mean = means.iter().sum::<f64>() / means.len().max(1) as f64;
    let squares: f64 = means.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / means.len().max(1) as f64).sqrt()
}

/// Samples in runs at the signal's own positive or negative extreme, where that is full scale.
fn clipped_samples(samples: &[f32]) -> usize {
    let loud = position(samples, |sample| sample.abs() >= FULL_SCALE);
    let samples = &samples[loud.unwrap_or(samples.len())..];
    let highest = samples.iter().copied().fold(FULL_SCALE, f32::max);
    let lowest = samples.iter().copied().fold(-FULL_SCALE, f32::min);
    samples
        .chunk_by(|a, b| a == b)
        .filter(|run| run.len() >= CLIPPED_RUN && (run[0] == highest || run[0] == lowest))
        .map(<[f32]>::len)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn tone(amplitude: f64, seconds: f64) -> Vec<f32> {
        let step = TAU * 1000.0 / 16_000.0;
        (0..(seconds * 16_000.0) as usize)
            .map(|n| (amplitude * (step * n as f64).sin()) as f32)
            .collect()
    }

    #[test]
    fn a_steady_tone_is_always_active() {
        let level = SpeechLevel::measure(&tone(0.1, 20.0), 16_000);
        assert!((level.long_term_dbov + 23.0103).abs() < 1e-3, "{level:?}");
        assert!((level.active_dbov - level.long_term_dbov).abs() < 0.05, "{level:?}");
        assert!((level.peak_dbov + 20.0).abs() < 1e-3, "{level:?}");
        assert!(level.activity_factor > 0.99, "{level:?}");
    }

    #[test]
    fn silence_between_does_not_lower_the_active_level() {
        let mut samples = tone(0.1, 5.0);
        samples.extend(vec![0.0; 5 * 16_000]);
        let level = SpeechLevel::measure(&samples, 16_000);
        assert!((level.long_term_dbov + 26.0206).abs() < 1e-3, "{level:?}");
        assert!((level.active_dbov + 23.01).abs() < 0.4, "{level:?}");
        assert!((0.5..0.55).contains(&level.activity_factor), "{level:?}");
    }

    #[test]
    fn the_count_is_that_of_the_recommendation_spelled_out() {
        let mut samples = tone(0.3, 0.7);
        samples.extend(tone(0.001, 1.1));
        samples.extend(vec![0.0; 8000]);
        samples.extend(tone(0.02, 0.3));
        let hangover = 3200;
        let smoothing = (-1.0f64 / (16_000.0 * 0.03)).exp();
        let (mut p, mut q) = (0.0, 0.0);
        let (mut active, mut hung) = ([0; THRESHOLDS], [hangover; THRESHOLDS]);
        for &sample in &samples {
            p = smoothing * p + (1.0 - smoothing) * f64::from(sample.abs());
            q = smoothing * q + (1.0 - smoothing) * p;
            for place in 0..THRESHOLDS {
                if q >= threshold(place) {
                    active[place] += 1;
                    hung[place] = 0;
                } else if hung[place] < hangover {
                    active[place] += 1;
                    hung[place] += 1;
                }
            }
        }
        let mut meter = LevelMeter::new(16_000);
        samples.chunks(777).for_each(|piece| meter.push(piece));
        assert_eq!(meter.active_samples(), active);
    }

    #[test]
    fn silence_has_a_level_too() {
        for samples in [vec![], vec![0.0; 16_000]] {
            let level = SpeechLevel::measure(&samples, 16_000);
            assert_eq!((level.active_dbov, level.activity_factor), (SILENCE_DBOV, 0.0));
        }
    }

    #[test]
    fn only_runs_at_full_scale_are_clipped() {
        let overdriven: Vec<f32> = tone(1.5, 1.0).iter().map(|x| x.clamp(-1.0, 0.99)).collect();
        assert!(matches!(warnings(&overdriven, 16_000).next(), Some(Warning::Clipped { .. })));
        assert_eq!(warnings(&tone(1.0, 1.0), 16_000).next(), None);
        assert_eq!(warnings(&[0.5; 100], 16_000).next(), Some(Warning::DcOffset { offset: 0.5 }));
        let integers: Vec<_> = warnings(&[400.0, 100.0, -32_768.0], 16_000).collect();
        assert_eq!(integers, [Warning::BeyondFullScale { peak: 32_768.0 }]);
    }
}
