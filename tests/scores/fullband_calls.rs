//! What a call does to time costs basilar-fb little and is reported: delay, jumps of it, leading silence, clock drift,
//! sample rates; what it does to words is heard.

use crate::material::calls::{Call, pause_s, pauses_s, word_s};
use crate::material::fullband_pairs::{Pair, pairs};
use crate::material::near::assert_near;
use crate::material::recordings;
use basilar::{Model, PreparedReference, Score, Scorer, Signal};
use std::sync::LazyLock;

const RATE: u32 = 48_000;

/// A talker, prepared as a reference.
struct Voice {
    signal: Signal,
    prepared: PreparedReference,
    /// The score of the recording with itself.
    untouched: f64,
}

/// The shipped 48 kHz talkers.
static VOICES: LazyLock<[Voice; 3]> = LazyLock::new(|| {
    recordings::TALKERS_48K
        .map(|talker| Voice::new(recordings::open(&format!("48k/{talker}/reference.wav"))))
});

impl Voice {
    fn new(signal: Signal) -> Self {
        let prepared = Scorer::new(Model::fullband()).prepare(&signal).unwrap();
        let untouched = prepared.score(&signal).unwrap().mos_lqo;
        Self { signal, prepared, untouched }
    }

    fn name(&self) -> &str {
        self.signal.name()
    }

    fn samples(&self) -> &[f32] {
        self.signal.samples()
    }

    fn score(&self, degraded: Vec<f32>) -> Score {
        self.prepared.score(&Signal::new("degraded", degraded, RATE)).unwrap()
    }
}

/// The signal with `delay_s` of near-silence before it, or that much cut from its beginning.
fn delayed(voice: &[f32], delay_s: f64) -> Vec<f32> {
    let samples = (delay_s.abs() * f64::from(RATE)) as usize;
    if delay_s < 0.0 {
        return voice[samples..].to_vec();
    }
    let noise = (0..samples).map(|n| (n as f32 * 12.9898).sin() * 3e-5);
    noise.chain(voice.iter().copied()).collect()
}

#[test]
fn a_recording_of_itself_is_excellent() {
    for voice in &*VOICES {
        assert!(voice.untouched >= 4.7, "{}: {}", voice.name(), voice.untouched);
    }
}

#[test]
fn pure_delay_costs_nothing_and_is_reported_within_two_milliseconds() {
    for voice in &*VOICES {
        for delay_s in [0.0037, 0.25, 1.0, 5.0, 30.0] {
            let found = voice.score(delayed(voice.samples(), delay_s));
            let what = format!("{} delayed by {delay_s} s", voice.name());
            assert_near(found.mos_lqo, voice.untouched, 0.05, &what);
            let (low, high) = found.alignment.delay_range_s();
            for reported_s in [low, high] {
                assert_near(reported_s, delay_s, 0.002, &what);
            }
        }
    }
}

#[test]
fn speech_that_is_earlier_than_in_the_reference_loses_and_gains_nothing() {
    for voice in &*VOICES {
        let reference = Signal::new(voice.name(), delayed(voice.samples(), 5.0), RATE);
        let early = Scorer::new(Model::fullband()).prepare(&reference).unwrap();
        let noise = (0..voice.samples().len()).map(|n| (n as f32 * n as f32 * 0.37).sin() * 0.002);
        let noisy = voice.samples().iter().zip(noise).map(|(x, noise)| x + noise).collect();
        for heard in [voice.samples().to_vec(), noisy] {
            let heard = Signal::new("heard", heard, RATE);
            let beside = voice.prepared.score(&heard).unwrap().mos_lqo;
            let found = early.score(&heard).unwrap();
            let what = format!("{} early by 5 s", voice.name());
            assert_near(found.mos_lqo, beside, 0.05, &what);
            assert_near(found.alignment.delay_s(), -5.0, 0.002, &what);
        }
    }
}

/// Delays of a call whose delay jumps by `jump_s`, in seconds, with its score.
fn jumping(voice: &Voice, at_s: f64, jump_s: f64) -> (f64, Vec<f64>) {
    let call = Call::jumping(voice.samples(), RATE, at_s, jump_s);
    let found = voice.score(call.samples);
    (found.mos_lqo, found.alignment.utterances.iter().map(|utterance| utterance.delay_s).collect())
}

#[test]
fn delay_that_jumps_is_reported_within_two_milliseconds_and_costs_nothing_in_pauses() {
    for voice in &*VOICES {
        let [pause_s, word_s] = [pause_s, word_s].map(|at_s| at_s(voice.samples(), RATE));
        for jump_s in [-0.1, -0.06, -0.03, 0.04, 0.06, 0.15, 0.3] {
            let (mos_lqo, in_pause) = jumping(voice, pause_s, jump_s);
            let cost = voice.untouched - mos_lqo;
            assert!(cost <= 0.1, "{}, {jump_s} s in a pause: costs {cost}", voice.name());
            for delays in [in_pause, jumping(voice, word_s, jump_s).1] {
                let what = format!("{}, jump of {jump_s} s: {delays:?}", voice.name());
                assert_eq!(delays.len(), 2, "{what}");
                assert_near(delays[0], 0.0, 0.002, &what);
                assert_near(delays[1], jump_s, 0.002, &what);
            }
        }
    }
}

/// No pause of a second or more from either end costs `degraded` more than 0.1 when it becomes longer or shorter by any
/// of `jumps_s` that leaves some of it.
fn assert_pauses_lose_nothing(voice: &Voice, degraded: &Signal, jumps_s: &[f64]) {
    let steady = voice.score(degraded.samples().to_vec()).mos_lqo;
    let ends = 1.0..voice.signal.duration_s() - 1.0;
    let pauses = pauses_s(voice.samples(), RATE).into_iter();
    for (at_s, length_s) in
        pauses.filter(|(at_s, length_s)| ends.contains(at_s) && *length_s >= 0.08)
    {
        for &jump_s in jumps_s.iter().filter(|&jump_s| length_s + jump_s >= 0.02) {
            let from_s = if jump_s < 0.0 { at_s + jump_s / 2.0 } else { at_s };
            let call = Call::jumping(degraded.samples(), RATE, from_s, jump_s);
            let cost = steady - voice.score(call.samples).mos_lqo;
            let name = degraded.name();
            println!("{name}: {jump_s} s in a pause of {length_s:.2} s at {at_s:.2} s: {cost:.3}");
            assert!(cost <= 0.1, "{name}, {jump_s} s at {at_s} s: costs {cost}");
        }
    }
}

#[test]
fn pauses_that_become_longer_or_shorter_lose_nothing() {
    for voice in &*VOICES {
        assert_pauses_lose_nothing(voice, &voice.signal, &[-0.1, -0.03, 0.04, 0.1, 0.3]);
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
        let voice = VOICES.iter().find(|known| known.samples() == voice.samples()).unwrap();
        let degraded = degraded.resampled(RATE).unwrap();
        assert_pauses_lose_nothing(voice, &degraded, &[-0.03, 0.1]);
    }
}

#[test]
fn pauses_whose_faint_sound_is_heard_twice_lose_nothing_and_words_do() {
    for voice in &*VOICES {
        let samples = voice.samples();
        let cost = |end_s: f64, length_s: f64| {
            let [from, end] =
                [end_s - length_s, end_s].map(|at_s| (at_s * f64::from(RATE)) as usize);
            voice.untouched - voice.score([&samples[..end], &samples[from..]].concat()).mos_lqo
        };
        let pauses = pauses_s(samples, RATE);
        let mut words = 0.0f64;
        for (at_s, length_s) in pauses.into_iter().filter(|pause| (0.09..0.4).contains(&pause.1)) {
            let faint = cost(at_s, 0.04);
            assert!(faint <= 0.1, "{}, at {at_s} s: costs {faint}", voice.name());
            words = words.max(cost(at_s, length_s / 2.0 + 0.15));
        }
        assert!(words >= 0.4, "{}: {words}", voice.name());
    }
}

#[test]
fn a_hole_that_a_rising_delay_leaves_in_a_word_is_heard() {
    for voice in &*VOICES {
        let word_s = word_s(voice.samples(), RATE);
        let scores = [0.04, 0.06, 0.1].map(|jump_s| jumping(voice, word_s, jump_s).0);
        assert!(scores[0] <= 4.0 && scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    }
}

#[test]
fn a_piece_of_a_word_that_is_heard_twice_is_heard() {
    for voice in &*VOICES {
        let samples = voice.samples();
        let middle = (word_s(samples, RATE) * f64::from(RATE)) as usize;
        // Alignment follows the jump, so that only its seams are heard: at least 0.1 of them.
        for (milliseconds, most) in [(40, 4.65), (60, 4.65), (100, 4.65)] {
            let half = milliseconds * RATE as usize / 2000;
            let (until, from) = (&samples[..middle + half], &samples[middle - half..]);
            let mos_lqo = voice.score([until, from].concat()).mos_lqo;
            assert!(mos_lqo <= most, "{}, {milliseconds} ms twice: {mos_lqo}", voice.name());
        }
    }
}

#[test]
fn clock_drift_costs_little_and_is_reported_within_a_tenth() {
    for voice in &*VOICES {
        for (ppm, most) in [(100.0, 0.05), (1000.0, 0.1), (5000.0, 0.2)] {
            let found = voice.score(Call::drifting(voice.samples(), RATE, ppm).samples);
            let cost = voice.untouched - found.mos_lqo;
            assert!(cost <= most, "{} at {ppm} ppm: costs {cost}", voice.name());
            let reported = found.alignment.clock_drift_ppm.unwrap();
            assert_near(reported, ppm, 0.1 * ppm, voice.name());
        }
    }
}

#[test]
fn gain_and_polarity_cost_nothing() {
    for voice in &*VOICES {
        for gain in [-1.0, 0.178, 5.62] {
            let scaled = voice.score(voice.samples().iter().map(|x| x * gain).collect());
            let what = format!("{} times {gain}", voice.name());
            assert_near(scaled.mos_lqo, voice.untouched, 0.05, what);
        }
    }
}

#[test]
fn any_sample_rate_is_taken_on_either_side_and_narrower_ones_score_lower() {
    for voice in &*VOICES {
        let scorer = Scorer::new(Model::fullband());
        let resampled = |rate| voice.signal.resampled(rate).unwrap();
        let at = |rate| voice.prepared.score(&resampled(rate)).unwrap().mos_lqo;
        let rates = [8000, 16_000, 24_000, 32_000, 44_100, 48_000];
        let scores = rates.map(at);
        assert!(
            scores.is_sorted_by(|low, high| *low <= high + 0.05),
            "{}: {scores:?}",
            voice.name()
        );
        for rate in rates {
            let reference = resampled(rate).into_owned();
            let itself = scorer.score(&reference, &reference).unwrap().mos_lqo;
            assert!(itself >= 4.7, "{} at {rate} Hz: {itself}", voice.name());
        }
    }
}

#[test]
fn silence_noise_and_other_speech_are_bad() {
    let [first, second, third] = &*VOICES;
    for (reference, degraded) in
        [(first, second.samples().to_vec()), (second, third.samples().to_vec())]
    {
        let mos_lqo = reference.score(degraded).mos_lqo;
        assert!(mos_lqo <= 1.5, "{}: {mos_lqo}", reference.name());
    }
    let noise = (0..first.samples().len()).map(|n| (n as f32 * 12.9898).sin() * 43_758.547 % 0.1);
    for (what, nothing) in
        [("silence", vec![0.0; first.samples().len()]), ("noise", noise.collect())]
    {
        let mos_lqo = first.score(nothing).mos_lqo;
        assert!(mos_lqo <= 1.5, "{what}: {mos_lqo}");
    }
}
