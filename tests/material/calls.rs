//! Shipped speech, and calls made of it with known delays.

use super::recordings::sample;
use basilar::alignment::Alignment;

/// Shipped references and what codecs and noise made of them without moving them: name, reference, degraded, rate.
pub fn pairs() -> Vec<(&'static str, Vec<f32>, Vec<f32>, u32)> {
    PAIRS
        .iter()
        .map(|&(talker, degraded)| {
            let (reference, sample_rate) = sample(&format!("{talker}/reference.wav"));
            (degraded, reference, sample(&format!("{talker}/{degraded}")).0, sample_rate)
        })
        .collect()
}

/// The shipped references and their sample rates.
pub fn references() -> Vec<(&'static str, Vec<f32>, u32)> {
    TALKERS
        .iter()
        .map(|&talker| {
            let (reference, sample_rate) = sample(&format!("{talker}/reference.wav"));
            (talker, reference, sample_rate)
        })
        .collect()
}

const TALKERS: [&str; 8] = [
    "8k/june-fr",
    "8k/carlo-it",
    "8k/allison-es",
    "16k/librivox-en",
    "16k/horizons-en",
    "48k/alsa-en",
    "48k/horizons-de",
    "48k/horizons-fr",
];

const PAIRS: [(&str, &str); 8] = [
    ("8k/june-fr", "opus-6-kbps.flac"),
    ("8k/june-fr", "white-noise-5-snr-db.flac"),
    ("8k/carlo-it", "g726-16-kbps.flac"),
    ("8k/carlo-it", "mnru-5-q-db.flac"),
    ("8k/carlo-it", "gsm-fr-13-kbps.flac"),
    ("16k/horizons-en", "reference.wav"),
    ("48k/horizons-de", "reference.wav"),
    ("48k/alsa-en", "reference.wav"),
];

/// A degraded signal with known delays.
pub struct Call {
    pub samples: Vec<f32>,
    sample_rate: u32,
    /// Second of the reference from which a delay holds, and that delay in seconds; NaN where nothing is heard.
    delays: Vec<(f64, f64)>,
    drift: f64,
}

impl Call {
    /// Silence before it, or (negative) its beginning missing.
    pub fn delayed(degraded: &[f32], sample_rate: u32, delay_s: f64) -> Self {
        let count = (delay_s.abs() * f64::from(sample_rate)).round() as usize;
        let (samples, delays) = if delay_s < 0.0 {
            (degraded[count..].to_vec(), vec![(0.0, f64::NAN), (-delay_s, delay_s)])
        } else {
            let silence = std::iter::repeat_n(0.0, count);
            (silence.chain(degraded.iter().copied()).collect(), vec![(0.0, delay_s)])
        };
        Self { samples, sample_rate, delays, drift: 0.0 }
    }

    /// From second `at_s` on later by `jump_s` (silence in between) or earlier (a part missing).
    pub fn jumping(degraded: &[f32], sample_rate: u32, at_s: f64, jump_s: f64) -> Self {
        Self::jumping_often(degraded, sample_rate, &[(at_s, jump_s)])
    }

    /// Several such jumps, each at its second of `degraded`, in order of time and further apart than they cut out.
    pub fn jumping_often(degraded: &[f32], sample_rate: u32, jumps: &[(f64, f64)]) -> Self {
        let rate = f64::from(sample_rate);
        let (mut samples, mut delays) = (Vec::new(), vec![(0.0, 0.0)]);
        let (mut from, mut delay_s) = (0, 0.0);
        for &(at_s, jump_s) in jumps {
            let at = (at_s * rate) as usize;
            let count = (jump_s.abs() * rate).round() as usize;
            samples.extend_from_slice(&degraded[from..at]);
            from = at;
            if jump_s < 0.0 {
                delays.push((at_s, f64::NAN));
                from += count;
            } else {
                samples.extend(std::iter::repeat_n(0.0, count));
            }
            delay_s += jump_s;
            delays.push((from as f64 / rate, delay_s));
        }
        samples.extend_from_slice(&degraded[from..]);
        Self { samples, sample_rate, delays, drift: 0.0 }
    }

    /// Delays of segments, in seconds, that the call has nowhere to 2 ms.
    pub fn strange_delays_s(&self, alignment: &Alignment) -> Vec<f64> {
        let found = alignment.segments.iter();
        let found = found.map(|segment| segment.delay_samples / f64::from(self.sample_rate));
        let near = |found: f64| self.delays.iter().any(|delay| (delay.1 - found).abs() <= 0.002);
        found.filter(|&found| !near(found)).collect()
    }

    /// Played by a clock that makes it longer by `ppm` millionths.
    pub fn drifting(degraded: &[f32], sample_rate: u32, ppm: f64) -> Self {
        let drift = ppm * 1e-6;
        let samples = stretched(degraded, 1.0 + drift);
        Self { samples, sample_rate, delays: vec![(0.0, 0.0)], drift }
    }

    /// Delay errors in ms, every 10 ms in which `reference` is within 30 dB of its loudest, except within 40 ms of
    /// a jump; what the alignment says was not heard counts as infinitely wrong.
    pub fn errors_ms(&self, reference: &[f32], alignment: &Alignment) -> Vec<f64> {
        let rate = f64::from(self.sample_rate);
        let powers = powers(reference, self.sample_rate);
        let loudest = powers.iter().copied().fold(0.0, f32::max);
        let mut errors = Vec::new();
        for (index, _) in powers.iter().enumerate().filter(|(_, power)| **power > 1e-3 * loudest) {
            let time_s = (index as f64 + 0.5) / 100.0;
            let change = |(from_s, _): &(f64, f64)| *from_s > 0.0 && (from_s - time_s).abs() < 0.04;
            let next = self.delays.partition_point(|(from_s, _)| *from_s <= time_s);
            let expected_s = (time_s + self.delays[next - 1].1) * (1.0 + self.drift);
            if expected_s.is_nan() || self.delays.iter().any(change) {
                continue;
            }
            let found = alignment.degraded_position((time_s * rate) as usize);
            errors
                .push(found.map_or(f64::INFINITY, |position| (position / rate - expected_s) * 1e3));
        }
        errors
    }
}

/// Mean power of every 10 ms.
fn powers(samples: &[f32], sample_rate: u32) -> Vec<f32> {
    let frame = sample_rate as usize / 100;
    samples
        .chunks(frame)
        .map(|chunk| chunk.iter().map(|sample| sample * sample).sum::<f32>() / frame as f32)
        .collect()
}

/// Pauses between the first and the last word, the longest first: their middle and length, in seconds.
pub fn pauses_s(reference: &[f32], sample_rate: u32) -> Vec<(f64, f64)> {
    let powers = powers(reference, sample_rate);
    let least = 1e-3 * powers.iter().copied().fold(0.0, f32::max);
    let words: Vec<usize> = (0..powers.len()).filter(|&index| powers[index] > least).collect();
    let pause = |pair: &[usize]| {
        ((pair[0] + pair[1] + 1) as f64 / 200.0, (pair[1] - pair[0] - 1) as f64 / 100.0)
    };
    let mut pauses: Vec<_> = words.windows(2).map(pause).filter(|pause| pause.1 > 0.0).collect();
    pauses.sort_by(|a, b| b.1.total_cmp(&a.1));
    pauses
}

/// Middle of the longest pause between the first and the last word, in seconds.
pub fn pause_s(reference: &[f32], sample_rate: u32) -> f64 {
    pauses_s(reference, sample_rate)[0].0
}

/// A loud moment, a second and a half or more from either end, in seconds.
pub fn word_s(reference: &[f32], sample_rate: u32) -> f64 {
    let powers = powers(reference, sample_rate);
    let loudest = (150..powers.len() - 150)
        .max_by(|&a, &b| powers[a].total_cmp(&powers[b]))
        .expect("three seconds");
    loudest as f64 / 100.0
}

/// `samples` made longer by `factor`, by a windowed sinc of 64 samples.
fn stretched(samples: &[f32], factor: f64) -> Vec<f32> {
    const HALF: i64 = 32;
    let value = |position: f64| -> f64 {
        let centre = position.floor() as i64;
        let near = (centre - HALF + 1..=centre + HALF)
            .filter_map(|index| Some((index, samples.get(usize::try_from(index).ok()?)?)));
        // sin(π(p − i)) = ±sin(πp), so one sine serves all taps.
        let sine = (std::f64::consts::PI * (position - centre as f64)).sin();
        near.map(|(index, &sample)| {
            let x = position - index as f64;
            let sign = if (index - centre) % 2 == 0 { 1.0 } else { -1.0 };
            let sinc = if x.abs() < 1e-9 { 1.0 } else { sign * sine / (std::f64::consts::PI * x) };
            let window = 1.0 - (x / (HALF as f64 + 1.0)).powi(2);
            f64::from(sample) * sinc * window
        })
        .sum()
    };
    (0..(samples.len() as f64 * factor) as usize)
        .map(|index| value(index as f64 / factor) as f32)
        .collect()
}
