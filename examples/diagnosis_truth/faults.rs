//! The faults, and what is true of each.

use super::codecs;
use super::speech::{Random, loud_moments, pause, speech_power};
use basilar::diagnosis::Kind;
use realfft::RealFftPlanner;

/// What the diagnosis should say.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// The causes put in, the only ones that may be the main cause.
    pub causes: Vec<Kind>,
    /// Events: kind, start and end in seconds of the reference.
    pub events: Vec<(Kind, [f64; 2])>,
    /// Measures: kind, value, and how far off it may be.
    pub values: Vec<(Kind, f64, f64)>,
}

/// A degraded signal and what is true of it.
pub struct Made {
    pub samples: Vec<f32>,
    pub truth: Truth,
}

type Make = Box<dyn Fn(&[f32], u32) -> Option<Made>>;

/// A way to spoil speech.
pub struct Fault {
    pub name: String,
    /// Whether it is also tried before and after Opus.
    pub with_opus: bool,
    pub make: Make,
}

/// All faults that make sense at a sample rate.
pub fn faults(rate: u32) -> Vec<Fault> {
    let mut all = singles(rate);
    all.extend(doubles(rate));
    all.extend(nothings());
    all
}

fn fault(name: impl Into<String>, make: impl Fn(&[f32], u32) -> Option<Made> + 'static) -> Fault {
    Fault { name: name.into(), with_opus: true, make: Box::new(make) }
}

fn singles(rate: u32) -> Vec<Fault> {
    let mut all = Vec::new();
    for ms in [20, 40, 80, 200] {
        all.push(fault(format!("hole {ms} ms"), move |x, r| holes(x, r, ms)));
    }
    for ms in [40, 100] {
        all.push(fault(format!("repeat {ms} ms"), move |x, r| repeats(x, r, ms)));
    }
    for ms in [-60, 60, 150] {
        all.push(fault(format!("jump {ms} ms"), move |x, r| jump(x, r, ms)));
    }
    for ppm in [500.0, 3000.0] {
        all.push(fault(format!("drift {ppm} ppm"), move |x, _| Some(drift(x, ppm))));
    }
    for db in [-14.0, 9.0] {
        let truth = value(Kind::LevelOffset, db, 0.5);
        all.push(fault(format!("level {db} dB"), move |x, _| made(gain(x, db), truth.clone())));
    }
    all.push(fault("pumping 12 dB", |x, r| made(pumping(x, r), cause(Kind::LevelPumping))));
    for percent in [2.0, 10.0] {
        let make = move |x: &[f32], _| made(clipped(x, percent), cause(Kind::Clipping));
        all.push(fault(format!("clipping {percent} %"), make));
    }
    for color in ["white", "pink", "car"] {
        for db in [25.0, 15.0, 8.0] {
            let truth = value(Kind::Noise, db, 2.0);
            let make = move |x: &[f32], r| made(noisy(x, r, color, db), truth.clone());
            all.push(fault(format!("{color} noise {db} dB"), make));
        }
    }
    all.push(fault("hum 50 Hz", |x, r| made(hum(x, r, 20.0), value(Kind::Hum, 20.0, 2.0))));
    for hz in [3400.0, 7000.0, 12_000.0] {
        if hz < 0.45 * f64::from(rate) {
            let truth = value(Kind::BandLimit, hz, 0.1 * hz);
            let make = move |x: &[f32], r| made(low_pass(x, r, hz), truth.clone());
            all.push(fault(format!("low-pass {hz} Hz"), make));
        }
    }
    all.push(fault("resonance", |x, r| made(resonance(x, r, 1000.0), cause(Kind::Coloration))));
    for ms in [120, 250] {
        let truth = value(Kind::Echo, f64::from(ms), 5.0);
        all.push(fault(format!("echo {ms} ms"), move |x, r| made(echo(x, r, ms), truth.clone())));
    }
    for t60 in [0.4, 1.0] {
        let truth = value(Kind::Reverberation, t60, 0.25 * t60);
        let make = move |x: &[f32], r| made(room(x, r, t60), truth.clone());
        all.push(fault(format!("reverberation {t60} s"), make));
    }
    let coding = || cause(Kind::CodingDistortion);
    if rate <= 16_000 {
        let speex = move |x: &[f32], r| made(codecs::ffmpeg(x, r, "libspeex", "spx", 8)?, coding());
        all.push(Fault { with_opus: false, ..fault("speex 8", speex) });
    }
    if rate >= 16_000 {
        let mp3 =
            move |x: &[f32], r| made(codecs::ffmpeg(x, r, "libmp3lame", "mp3", 24)?, coding());
        all.push(Fault { with_opus: false, ..fault("mp3 24", mp3) });
    }
    all
}

/// Two faults at once: the second is put into what the first left.
fn doubles(rate: u32) -> Vec<Fault> {
    let low = if rate > 8000 { "low-pass 3400 Hz" } else { "resonance" };
    let pairs = [
        ("hole 80 ms", "white noise 15 dB"),
        ("hole 200 ms", low),
        ("hole 80 ms", "echo 120 ms"),
        ("repeat 100 ms", "pink noise 25 dB"),
        ("clipping 10 %", "car noise 15 dB"),
        (low, "white noise 15 dB"),
        ("reverberation 0.4 s", "white noise 25 dB"),
        ("pumping 12 dB", "pink noise 15 dB"),
        ("echo 250 ms", low),
        ("hum 50 Hz", "clipping 10 %"),
        ("resonance", "hole 80 ms"),
    ];
    let double = move |(one, other): (&'static str, &'static str)| Fault {
        with_opus: false,
        ..fault(format!("{one} + {other}"), move |x, r| {
            let named = |name: &str| singles(r).into_iter().find(|fault| fault.name == name);
            let first = (named(one)?.make)(x, r)?;
            let second = (named(other)?.make)(&first.samples, r)?;
            let mut truth = second.truth;
            truth.causes.extend(first.truth.causes);
            truth.events.extend(first.truth.events);
            truth.values.clear();
            Some(Made { samples: second.samples, truth })
        })
    };
    pairs.into_iter().map(double).collect()
}

/// What is no fault.
fn nothings() -> Vec<Fault> {
    let none = Truth::default;
    let delayed = |x: &[f32], r: u32| {
        let mut samples = vec![0.0; r as usize * 3 / 10];
        samples.extend_from_slice(x);
        samples
    };
    let dithered = |x: &[f32]| {
        let mut random = Random(9);
        let level = 10f64.powf(-85.0 / 20.0);
        x.iter().map(|x| x + (level * random.normal()) as f32).collect()
    };
    let all = vec![
        fault("nothing: identity", move |x, _| made(x.to_vec(), none())),
        fault("nothing: delay", move |x, r| made(delayed(x, r), none())),
        fault("nothing: -2 dB", move |x, _| made(gain(x, -2.0), none())),
        fault("nothing: dither", move |x, _| made(dithered(x), none())),
        fault("nothing: Opus 64", move |x, r| made(codecs::opus(x, r, 64_000), none())),
    ];
    all.into_iter().map(|fault| Fault { with_opus: false, ..fault }).collect()
}

fn cause(kind: Kind) -> Truth {
    Truth { causes: vec![kind], ..Truth::default() }
}

fn value(kind: Kind, value: f64, tolerance: f64) -> Truth {
    Truth { values: vec![(kind, value, tolerance)], ..cause(kind) }
}

fn made(samples: Vec<f32>, truth: Truth) -> Option<Made> {
    Some(Made { samples, truth })
}

fn events(kind: Kind, starts: &[usize], length: usize, rate: u32) -> Truth {
    let seconds = |sample: usize| sample as f64 / f64::from(rate);
    let event = |&start: &usize| (kind, [start, start + length].map(seconds));
    Truth { events: starts.iter().map(event).collect(), ..cause(kind) }
}

fn holes(samples: &[f32], rate: u32, ms: u32) -> Option<Made> {
    let length = (rate * ms / 1000) as usize;
    let starts = loud_moments(samples, rate, 3, f64::from(ms) / 1000.0, 5 + u64::from(ms));
    let mut samples = samples.to_vec();
    starts.iter().for_each(|&start| samples[start..start + length].fill(0.0));
    let truth = events(Kind::LostSpeech, &starts, length, rate);
    (!starts.is_empty()).then_some(Made { samples, truth })
}

fn repeats(samples: &[f32], rate: u32, ms: u32) -> Option<Made> {
    let length = (rate * ms / 1000) as usize;
    let starts = loud_moments(samples, rate, 3, f64::from(ms) / 1000.0, 50 + u64::from(ms));
    let mut samples = samples.to_vec();
    starts.iter().for_each(|&start| samples.copy_within(start - length..start, start));
    let truth = events(Kind::RepeatedSpeech, &starts, length, rate);
    (!starts.is_empty()).then_some(Made { samples, truth })
}

fn jump(samples: &[f32], rate: u32, ms: i32) -> Option<Made> {
    let [first, last] = pause(samples, rate)?;
    let middle = (first + last) / 2;
    let shift = (rate as i32 * ms / 1000) as isize;
    let mut jumped = samples[..middle].to_vec();
    if shift > 0 {
        // More of the pause's own noise.
        let pause = &samples[first..last];
        jumped.extend(pause.iter().cycle().take(shift as usize));
    }
    jumped.extend_from_slice(&samples[middle + shift.min(0).unsigned_abs()..]);
    let seconds = |sample: usize| sample as f64 / f64::from(rate);
    let mut truth = value(Kind::DelayJump, f64::from(ms), 2.0);
    truth.events.push((Kind::DelayJump, [first, last].map(seconds)));
    made(jumped, truth)
}

/// By windowed sincs of 64 samples, computed for every sample.
fn drift(samples: &[f32], ppm: f64) -> Made {
    let step = 1.0 / (1.0 + ppm * 1e-6);
    let at = |index: usize| {
        let place = index as f64 * step;
        let first = place.floor() as i64 - 31;
        let tap = |n: i64| {
            let x = n as f64 - place;
            let phase = std::f64::consts::PI * x;
            let sinc = if x == 0.0 { 1.0 } else { phase.sin() / phase };
            sinc * (phase / 65.0).cos().powi(2)
        };
        let taps = (first..first + 64)
            .filter_map(|n| Some(tap(n) * f64::from(*samples.get(usize::try_from(n).ok()?)?)));
        taps.sum::<f64>() as f32
    };
    let count = (samples.len() as f64 / step) as usize;
    let truth = value(Kind::ClockDrift, ppm, 0.05 * ppm);
    Made { samples: (0..count).map(at).collect(), truth }
}

fn gain(samples: &[f32], db: f64) -> Vec<f32> {
    let gain = 10f64.powf(db / 20.0) as f32;
    samples.iter().map(|sample| sample * gain).collect()
}

/// 6 dB up and down in two seconds.
fn pumping(samples: &[f32], rate: u32) -> Vec<f32> {
    let step = std::f64::consts::TAU / (2.0 * f64::from(rate));
    let gain = |index: usize| 10f64.powf(6.0 * (step * index as f64).sin() / 20.0) as f32;
    samples.iter().enumerate().map(|(index, sample)| sample * gain(index)).collect()
}

fn clipped(samples: &[f32], percent: f64) -> Vec<f32> {
    let mut sorted: Vec<f32> = samples.iter().map(|sample| sample.abs()).collect();
    sorted.sort_by(f32::total_cmp);
    let limit = sorted[(sorted.len() as f64 * (1.0 - percent / 100.0)) as usize];
    samples.iter().map(|sample| sample.clamp(-limit, limit)).collect()
}

fn noisy(samples: &[f32], rate: u32, color: &str, snr_db: f64) -> Vec<f32> {
    let mut random = Random(color.len() as u64 + snr_db as u64);
    let mut noise: Vec<f64> = samples.iter().map(|_| random.normal()).collect();
    match color {
        // Kellet's economical filter: -3 dB an octave.
        "pink" => {
            let mut state = [0.0f64; 3];
            for value in &mut noise {
                let white = *value;
                state[0] = 0.99765 * state[0] + white * 0.0990460;
                state[1] = 0.96300 * state[1] + white * 0.2965164;
                state[2] = 0.57000 * state[2] + white * 1.0526913;
                *value = state.iter().sum::<f64>() + white * 0.1848;
            }
        }
        // Two low-passes at 250 Hz, as the inside of a car.
        "car" => {
            let pole = (-std::f64::consts::TAU * 250.0 / f64::from(rate)).exp();
            let mut state = [0.0f64; 2];
            for value in &mut noise {
                state[0] += (1.0 - pole) * (*value - state[0]);
                state[1] += (1.0 - pole) * (state[0] - state[1]);
                *value = state[1];
            }
        }
        _ => {}
    }
    let power = noise.iter().map(|x| x * x).sum::<f64>() / noise.len() as f64;
    let scale = (speech_power(samples, rate) * 10f64.powf(-snr_db / 10.0) / power).sqrt();
    samples.iter().zip(noise).map(|(sample, noise)| sample + (scale * noise) as f32).collect()
}

/// 50 Hz with falling harmonics.
fn hum(samples: &[f32], rate: u32, snr_db: f64) -> Vec<f32> {
    let step = std::f64::consts::TAU * 50.0 / f64::from(rate);
    let amplitudes = [1.0, 0.5, 0.7, 0.2, 0.35, 0.1, 0.2];
    let power: f64 = amplitudes.iter().map(|a: &f64| a * a / 2.0).sum();
    let scale = (speech_power(samples, rate) * 10f64.powf(-snr_db / 10.0) / power).sqrt();
    let at = |index: usize| -> f64 {
        let line =
            |(k, a): (usize, &f64)| a * (step * (k + 1) as f64 * index as f64 + k as f64).sin();
        amplitudes.iter().enumerate().map(line).sum()
    };
    samples.iter().enumerate().map(|(n, sample)| sample + (scale * at(n)) as f32).collect()
}

/// Linear phase, half an octave of taps a hertz: down 6 dB at the edge.
fn low_pass(samples: &[f32], rate: u32, hz: f64) -> Vec<f32> {
    let half = (40.0 * f64::from(rate) / hz) as i64 / 2;
    let cutoff = 2.0 * hz / f64::from(rate);
    let tap = |n: i64| {
        let x = std::f64::consts::PI * n as f64;
        let sinc = if n == 0 { cutoff } else { (cutoff * x).sin() / x };
        (sinc * (x / (2.0 * (half + 1) as f64)).cos().powi(2)) as f32
    };
    let taps: Vec<f32> = (-half..=half).map(tap).collect();
    convolved(samples, &taps, half as usize)
}

/// A peak of 18 dB, about two thirds of an octave wide (the audio EQ cookbook's peaking filter).
fn resonance(samples: &[f32], rate: u32, hz: f64) -> Vec<f32> {
    let (amplitude, q) = (10f64.powf(18.0 / 40.0), 2.0);
    let omega = std::f64::consts::TAU * hz / f64::from(rate);
    let (sin, cos) = omega.sin_cos();
    let alpha = sin / (2.0 * q);
    let a0 = 1.0 + alpha / amplitude;
    let b = [1.0 + alpha * amplitude, -2.0 * cos, 1.0 - alpha * amplitude].map(|b| b / a0);
    let a = [-2.0 * cos / a0, (1.0 - alpha / amplitude) / a0];
    let (mut x, mut y) = ([0.0f64; 2], [0.0f64; 2]);
    let mut next = |&sample: &f32| {
        let now = f64::from(sample);
        let out = b[0] * now + b[1] * x[0] + b[2] * x[1] - a[0] * y[0] - a[1] * y[1];
        (x, y) = ([now, x[0]], [out, y[0]]);
        out
    };
    let out: Vec<f64> = samples.iter().map(&mut next).collect();
    let power = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>();
    let own = power(&mut samples.iter().map(|&x| f64::from(x)));
    let gain = (own / power(&mut out.iter().copied()).max(1e-30)).sqrt();
    out.into_iter().map(|value| (gain * value) as f32).collect()
}

/// One image, 12 dB weaker.
fn echo(samples: &[f32], rate: u32, ms: u32) -> Vec<f32> {
    let lag = (rate * ms / 1000) as usize;
    let gain = 10f32.powf(-12.0 / 20.0);
    let earlier = |index: usize| index.checked_sub(lag).map_or(0.0, |at| samples[at]);
    (0..samples.len()).map(|index| samples[index] + gain * earlier(index)).collect()
}

/// Direct sound, and from 3 ms on noise that decays by 60 dB in `t60_s`, as strong in all.
fn room(samples: &[f32], rate: u32, t60_s: f64) -> Vec<f32> {
    let mut random = Random(6);
    let rate = f64::from(rate);
    let mut taps: Vec<f64> = (0..(t60_s * rate) as usize)
        .map(|n| random.normal() * 10f64.powf(-3.0 * n as f64 / rate / t60_s))
        .collect();
    taps[..(0.003 * rate) as usize].fill(0.0);
    let energy: f64 = taps.iter().map(|tap| tap * tap).sum();
    taps.iter_mut().for_each(|tap| *tap /= energy.sqrt());
    taps[0] = 1.0;
    let taps: Vec<f32> = taps.iter().map(|tap| (tap / 2f64.sqrt()) as f32).collect();
    convolved(samples, &taps, 0)
}

fn convolved(samples: &[f32], taps: &[f32], centre: usize) -> Vec<f32> {
    let length = (samples.len() + taps.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let spectrum = |values: &[f32]| {
        let (mut padded, mut bins) = (forward.make_input_vec(), forward.make_output_vec());
        padded[..values.len()].copy_from_slice(values);
        forward.process(&mut padded, &mut bins).expect("buffers of the plan");
        bins
    };
    let mut product = spectrum(samples);
    let scale = 1.0 / length as f32;
    product.iter_mut().zip(spectrum(taps)).for_each(|(bin, tap)| *bin *= tap * scale);
    let mut out = inverse.make_output_vec();
    inverse.process(&mut product, &mut out).expect("buffers of the plan");
    out[centre..][..samples.len()].to_vec()
}
