//! Anything may be given as the degraded signal: other speech, noise, silence, a stump; it is aligned without a
//! panic and with a confidence that tells.

use crate::material::calls::{self, Call};
use crate::material::near::assert_near;
use crate::material::random::Random;
use crate::material::recordings::sample;
use approx::assert_abs_diff_eq;
use basilar::alignment::{Alignment, AlignmentParameters, align};

/// A confidence below which nothing of the reference is there, above which it is.
const CONFIDENT: f64 = 0.4;

fn aligned(reference: &[f32], degraded: &[f32], sample_rate: u32) -> Alignment {
    align(reference, degraded, sample_rate, &AlignmentParameters::default())
}

#[test]
fn a_ten_second_reference_is_found_in_five_minutes() {
    let (reference, sample_rate) = sample("16k/horizons-en/reference.wav");
    let (other, _) = sample("16k/alsa-en/reference.wav");
    let before: Vec<f32> = other.iter().copied().cycle().take(200 * sample_rate as usize).collect();
    let after = other.iter().copied().cycle().take(90 * sample_rate as usize);
    let recording: Vec<f32> = before.iter().chain(&reference).copied().chain(after).collect();
    let alignment = aligned(&reference, &recording, sample_rate);
    assert!(alignment.confidence > 0.9, "confidence {}", alignment.confidence);
    assert_eq!(alignment.segments.len(), 1, "{:?}", alignment.segments);
    let delay_s = alignment.segments[0].delay_samples / f64::from(sample_rate);
    assert_abs_diff_eq!(delay_s, 200.0, epsilon = 0.001);
}

#[test]
fn a_recording_that_repeats_itself_is_found_where_it_begins() {
    let (sentence, sample_rate) = sample("16k/horizons-en/reference.wav");
    let reference = sentence.repeat(6);
    for delay_s in [0.0, 0.1, 0.2, 0.3333] {
        let call = Call::delayed(&reference, sample_rate, delay_s);
        let alignment = aligned(&reference, &call.samples, sample_rate);
        assert_eq!(alignment.segments.len(), 1, "{delay_s} s: {:?}", alignment.segments);
        let found_s = alignment.segments[0].delay_samples / f64::from(sample_rate);
        assert_near(found_s, delay_s, 0.001, "delay in s");
    }
}

#[test]
fn other_speech_noise_and_silence_have_a_low_confidence() {
    let (reference, sample_rate) = sample("16k/horizons-en/reference.wav");
    let (other, _) = sample("16k/librivox-en/reference.wav");
    let silence = vec![0.0; reference.len()];
    for (name, degraded) in [
        ("other speech", &other),
        ("noise", &Random(1).noise(reference.len(), 0.1)),
        ("silence", &silence),
    ] {
        let alignment = aligned(&reference, degraded, sample_rate);
        assert!(alignment.confidence < CONFIDENT, "{name}: confidence {}", alignment.confidence);
        assert!(
            aligned(degraded, &reference, sample_rate).confidence < CONFIDENT,
            "{name} as reference"
        );
    }
}

#[test]
fn speech_in_strong_noise_has_a_higher_confidence() {
    for degraded in ["8k/june-fr/white-noise-5-snr-db.flac", "8k/carlo-it/mnru-5-q-db.flac"] {
        let (samples, sample_rate) = sample(degraded);
        let folder = degraded.rsplit_once('/').expect("a folder").0;
        let (reference, _) = sample(&format!("{folder}/reference.wav"));
        let alignment = aligned(&reference, &samples, sample_rate);
        assert!(
            alignment.confidence > CONFIDENT,
            "{degraded}: confidence {}",
            alignment.confidence
        );
    }
}

#[test]
fn stumps_are_aligned_without_a_panic() {
    let (reference, sample_rate) = sample("16k/horizons-en/reference.wav");
    for length in [0, 1, 7, 63, 64, 65, 1000, 5000, reference.len()] {
        for other in [0, 1, 33, 700, 20_000] {
            for (one, two) in [(length, other), (other, length)] {
                let alignment = aligned(&reference[..one], &reference[..two], sample_rate);
                assert_eq!(
                    alignment
                        .warp(&reference[..two], &reference[..one], &AlignmentParameters::default())
                        .len(),
                    one
                );
            }
        }
    }
    for sample_rate in [1, 4000, 11_025, 44_100, 192_000] {
        aligned(&reference, &reference[10_000..], sample_rate);
    }
    let broken = vec![f32::NAN; 20_000];
    assert!(aligned(&reference, &broken, sample_rate).confidence < CONFIDENT);
    assert!(aligned(&broken, &reference, sample_rate).confidence < CONFIDENT);
}

#[test]
fn a_word_that_is_cut_out_is_reported_as_unheard() {
    let (reference, sample_rate) = sample("16k/horizons-en/reference.wav");
    let word_s = calls::word_s(&reference, sample_rate);
    let at = |time_s: f64| (time_s * f64::from(sample_rate)) as usize;
    let mut muted = reference.clone();
    muted[at(word_s)..at(word_s + 0.4)].fill(0.0);
    let cut = Call::jumping(&reference, sample_rate, word_s, -0.4);
    for (name, degraded) in [("muted", &muted), ("cut", &cut.samples)] {
        let alignment = aligned(&reference, degraded, sample_rate);
        let middle = at(word_s + 0.2);
        assert!(
            alignment.unheard.iter().any(|range| range.contains(&middle)),
            "{name}: {:?} do not hold {middle}",
            alignment.unheard
        );
        let share: usize = alignment.unheard.iter().map(|range| range.len()).sum();
        assert!(share < at(0.6), "{name}: {:?}", alignment.unheard);
    }
    assert!(aligned(&reference, &reference, sample_rate).unheard.is_empty());
}

#[test]
fn a_word_that_is_heard_twice_is_reported_as_repeated() {
    let (reference, sample_rate) = sample("16k/horizons-en/reference.wav");
    let start = (calls::word_s(&reference, sample_rate) * f64::from(sample_rate)) as usize;
    let word = start - sample_rate as usize * 3 / 20..start + sample_rate as usize * 3 / 20;
    let degraded =
        [&reference[..word.end], &reference[word.clone()], &reference[word.end..]].concat();
    let alignment = aligned(&reference, &degraded, sample_rate);
    let repeated: Vec<_> =
        alignment.inserted.iter().filter_map(|insertion| insertion.repeats.clone()).collect();
    assert_eq!(repeated.len(), 1, "{:?}", alignment.inserted);
    let off = repeated[0].start.abs_diff(word.start);
    assert!(off < sample_rate as usize / 20, "{repeated:?} instead of {word:?}");
}

#[test]
fn the_same_signals_give_the_same_alignment_on_every_thread() {
    let (reference, sample_rate) = sample("8k/june-fr/reference.wav");
    let (degraded, _) = sample("8k/june-fr/opus-6-kbps.flac");
    let expected = aligned(&reference, &degraded, sample_rate);
    std::thread::scope(|scope| {
        let again: Vec<_> =
            (0..4).map(|_| scope.spawn(|| aligned(&reference, &degraded, sample_rate))).collect();
        for thread in again {
            assert_eq!(thread.join().expect("no panic"), expected);
        }
    });
}
