//! What can happen to speech at 48 kHz, made without codecs: the laboratory of the fullband model's tests and fit.

use super::random::Random;
use std::f64::consts::{PI, TAU};

/// Samples per second of everything here.
pub const RATE: usize = 48_000;

/// White noise.
pub fn white(length: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    (0..length).map(|_| random.normal() as f32).collect()
}

/// Pink noise: first-order filters an octave and a half apart, summed.
pub fn pink(length: usize, seed: u64) -> Vec<f32> {
    let mut states = [0.0f64; 7];
    let mut random = Random(seed);
    let mut sample = || {
        let white = random.normal();
        states.iter_mut().enumerate().fold(0.0, |sum, (i, state)| {
            let pole = 1.0 - TAU * 15.0 * 3f64.powi(i as i32) / RATE as f64;
            *state = pole.max(0.0) * *state + white * 3f64.powf(i as f64 / 2.0);
            sum + *state
        }) as f32
    };
    (0..length).map(|_| sample()).collect()
}

/// Several voices at once.
pub fn babble(length: usize, voices: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0.0; length];
    for (voice, offset) in
        voices.iter().flat_map(|voice| [(voice, 0), (voice, 31_337), (voice, 97_531)])
    {
        let level = 1.0 / power(voice).sqrt();
        sum.iter_mut()
            .enumerate()
            .for_each(|(i, to)| *to += level * voice[(i + offset) % voice.len()]);
    }
    sum
}

fn power(signal: &[f32]) -> f32 {
    (signal.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / signal.len() as f64) as f32
}

/// `signal` with `noise` at a signal-to-noise ratio in dB.
pub fn with_noise(signal: &[f32], noise: &[f32], snr_db: f32) -> Vec<f32> {
    let gain = (power(signal) / power(noise)).sqrt() * 10f32.powf(-snr_db / 20.0);
    signal.iter().zip(noise).map(|(x, noise)| x + gain * noise).collect()
}

/// The voice with white noise of the energy that the degraded signal differs by.
pub fn as_noise(voice: &[f32], degraded: &[f32]) -> Vec<f32> {
    let energy =
        |signal: &mut dyn Iterator<Item = f32>| signal.map(|x| f64::from(x * x)).sum::<f64>();
    let lost = energy(&mut voice.iter().zip(degraded).map(|(x, y)| x - y));
    let ratio_db = 10.0 * (energy(&mut voice.iter().copied()) / lost).log10();
    with_noise(voice, &white(voice.len(), 1), ratio_db as f32)
}

/// Modulated noise (P.810 without its band filters) at `q_db`.
pub fn mnru(signal: &[f32], q_db: f32, seed: u64) -> Vec<f32> {
    let gain = 10f32.powf(-q_db / 20.0);
    signal
        .iter()
        .zip(white(signal.len(), seed))
        .map(|(x, noise)| x * (1.0 + gain * noise))
        .collect()
}

/// The voice without its pitch: spectra of 10.7 ms, which do not resolve harmonics, keep their powers and get random
/// phases.
pub fn whispered(signal: &[f32], seed: u64) -> Vec<f32> {
    const LENGTH: usize = 512;
    const HOP: usize = LENGTH / 4;
    let mut planner = realfft::RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(LENGTH), planner.plan_fft_inverse(LENGTH));
    let (mut frame, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let window: Vec<f32> =
        (0..LENGTH).map(|n| (PI * (n as f64 + 0.5) / LENGTH as f64).sin() as f32).collect();
    let mut random = Random(seed);
    let mut whisper = vec![0.0; signal.len()];
    for start in (0..signal.len().saturating_sub(LENGTH)).step_by(HOP) {
        let samples = signal[start..].iter().zip(&window);
        frame.iter_mut().zip(samples).for_each(|(to, (sample, weight))| *to = sample * weight);
        forward.process(&mut frame, &mut spectrum).unwrap();
        for bin in &mut spectrum[1..LENGTH / 2] {
            let (sin, cos) = (TAU * random.uniform()).sin_cos();
            (bin.re, bin.im) = (bin.norm() * cos as f32, bin.norm() * sin as f32);
        }
        inverse.process(&mut spectrum, &mut frame).unwrap();
        // Windowed sine-squared at a quarter's hop adds up to two; random phases add up as powers, to about one.
        let scale = 1.0 / (LENGTH as f32 * 2f32.sqrt());
        let values = frame.iter().zip(&window).map(|(value, weight)| scale * value * weight);
        whisper[start..].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    whisper
}

/// What a linear-phase filter of 2001 taps leaves between two frequencies in Hz.
pub fn band_pass(signal: &[f32], low_hz: f64, high_hz: f64) -> Vec<f32> {
    const HALF: i64 = 1000;
    let sinc = |cutoff: f64, n: f64| {
        if n == 0.0 { 2.0 * cutoff } else { (TAU * cutoff * n).sin() / (PI * n) }
    };
    let tap = |n: i64| {
        let window = 0.54 + 0.46 * (PI * n as f64 / HALF as f64).cos();
        let [low, high] = [low_hz, high_hz].map(|hz| sinc(hz / RATE as f64, n as f64));
        (window * (high - low)) as f32
    };
    let taps: Vec<(i64, f32)> = (-HALF..=HALF).map(|n| (n, tap(n))).collect();
    reflections(signal, &taps)
}

/// The sum of delayed and weighted copies, by way of their spectra: thousands of copies take no longer than one.
pub fn reflections(signal: &[f32], taps: &[(i64, f32)]) -> Vec<f32> {
    let reach = taps.iter().map(|tap| tap.0.unsigned_abs() as usize).max().unwrap_or(0);
    let length = (signal.len() + reach).next_power_of_two();
    let mut planner = realfft::RealFftPlanner::<f64>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let spectrum = |mut samples: Vec<f64>| {
        let mut spectrum = forward.make_output_vec();
        forward.process(&mut samples, &mut spectrum).unwrap();
        spectrum
    };
    let mut padded: Vec<f64> = signal.iter().map(|&sample| f64::from(sample)).collect();
    padded.resize(length, 0.0);
    let mut response = vec![0.0; length];
    // What comes early stands at the end, as the transform goes round.
    taps.iter().for_each(|&(delay, weight)| {
        response[delay.rem_euclid(length as i64) as usize] += f64::from(weight) / length as f64;
    });
    let (mut product, response) = (spectrum(padded), spectrum(response));
    product.iter_mut().zip(response).for_each(|(value, factor)| *value *= factor);
    let mut sum = inverse.make_output_vec();
    inverse.process(&mut product, &mut sum).unwrap();
    sum[..signal.len()].iter().map(|&value| value as f32).collect()
}

/// A room: the direct sound and 1500 reflections a second (velvet noise, Karjalainen and Järveläinen 2007) that decay
/// by 60 dB in `t60_s`; longer decays carry more energy, as in a room with the talker at a fixed distance.
pub fn reverberant(signal: &[f32], t60_s: f64, seed: u64) -> Vec<f32> {
    const SPACING: f64 = RATE as f64 / 1500.0;
    let mut random = Random(seed);
    let mut taps = vec![(0, 1.0)];
    for k in 0..(t60_s * 1500.0) as usize {
        let delay = 100.0 + (k as f64 + random.uniform()) * SPACING;
        let sign = if random.uniform() < 0.5 { -1.0 } else { 1.0 };
        taps.push((
            delay as i64,
            (0.05 * sign * 10f64.powf(-3.0 * delay / (t60_s * RATE as f64))) as f32,
        ));
    }
    reflections(signal, &taps)
}

/// Packets of 20 ms that are lost at random and replaced by silence; a higher rate loses the same packets and more.
pub fn packet_loss(signal: &[f32], rate: f64, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let mut lossy = signal.to_vec();
    lossy.chunks_mut(RATE / 50).for_each(|packet| {
        if random.uniform() < rate {
            packet.fill(0.0)
        }
    });
    lossy
}

/// The loudest stretches of `length` samples, one in each of five parts of the signal.
pub fn words(signal: &[f32], length: usize) -> Vec<usize> {
    let part = signal.len() / 5;
    let loudest = |k: usize| {
        let starts = (k * part..(k + 1) * part - length).step_by(480);
        starts
            .max_by(|&a, &b| {
                power(&signal[a..a + length]).total_cmp(&power(&signal[b..b + length]))
            })
            .unwrap_or(0)
    };
    (0..5).map(loudest).collect()
}

/// Words with holes of `milliseconds`.
pub fn dropouts(signal: &[f32], milliseconds: usize) -> Vec<f32> {
    let length = milliseconds * RATE / 1000;
    let mut cut = signal.to_vec();
    words(signal, length).into_iter().for_each(|start| cut[start..start + length].fill(0.0));
    cut
}

/// Words whose last 20 ms are repeated for `milliseconds`, as bad concealment does.
pub fn robotic(signal: &[f32], milliseconds: usize) -> Vec<f32> {
    let (length, period) = (milliseconds * RATE / 1000, RATE / 50);
    let mut robot = signal.to_vec();
    for start in words(signal, length) {
        (start.max(period)..start + length).for_each(|i| robot[i] = robot[i - period]);
    }
    robot
}

/// Talk spurts whose beginnings of `milliseconds` are cut off.
pub fn front_clipped(signal: &[f32], milliseconds: usize) -> Vec<f32> {
    let block = RATE / 100;
    let threshold = power(signal) * 0.01;
    let mut clipped = signal.to_vec();
    let (mut quiet, mut cut) = (usize::MAX / 2, 0);
    for (speech, out) in signal.chunks(block).zip(clipped.chunks_mut(block)) {
        let active = power(speech) > threshold;
        if active && quiet >= 10 {
            cut = milliseconds / 10;
        }
        quiet = if active { 0 } else { quiet + 1 };
        if cut > 0 {
            out.fill(0.0);
            cut -= 1;
        }
    }
    clipped
}
