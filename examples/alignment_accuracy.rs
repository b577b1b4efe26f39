//! Measures the alignment on real recordings with known delays: `alignment_accuracy PAIRS.txt [MANIPULATION|all [PARAMETERS.json]]`.
//!
//! Each line of the list names a reference and a degraded recording without delay changes (WAV or FLAC). Delays,
//! jumps and drift are applied to the degraded signal; what the alignment then says is compared with them at every
//! 10 ms of active speech.

use basilar::alignment::{AlignmentParameters, align};
use basilar::{Channel, OpenOptions, Signal};
use std::collections::BTreeMap;

fn read(path: &str) -> Signal {
    let options = OpenOptions { channel: Channel::Left, ..OpenOptions::default() };
    Signal::open_with(path, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// A pseudo-random sequence (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A degraded signal after manipulation, and where each moment went.
struct Manipulated {
    samples: Vec<f32>,
    /// (first second of the original, delay there in seconds; NaN where cut out), in order.
    delays: Vec<(f64, f64)>,
    drift: f64,
}

impl Manipulated {
    fn delay_at(&self, time_s: f64) -> f64 {
        let next = self.delays.partition_point(|(start, _)| *start <= time_s);
        let offset = self.delays[next.saturating_sub(1)].1;
        (time_s + offset) * (1.0 + self.drift) - time_s
    }

    fn near_change(&self, time_s: f64) -> bool {
        self.delays.iter().skip(1).any(|(start, _)| (time_s - start).abs() < 0.04)
    }
}

/// A windowed sinc of 32 samples, tabulated at 512 positions between two samples.
fn resample(samples: &[f32], ratio: f64) -> Vec<f32> {
    const PHASES: usize = 512;
    let table: Vec<[f32; 32]> = (0..=PHASES)
        .map(|phase| {
            std::array::from_fn(|tap| {
                let x = tap as f64 - 15.0 - phase as f64 / PHASES as f64;
                let sinc = if x == 0.0 {
                    1.0
                } else {
                    (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x)
                };
                (sinc * (std::f64::consts::FRAC_PI_2 * x / 16.5).cos().powi(2)) as f32
            })
        })
        .collect();
    let padded: Vec<f32> = [&[0.0; 15], samples, &[0.0; 17]].concat();
    let count = (samples.len() as f64 / ratio) as usize;
    let at = |n: usize| {
        let position = n as f64 * ratio;
        let weights = &table[(position.fract() * PHASES as f64).round() as usize];
        padded[position as usize..].iter().zip(weights).map(|(a, b)| a * b).sum()
    };
    (0..count).map(at).collect()
}

fn loudness_10ms(samples: &[f32], rate: u32) -> Vec<f32> {
    let length = rate as usize / 100;
    samples
        .chunks(length)
        .map(|chunk| chunk.iter().map(|x| x * x).sum::<f32>() / length as f32)
        .collect()
}

/// `count` moments in pauses or in active speech, at least 0.8 s from each other and from the ends.
fn moments(
    reference: &[f32],
    rate: u32,
    count: usize,
    in_pauses: bool,
    random: &mut Random,
) -> Vec<f64> {
    let power = loudness_10ms(reference, rate);
    let peak = power.iter().copied().fold(0.0, f32::max);
    let mut chosen: Vec<f64> = Vec::new();
    for _ in 0..2000 {
        if chosen.len() == count {
            break;
        }
        let frame = (random.next() * power.len() as f64) as usize;
        let time = frame as f64 / 100.0;
        let around = &power[frame.saturating_sub(5)..(frame + 5).min(power.len())];
        let quiet = around.iter().all(|&p| p < peak * 1e-3);
        let loud = around.iter().all(|&p| p > peak * 1e-2);
        let end = power.len() as f64 / 100.0;
        let apart =
            chosen.iter().all(|other| (other - time).abs() > 0.8) && time > 0.7 && time < end - 0.7;
        if apart && (if in_pauses { quiet } else { loud }) {
            chosen.push(time);
        }
    }
    chosen.sort_by(f64::total_cmp);
    chosen
}

fn jumps(degraded: &[f32], rate: u32, at: &[f64], random: &mut Random) -> Manipulated {
    let mut samples = Vec::new();
    let mut delays = vec![(0.0, 0.0)];
    let (mut from, mut offset) = (0usize, 0.0);
    for &time in at {
        let cut = ((time * f64::from(rate)) as usize).min(degraded.len());
        samples.extend_from_slice(&degraded[from.min(cut)..cut]);
        from = cut.max(from);
        let mut jump = (random.next() * 400.0 - 100.0).round() / 1000.0;
        if jump.abs() < 0.01 {
            jump = 0.03;
        }
        let count = (jump.abs() * f64::from(rate)).round() as usize;
        let jump = count as f64 / f64::from(rate) * jump.signum();
        if jump > 0.0 {
            samples.extend(std::iter::repeat_n(0.0, count));
        } else {
            delays.push((from as f64 / f64::from(rate), f64::NAN));
            from += count;
        }
        offset += jump;
        delays.push((from as f64 / f64::from(rate), offset));
    }
    samples.extend_from_slice(&degraded[from.min(degraded.len())..]);
    Manipulated { samples, delays, drift: 0.0 }
}

fn drifted(mut manipulated: Manipulated, drift: f64) -> Manipulated {
    manipulated.samples = resample(&manipulated.samples, 1.0 / (1.0 + drift));
    manipulated.drift = drift;
    manipulated
}

fn shifted(degraded: &[f32], rate: u32, delay_s: f64) -> Manipulated {
    let count = (delay_s.abs() * f64::from(rate)).round() as usize;
    let delay = count as f64 / f64::from(rate) * delay_s.signum();
    let samples = if delay_s > 0.0 {
        std::iter::repeat_n(0.0, count).chain(degraded.iter().copied()).collect()
    } else {
        degraded[count.min(degraded.len())..].to_vec()
    };
    let mut delays = vec![(0.0, delay)];
    if delay_s < 0.0 {
        delays = vec![(0.0, f64::NAN), (-delay, delay)];
    }
    Manipulated { samples, delays, drift: 0.0 }
}

const MANIPULATIONS: [&str; 14] = [
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

fn manipulate(
    name: &str,
    reference: &[f32],
    degraded: &[f32],
    rate: u32,
    random: &mut Random,
) -> Manipulated {
    match name {
        "delay+1.2345" => shifted(degraded, rate, 1.2345),
        "delay-0.5" => shifted(degraded, rate, -0.5),
        "silence30" => shifted(degraded, rate, 30.0),
        "inverted-15dB" => {
            let samples: Vec<f32> = degraded.iter().map(|x| -0.178 * x).collect();
            shifted(&samples, rate, 0.05)
        }
        _ => {
            let mut manipulated = shifted(degraded, rate, 0.0);
            if let Some(jump) = name.split('+').find(|part| part.starts_with("jumps")) {
                let at = moments(reference, rate, 2, jump == "jumps-pause", random);
                manipulated = jumps(degraded, rate, &at, random);
            }
            if let Some(ppm) = name.split('+').find_map(|part| part.strip_prefix("drift")) {
                manipulated = drifted(manipulated, ppm.parse::<f64>().expect("a number") * 1e-6);
            }
            manipulated
        }
    }
}

#[derive(Default)]
struct Tally {
    files: usize,
    bad_files: Vec<String>,
    errors_ms: Vec<f64>,
    lost: usize,
    segments_off: usize,
    drift_errors: Vec<f64>,
    elapsed_s: f64,
    audio_s: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let list = std::fs::read_to_string(&arguments[1]).expect("the list of pairs");
    let chosen: Vec<&str> = MANIPULATIONS
        .into_iter()
        .filter(|name| arguments.get(2).is_none_or(|only| only == "all" || name == only))
        .collect();
    let parameters = arguments.get(3).map_or_else(AlignmentParameters::default, |path| {
        let text = std::fs::read_to_string(path).expect("the parameters' file");
        serde_json::from_str(&text).expect("alignment parameters")
    });
    let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
    let mut random = Random(1);
    for line in list.lines() {
        let (reference_path, degraded_path) = line.split_once(' ').expect("two paths");
        let (reference, degraded) = (read(reference_path), read(degraded_path));
        let rate = reference.sample_rate();
        let (reference, degraded) = (reference.samples(), degraded.samples());
        let plain = align(reference, degraded, rate, &parameters);
        let mut values: Vec<f64> =
            plain.segments.iter().map(|s| s.delay_samples / f64::from(rate)).collect();
        values.sort_by(f64::total_cmp);
        let base = values[values.len() / 2];
        let power = loudness_10ms(reference, rate);
        let peak = power.iter().copied().fold(0.0, f32::max);
        for (index, name) in chosen.iter().enumerate() {
            let manipulated = manipulate(name, reference, degraded, rate, &mut random);
            let started = std::time::Instant::now();
            let alignment = align(reference, &manipulated.samples, rate, &parameters);
            let tally = tallies.entry(index).or_default();
            tally.elapsed_s += started.elapsed().as_secs_f64();
            tally.audio_s += reference.len() as f64 / f64::from(rate);
            tally.files += 1;
            let (mut wrong, mut frames) = (0, 0);
            for (frame, &p) in power.iter().enumerate() {
                let time = (frame as f64 + 0.5) / 100.0;
                let truth = manipulated.delay_at(time + base) + base;
                if p < peak * 1e-3 || manipulated.near_change(time + base) || truth.is_nan() {
                    continue;
                }
                frames += 1;
                let sample = (time * f64::from(rate)) as usize;
                match alignment.degraded_position(sample) {
                    None => {
                        tally.lost += 1;
                        wrong += 1;
                    }
                    Some(position) => {
                        let error = ((position - sample as f64) / f64::from(rate) - truth) * 1e3;
                        tally.errors_ms.push(error.abs());
                        wrong += usize::from(error.abs() > 2.0);
                    }
                }
            }
            let parts = manipulated.delays.iter().filter(|d| !d.1.is_nan()).count();
            tally.segments_off += usize::from(alignment.segments.len() != parts);
            let drift_ppm = manipulated.drift * 1e6;
            if drift_ppm != 0.0 || alignment.clock_drift_ppm != 0.0 {
                tally.drift_errors.push(
                    (alignment.clock_drift_ppm - drift_ppm)
                        / if drift_ppm == 0.0 { 1.0 } else { drift_ppm.abs() / 100.0 },
                );
            }
            if wrong * 50 > frames {
                if let Ok(folder) = std::env::var("DUMP") {
                    let spec = hound::WavSpec {
                        channels: 1,
                        sample_rate: rate,
                        bits_per_sample: 32,
                        sample_format: hound::SampleFormat::Float,
                    };
                    for (kind, samples) in [("ref", reference), ("deg", &manipulated.samples[..])] {
                        let path = format!(
                            "{folder}/{name}_{}_{kind}.wav",
                            degraded_path.rsplit('/').next().unwrap_or("")
                        );
                        let mut writer = hound::WavWriter::create(path, spec).expect("a file");
                        samples.iter().for_each(|s| writer.write_sample(*s).expect("a sample"));
                        writer.finalize().expect("a file");
                    }
                    eprintln!("{name} {degraded_path} {:?}", manipulated.delays);
                }
                tally.bad_files.push(format!(
                    "{} ({wrong}/{frames}, base {:.1} ms, confidence {:.2}, drift {:.0})",
                    degraded_path.rsplit('/').next().unwrap_or(""),
                    base * 1e3,
                    alignment.confidence,
                    alignment.clock_drift_ppm
                ));
            }
        }
    }
    for (index, mut tally) in tallies {
        tally.errors_ms.sort_by(f64::total_cmp);
        tally.drift_errors.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let quantile = |values: &[f64], q: f64| {
            values.get(((values.len() as f64 - 1.0) * q).max(0.0) as usize).copied().unwrap_or(0.0)
        };
        let beyond = tally.errors_ms.iter().filter(|e| **e > 2.0).count();
        println!(
            "{:22} files {:4} bad {:3} | error ms: median {:.3} 95% {:.3} 99% {:.3} max {:8.2} | >2ms {:.2}% lost {:.2}% | segment count off {:3} | drift error n {:3} median {:.2} 95% {:.2} max {:.2} | {:.0}x",
            chosen[index],
            tally.files,
            tally.bad_files.len(),
            quantile(&tally.errors_ms, 0.5),
            quantile(&tally.errors_ms, 0.95),
            quantile(&tally.errors_ms, 0.99),
            quantile(&tally.errors_ms, 1.0),
            100.0 * beyond as f64 / tally.errors_ms.len().max(1) as f64,
            100.0 * tally.lost as f64 / tally.errors_ms.len().max(1) as f64,
            tally.segments_off,
            tally.drift_errors.len(),
            quantile(&tally.drift_errors, 0.5),
            quantile(&tally.drift_errors, 0.95),
            quantile(&tally.drift_errors, 1.0),
            tally.audio_s / tally.elapsed_s
        );
        for bad in &tally.bad_files {
            println!("      {bad}");
        }
    }
}
