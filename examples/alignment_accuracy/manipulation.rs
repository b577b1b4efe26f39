//! What is done to a recording, and where each of its moments went.

use basilar::Signal;

/// The names of all manipulations.
pub const MANIPULATIONS: [&str; 14] = [
    "none",
    "delay+1.2345",
    "delay-0.5",
    "silence30",
    "inverted-15dB",
    "jumps-pause",
    "jumps-word",
    "drift100",
    "drift-300",
    "drift1000",
    "drift-5000",
    "drift10000",
    "jumps-pause+drift-500",
    "jumps-word+drift1000",
];

/// A pseudo-random sequence (Knuth's MMIX generator).
pub struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(1)
    }
}

impl Random {
    /// The next number, from 0 to below 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A recording after a manipulation.
pub struct Manipulated {
    pub samples: Vec<f32>,
    /// First second of the original and the delay from there on in seconds, NaN where it was cut out; in order.
    delays_s: Vec<(f64, f64)>,
    /// Clock drift as a fraction.
    pub drift: f64,
}

impl Manipulated {
    /// Where `samples` are those of the recording from some moment on, later by one delay.
    fn delayed(recording: &[f32], rate: u32, delay_s: f64) -> Self {
        let count = (delay_s.abs() * f64::from(rate)).round() as usize;
        let delay_s = count as f64 / f64::from(rate) * delay_s.signum();
        let (samples, delays_s) = if delay_s < 0.0 {
            let rest = recording[count.min(recording.len())..].to_vec();
            (rest, vec![(0.0, f64::NAN), (-delay_s, delay_s)])
        } else {
            let silence = std::iter::repeat_n(0.0, count);
            (silence.chain(recording.iter().copied()).collect(), vec![(0.0, delay_s)])
        };
        Self { samples, delays_s, drift: 0.0 }
    }

    /// Jumps of -100 to 300 ms at these moments: silence is put in, or sound is cut out.
    fn jumping(recording: &[f32], rate: u32, at_s: &[f64], random: &mut Random) -> Self {
        let rate = f64::from(rate);
        let mut samples = Vec::new();
        let mut delays_s = vec![(0.0, 0.0)];
        let (mut from, mut delay_s) = (0usize, 0.0);
        for &at_s in at_s {
            let cut = ((at_s * rate) as usize).min(recording.len());
            samples.extend_from_slice(&recording[from.min(cut)..cut]);
            from = cut.max(from);
            let jump_s = (random.next() * 400.0 - 100.0).round() / 1000.0;
            let jump_s = if jump_s.abs() < 0.01 { 0.03 } else { jump_s };
            let count = (jump_s.abs() * rate).round() as usize;
            if jump_s > 0.0 {
                samples.extend(std::iter::repeat_n(0.0, count));
            } else {
                delays_s.push((from as f64 / rate, f64::NAN));
                from += count;
            }
            delay_s += count as f64 / rate * jump_s.signum();
            delays_s.push((from as f64 / rate, delay_s));
        }
        samples.extend_from_slice(&recording[from.min(recording.len())..]);
        Self { samples, delays_s, drift: 0.0 }
    }

    /// The same played by a clock that is slower by `drift`.
    fn drifting(self, drift: f64) -> Self {
        Self { samples: stretched(&self.samples, 1.0 + drift), drift, ..self }
    }

    /// By how much second `time_s` of the original is later; NaN where it was cut out.
    pub fn delay_s(&self, time_s: f64) -> f64 {
        let next = self.delays_s.partition_point(|(start_s, _)| *start_s <= time_s);
        let delay_s = self.delays_s[next.saturating_sub(1)].1;
        (time_s + delay_s) * (1.0 + self.drift) - time_s
    }

    /// Whether the delay changes within 40 ms.
    pub fn near_change(&self, time_s: f64) -> bool {
        self.delays_s.iter().skip(1).any(|(start_s, _)| (time_s - start_s).abs() < 0.04)
    }

    /// How many stretches are heard, each at one delay.
    pub fn heard(&self) -> usize {
        self.delays_s.iter().filter(|delay| !delay.1.is_nan()).count()
    }
}

/// Manipulates `degraded`, a recording of `reference`.
pub fn manipulate(
    name: &str,
    reference: &Signal,
    degraded: &Signal,
    random: &mut Random,
) -> Manipulated {
    let (samples, rate) = (degraded.samples(), degraded.sample_rate());
    match name {
        "delay+1.2345" => Manipulated::delayed(samples, rate, 1.2345),
        "delay-0.5" => Manipulated::delayed(samples, rate, -0.5),
        "silence30" => Manipulated::delayed(samples, rate, 30.0),
        "inverted-15dB" => {
            let inverted: Vec<f32> = samples.iter().map(|sample| -0.178 * sample).collect();
            Manipulated::delayed(&inverted, rate, 0.05)
        }
        _ => {
            let jumps = name.split('+').find_map(|part| part.strip_prefix("jumps-"));
            let call = match jumps {
                Some(kind) => {
                    let at_s = moments_s(reference, 2, kind == "pause", random);
                    Manipulated::jumping(samples, rate, &at_s, random)
                }
                None => Manipulated::delayed(samples, rate, 0.0),
            };
            let drift = name.split('+').find_map(|part| part.strip_prefix("drift"));
            match drift.and_then(|ppm| ppm.parse::<f64>().ok()) {
                Some(ppm) => call.drifting(ppm * 1e-6),
                None => call,
            }
        }
    }
}

/// Mean power of every 10 ms.
pub fn powers_10ms(signal: &Signal) -> Vec<f32> {
    let length = signal.sample_rate() as usize / 100;
    let power = |chunk: &[f32]| chunk.iter().map(|x| x * x).sum::<f32>() / length as f32;
    signal.samples().chunks(length).map(power).collect()
}

/// `count` moments in pauses or in active speech, at least 0.8 s from each other and 0.7 s from the ends, in seconds.
fn moments_s(reference: &Signal, count: usize, in_pauses: bool, random: &mut Random) -> Vec<f64> {
    let powers = powers_10ms(reference);
    let peak = powers.iter().copied().fold(0.0, f32::max);
    let end_s = powers.len() as f64 / 100.0;
    let mut chosen: Vec<f64> = Vec::new();
    for _ in 0..2000 {
        if chosen.len() == count {
            break;
        }
        let frame = (random.next() * powers.len() as f64) as usize;
        let time_s = frame as f64 / 100.0;
        let around = &powers[frame.saturating_sub(5)..(frame + 5).min(powers.len())];
        let fits = if in_pauses {
            around.iter().all(|&power| power < peak * 1e-3)
        } else {
            around.iter().all(|&power| power > peak * 1e-2)
        };
        let apart = chosen.iter().all(|other| (other - time_s).abs() > 0.8);
        if fits && apart && time_s > 0.7 && time_s < end_s - 0.7 {
            chosen.push(time_s);
        }
    }
    chosen.sort_by(f64::total_cmp);
    chosen
}

/// `samples` made longer by `factor`, by a windowed sinc of 32 samples, tabulated at 512 positions between two.
fn stretched(samples: &[f32], factor: f64) -> Vec<f32> {
    const PHASES: usize = 512;
    const TAPS: usize = 32;
    use std::f64::consts::{FRAC_PI_2, PI};
    let weights = |phase: usize| -> [f32; TAPS] {
        std::array::from_fn(|tap| {
            let x = tap as f64 - 15.0 - phase as f64 / PHASES as f64;
            let sinc = if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
            (sinc * (FRAC_PI_2 * x / 16.5).cos().powi(2)) as f32
        })
    };
    let table: Vec<[f32; TAPS]> = (0..=PHASES).map(weights).collect();
    let padded: Vec<f32> = [&[0.0; 15], samples, &[0.0; 17]].concat();
    let value = |index: usize| {
        let position = index as f64 / factor;
        let weights = &table[(position.fract() * PHASES as f64).round() as usize];
        padded[position as usize..].iter().zip(weights).map(|(a, b)| a * b).sum()
    };
    (0..(samples.len() as f64 * factor) as usize).map(value).collect()
}
