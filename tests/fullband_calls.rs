//! What a call does to time costs basilar-fb little and is reported: delay, jumps of it, leading silence, clock drift,
//! sample rates; what it does to words is heard.

mod alignment_speech;
mod fullband_samples;

use alignment_speech::{Call, pause_s, pauses_s, word_s};
use basilar::{Model, Score, Scorer, Signal};
use fullband_samples::{Pair, pairs};
use std::path::Path;

const RATE: u32 = 48_000;

/// The shipped 48 kHz talkers.
fn voices() -> [Signal; 3] {
    ["alsa-en", "horizons-de", "horizons-fr"].map(|talker| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-samples/48k");
        Signal::open(folder.join(talker).join("reference.wav")).unwrap()
    })
}

fn score(reference: &Signal, degraded: Vec<f32>) -> Score {
    let degraded = Signal::new("degraded", degraded, RATE);
    Scorer::new(Model::fullband()).score(reference, &degraded).unwrap()
}

/// The signal with `delay_s` of near-silence before it, or that much cut from its beginning.
fn delayed(signal: &Signal, delay_s: f64) -> Vec<f32> {
    let samples = (delay_s.abs() * f64::from(RATE)) as usize;
    if delay_s < 0.0 {
        return signal.samples()[samples..].to_vec();
    }
    let noise = (0..samples).map(|n| (n as f32 * 12.9898).sin() * 3e-5);
    noise.chain(signal.samples().iter().copied()).collect()
}

/// The signal from a clock that makes it `ppm` slower, by windowed-sinc interpolation of 64 taps.
fn drifted(signal: &Signal, ppm: f64) -> Vec<f32> {
    let samples = signal.samples();
    let step = 1.0 / (1.0 + ppm * 1e-6);
    let value = |n: usize| {
        let at = n as f64 * step;
        let centre = at.floor() as isize;
        let taps = (centre - 31..=centre + 32).filter_map(|i| {
            let sample = f64::from(*samples.get(usize::try_from(i).ok()?)?);
            let x = std::f64::consts::PI * (at - i as f64);
            let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
            Some(sample * sinc * (x / 64.0).cos().powi(2))
        });
        taps.sum::<f64>() as f32
    };
    (0..(samples.len() as f64 / step) as usize).map(value).collect()
}

#[test]
fn a_recording_of_itself_is_excellent() {
    for voice in voices() {
        let mos_lqo = score(&voice, voice.samples().to_vec()).mos_lqo;
        assert!(mos_lqo >= 4.7, "{}: {mos_lqo}", voice.name());
    }
}

#[test]
fn pure_delay_costs_nothing_and_is_reported_within_two_milliseconds() {
    for voice in voices() {
        let untouched = score(&voice, voice.samples().to_vec()).mos_lqo;
        for delay_s in [0.0037, 0.25, 1.0, 5.0, 30.0] {
            let found = score(&voice, delayed(&voice, delay_s));
            let cost = untouched - found.mos_lqo;
            assert!(cost.abs() <= 0.05, "{} delayed by {delay_s} s: costs {cost}", voice.name());
            let (low, high) = found.alignment.delay_range_s();
            let off = (low - delay_s).abs().max((high - delay_s).abs());
            assert!(off <= 0.002, "{} delayed by {delay_s} s: off by {off} s", voice.name());
        }
    }
}

#[test]
fn speech_that_is_earlier_than_in_the_reference_loses_and_gains_nothing() {
    for voice in voices() {
        let reference = Signal::new(voice.name(), delayed(&voice, 5.0), RATE);
        let noise = (0..voice.samples().len()).map(|n| (n as f32 * n as f32 * 0.37).sin() * 0.002);
        let noisy = voice.samples().iter().zip(noise).map(|(x, noise)| x + noise).collect();
        for heard in [voice.samples().to_vec(), noisy] {
            let beside = score(&voice, heard.clone()).mos_lqo;
            let found = score(&reference, heard);
            let cost = beside - found.mos_lqo;
            assert!(cost.abs() <= 0.05, "{} early by 5 s: costs {cost}", voice.name());
            let off = found.alignment.delay_s() + 5.0;
            assert!(off.abs() <= 0.002, "{} early by 5 s: off by {off} s", voice.name());
        }
    }
}

/// Delays of a call whose delay jumps by `jump_s`, in seconds, with its score.
fn jumping(voice: &Signal, at_s: f64, jump_s: f64) -> (f64, Vec<f64>) {
    let call = Call::jumping(voice.samples(), RATE, at_s, jump_s);
    let found = score(voice, call.samples);
    (found.mos_lqo, found.alignment.utterances.iter().map(|utterance| utterance.delay_s).collect())
}

#[test]
fn delay_that_jumps_is_reported_within_two_milliseconds_and_costs_nothing_in_pauses() {
    for voice in voices() {
        let untouched = score(&voice, voice.samples().to_vec()).mos_lqo;
        let [pause_s, word_s] = [pause_s, word_s].map(|at_s| at_s(voice.samples(), RATE));
        for jump_s in [-0.1, -0.06, -0.03, 0.04, 0.06, 0.15, 0.3] {
            let (mos_lqo, in_pause) = jumping(&voice, pause_s, jump_s);
            let cost = untouched - mos_lqo;
            assert!(cost <= 0.1, "{}, {jump_s} s in a pause: costs {cost}", voice.name());
            for delays in [in_pause, jumping(&voice, word_s, jump_s).1] {
                assert!(
                    delays.len() == 2
                        && delays[0].abs() <= 0.002
                        && (delays[1] - jump_s).abs() <= 0.002,
                    "{}, jump of {jump_s} s: {delays:?}",
                    voice.name()
                );
            }
        }
    }
}

/// No pause of a second or more from either end costs `degraded` more than 0.1 when it becomes longer or shorter by any
/// of `jumps_s` that leaves some of it.
fn assert_pauses_lose_nothing(voice: &Signal, degraded: &Signal, jumps_s: &[f64]) {
    let steady = score(voice, degraded.samples().to_vec()).mos_lqo;
    let ends = 1.0..voice.duration_s() - 1.0;
    let pauses = pauses_s(voice.samples(), RATE).into_iter();
    for (at_s, length_s) in
        pauses.filter(|(at_s, length_s)| ends.contains(at_s) && *length_s >= 0.08)
    {
        for &jump_s in jumps_s.iter().filter(|&jump_s| length_s + jump_s >= 0.02) {
            let from_s = if jump_s < 0.0 { at_s + jump_s / 2.0 } else { at_s };
            let call = Call::jumping(degraded.samples(), RATE, from_s, jump_s);
            let cost = steady - score(voice, call.samples).mos_lqo;
            let name = degraded.name();
            println!("{name}: {jump_s} s in a pause of {length_s:.2} s at {at_s:.2} s: {cost:.3}");
            assert!(cost <= 0.1, "{name}, {jump_s} s at {at_s} s: costs {cost}");
        }
    }
}

#[test]
fn pauses_that_become_longer_or_shorter_lose_nothing() {
    for voice in voices() {
        assert_pauses_lose_nothing(&voice, &voice, &[-0.1, -0.03, 0.04, 0.1, 0.3]);
    }
}

#[test]
fn pauses_of_coded_and_noisy_speech_that_become_longer_or_shorter_lose_nothing() {
    let pairs = pairs().into_iter();
    let coded = |pair: &Pair| pair.bitrate_kbps.is_some() && pair.parameter.is_empty();
    let noisy = |pair: &Pair| pair.parameter.starts_with("snr_db=");
    for pair in pairs.filter(|pair| coded(pair) || noisy(pair)) {
        let [voice, degraded] =
            [&pair.reference, &pair.degraded].map(|path| Signal::open(path).unwrap());
        let degraded = degraded.resampled(RATE).unwrap();
        assert_pauses_lose_nothing(&voice, &degraded, &[-0.03, 0.1]);
    }
}

#[test]
fn pauses_whose_faint_sound_is_heard_twice_lose_nothing_and_words_do() {
    for voice in voices() {
        let samples = voice.samples();
        let untouched = score(&voice, samples.to_vec()).mos_lqo;
        let cost = |end_s: f64, length_s: f64| {
            let [from, end] =
                [end_s - length_s, end_s].map(|at_s| (at_s * f64::from(RATE)) as usize);
            untouched - score(&voice, [&samples[..end], &samples[from..]].concat()).mos_lqo
        };
        let pauses = pauses_s(samples, RATE);
        let mut words = 0.0f64;
        for (at_s, length_s) in pauses.into_iter().filter(|pause| (0.09..0.4).contains(&pause.1)) {
            let faint = cost(at_s, 0.04);
            assert!(faint <= 0.1, "{}, at {at_s} s: costs {faint}", voice.name());
            words = words.max(cost(at_s, length_s / 2.0 + 0.15));
        }
        assert!(words >= 0.5, "{}: {words}", voice.name());
    }
}

#[test]
fn a_hole_that_a_rising_delay_leaves_in_a_word_is_heard() {
    for voice in voices() {
        let word_s = word_s(voice.samples(), RATE);
        let scores = [0.04, 0.06, 0.1].map(|jump_s| jumping(&voice, word_s, jump_s).0);
        assert!(scores[0] <= 4.0 && scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    }
}

#[test]
fn a_piece_of_a_word_that_is_heard_twice_is_heard() {
    for voice in voices() {
        let samples = voice.samples();
        let middle = (word_s(samples, RATE) * f64::from(RATE)) as usize;
        for (milliseconds, most) in [(40, 4.6), (60, 4.4), (100, 4.2)] {
            let half = milliseconds * RATE as usize / 2000;
            let (until, from) = (&samples[..middle + half], &samples[middle - half..]);
            let mos_lqo = score(&voice, [until, from].concat()).mos_lqo;
            assert!(mos_lqo <= most, "{}, {milliseconds} ms twice: {mos_lqo}", voice.name());
        }
    }
}

#[test]
fn clock_drift_costs_little_and_is_reported_within_a_tenth() {
    for voice in voices() {
        let untouched = score(&voice, voice.samples().to_vec()).mos_lqo;
        for (ppm, most) in [(100.0, 0.05), (1000.0, 0.1), (5000.0, 0.2)] {
            let found = score(&voice, drifted(&voice, ppm));
            let cost = untouched - found.mos_lqo;
            assert!(cost <= most, "{} at {ppm} ppm: costs {cost}", voice.name());
            let reported = found.alignment.clock_drift_ppm.unwrap();
            assert!(
                (reported / ppm - 1.0).abs() <= 0.1,
                "{} at {ppm} ppm: {reported}",
                voice.name()
            );
        }
    }
}

#[test]
fn gain_and_polarity_cost_nothing() {
    for voice in voices() {
        let untouched = score(&voice, voice.samples().to_vec()).mos_lqo;
        for gain in [-1.0, 0.178, 5.62] {
            let cost = untouched
                - score(&voice, voice.samples().iter().map(|x| x * gain).collect()).mos_lqo;
            assert!(cost.abs() <= 0.05, "{} times {gain}: costs {cost}", voice.name());
        }
    }
}

#[test]
fn any_sample_rate_is_taken_on_either_side_and_narrower_ones_score_lower() {
    for voice in voices() {
        let scorer = Scorer::new(Model::fullband());
        let at = |rate| scorer.score(&voice, &voice.resampled(rate).unwrap()).unwrap().mos_lqo;
        let rates = [8000, 16_000, 24_000, 32_000, 44_100, 48_000];
        let scores = rates.map(at);
        assert!(
            scores.is_sorted_by(|low, high| *low <= high + 0.05),
            "{}: {scores:?}",
            voice.name()
        );
        for rate in rates {
            let reference = voice.resampled(rate).unwrap().into_owned();
            let itself = scorer.score(&reference, &reference).unwrap().mos_lqo;
            assert!(itself >= 4.7, "{} at {rate} Hz: {itself}", voice.name());
        }
    }
}

#[test]
fn silence_noise_and_other_speech_are_bad() {
    let [first, second, third] = voices();
    for (reference, degraded) in
        [(&first, second.samples().to_vec()), (&second, third.samples().to_vec())]
    {
        let mos_lqo = score(reference, degraded).mos_lqo;
        assert!(mos_lqo <= 1.5, "{}: {mos_lqo}", reference.name());
    }
    let noise = (0..first.samples().len()).map(|n| (n as f32 * 12.9898).sin() * 43_758.547 % 0.1);
    for (what, nothing) in
        [("silence", vec![0.0; first.samples().len()]), ("noise", noise.collect())]
    {
        let mos_lqo = score(&first, nothing).mos_lqo;
        assert!(mos_lqo <= 1.5, "{what}: {mos_lqo}");
    }
}
