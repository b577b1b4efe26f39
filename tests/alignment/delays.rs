//! Delays, jumps, drift and silence applied to real speech are found again: every delay within 2 ms, drift within
//! a tenth, through codecs and noise.

use crate::material::calls::{self, Call, pairs, references};
use crate::material::near::assert_near;
use crate::material::recordings::sample;
use basilar::alignment::{Alignment, AlignmentParameters, align};

fn aligned(reference: &[f32], call: &Call, sample_rate: u32) -> Alignment {
    align(reference, &call.samples, sample_rate, &AlignmentParameters::default())
}

/// Aligns every pair after `change`, and returns how many hundredths of a second of speech were placed, and how
/// many of these are off by more than 2 ms.
fn misplaced(change: impl Fn(&[f32], &[f32], u32) -> Call) -> (usize, usize) {
    let (mut placed, mut wrong) = (0, 0);
    for (name, reference, degraded, sample_rate) in pairs() {
        let call = change(&reference, &degraded, sample_rate);
        let alignment = aligned(&reference, &call, sample_rate);
        let errors = call.errors_ms(&reference, &alignment);
        let off = errors.iter().filter(|error| error.abs() > 2.0).count();
        println!(
            "{name}: {off} of {} off, drift {:.1} ppm",
            errors.len(),
            alignment.clock_drift_ppm
        );
        placed += errors.len();
        wrong += off;
    }
    assert!(placed > 1000, "hardly any speech was placed: {placed}");
    (placed, wrong)
}

#[test]
fn a_constant_delay_is_one_segment_without_drift() {
    for (name, reference, degraded, sample_rate) in pairs() {
        for delay_s in [-0.5, 0.0, 0.2, 5.0] {
            let call = Call::delayed(&degraded, sample_rate, delay_s);
            let alignment = aligned(&reference, &call, sample_rate);
            let errors = call.errors_ms(&reference, &alignment);
            let worst = errors.iter().fold(0.0f64, |worst, error| worst.max(error.abs()));
            assert!(
                !errors.is_empty() && worst <= 2.0,
                "{name} delayed by {delay_s} s: off by {worst:.2} ms"
            );
            assert_eq!(
                alignment.segments.len(),
                1,
                "{name} delayed by {delay_s} s: {:?}",
                alignment.segments
            );
            assert_eq!(alignment.clock_drift_ppm, 0.0, "{name} delayed by {delay_s} s");
        }
    }
}

#[test]
fn level_and_polarity_do_not_move_the_delay() {
    let (placed, wrong) = misplaced(|_, degraded, sample_rate| {
        let inverted: Vec<f32> = degraded.iter().map(|sample| -0.178 * sample).collect();
        Call::delayed(&inverted, sample_rate, 0.05)
    });
    assert_eq!(wrong, 0, "of {placed}");
}

#[test]
fn thirty_seconds_of_silence_before_the_speech_are_skipped() {
    let (placed, wrong) =
        misplaced(|_, degraded, sample_rate| Call::delayed(degraded, sample_rate, 30.0));
    assert_eq!(wrong, 0, "of {placed}");
}

#[test]
fn jumps_in_pauses_are_followed() {
    for jump_s in [-0.1, -0.03, 0.04, 0.15, 0.3] {
        let (placed, wrong) = misplaced(|reference, degraded, sample_rate| {
            Call::jumping(degraded, sample_rate, calls::pause_s(reference, sample_rate), jump_s)
        });
        assert!(100 * wrong <= placed, "jump of {jump_s} s: {wrong} of {placed} off");
    }
}

#[test]
fn jumps_in_words_are_followed() {
    for jump_s in [-0.1, 0.05, 0.12, 0.3] {
        let (placed, wrong) = misplaced(|reference, degraded, sample_rate| {
            Call::jumping(degraded, sample_rate, calls::word_s(reference, sample_rate), jump_s)
        });
        assert!(100 * wrong <= 2 * placed, "jump of {jump_s} s: {wrong} of {placed} off");
    }
}

/// First and last moment within 20 dB of the loudest, in seconds.
fn speech_s(reference: &[f32], sample_rate: u32) -> (f64, f64) {
    let frame = sample_rate as usize / 100;
    let power = |frame: &[f32]| frame.iter().map(|sample| sample * sample).sum::<f32>();
    let powers: Vec<f32> = reference.chunks(frame).map(power).collect();
    let least = 0.01 * powers.iter().copied().fold(0.0, f32::max);
    let first = powers.iter().position(|&power| power > least).unwrap_or(0);
    let last = powers.iter().rposition(|&power| power > least).unwrap_or(0) + 1;
    (first as f64 / 100.0, last as f64 / 100.0)
}

#[test]
fn jumps_close_to_either_end_are_followed() {
    let (mut placed, mut wrong) = (0, 0);
    for distance_s in [0.2, 0.3, 0.4] {
        for jump_s in [-0.1, -0.05, 0.05, 0.15, 0.3] {
            let start = misplaced(|reference, degraded, sample_rate| {
                let at_s = speech_s(reference, sample_rate).0 + distance_s;
                Call::jumping(degraded, sample_rate, at_s, jump_s)
            });
            let end = misplaced(|reference, degraded, sample_rate| {
                let at_s = speech_s(reference, sample_rate).1 - distance_s - f64::max(0.0, -jump_s);
                Call::jumping(degraded, sample_rate, at_s, jump_s)
            });
            println!("{jump_s} s at {distance_s} s from the ends: {start:?} {end:?}");
            (placed, wrong) = (placed + start.0 + end.0, wrong + start.1 + end.1);
        }
    }
    // What is missed is the last word at 5 dB SNR, and one clean last word that is 0.3 s late.
    println!("{wrong} of {placed} off");
    assert!(400 * wrong <= placed, "{wrong} of {placed} off");
}

/// Whether every segment of the clean call has a delay that the call has, and less than `share` of the speech is off.
fn followed(name: &str, reference: &[f32], call: &Call, sample_rate: u32, share: f64) -> bool {
    let alignment = aligned(reference, call, sample_rate);
    let errors = call.errors_ms(reference, &alignment);
    let off = errors.iter().filter(|error| error.abs() > 2.0).count();
    let strange = call.strange_delays_s(&alignment);
    let followed = off as f64 <= share * errors.len() as f64 && strange.is_empty();
    if !followed {
        println!("{name}: {off} of {} off, strange delays {strange:?}", errors.len());
    }
    followed
}

#[test]
fn a_jump_in_the_first_or_the_last_word_is_followed() {
    let (mut calls, mut missed) = (0, 0);
    for (name, reference, sample_rate) in references() {
        let (first_s, last_s) = speech_s(&reference, sample_rate);
        for distance_s in [0.05, 0.1, 0.15] {
            for jump_s in [-0.1, -0.03, 0.02, 0.1, 0.3] {
                let end_s = last_s - distance_s - f64::max(0.0, -jump_s);
                for at_s in [first_s + distance_s, end_s] {
                    let call = Call::jumping(&reference, sample_rate, at_s, jump_s);
                    let name = format!("{name}, {jump_s} s at {at_s:.2} s");
                    calls += 1;
                    missed += usize::from(!followed(&name, &reference, &call, sample_rate, 0.002));
                }
            }
        }
    }
    assert!(100 * missed <= calls, "{missed} of {calls} missed");
}

#[test]
fn several_jumps_in_one_call_are_followed() {
    let jumps_s = [0.258, -0.083, 0.011, -0.1, 0.15, -0.022];
    for (name, reference, sample_rate) in references() {
        let (first_s, last_s) = speech_s(&reference, sample_rate);
        for (start, apart_s) in [(0, 0.8), (1, 1.1), (2, 1.3), (3, 0.9), (4, 0.8)] {
            let jumps: Vec<(f64, f64)> = (0..3)
                .map(|count| first_s + 0.4 + f64::from(count) * apart_s)
                .zip(jumps_s.into_iter().cycle().skip(start))
                .filter(|jump| jump.0 < last_s - 0.5)
                .collect();
            let call = Call::jumping_often(&reference, sample_rate, &jumps);
            let name = format!("{name}, {jumps:?}");
            assert!(followed(&name, &reference, &call, sample_rate, 0.01), "{name}");
        }
    }
}

#[test]
fn two_jumps_in_a_call_of_three_seconds_are_followed() {
    let (mut calls, mut missed) = (0, 0);
    for (name, reference, sample_rate) in references() {
        let samples = |seconds: f64| (seconds * f64::from(sample_rate)) as usize;
        for part in reference.chunks_exact(samples(3.3)) {
            for jumps in [[(1.05, -0.083), (1.88, -0.088)], [(1.0, 0.11), (2.0, 0.258)]] {
                let call = Call::jumping_often(part, sample_rate, &jumps);
                let name = format!("{name}, {jumps:?}");
                calls += 1;
                missed += usize::from(!followed(&name, part, &call, sample_rate, 0.01));
            }
        }
    }
    assert!(20 * missed <= calls, "{missed} of {calls} missed");
}

#[test]
fn a_small_jump_is_not_mistaken_for_drift() {
    for (name, reference, sample_rate) in references() {
        let word_s = calls::word_s(&reference, sample_rate);
        for jump_s in [-0.012, 0.011] {
            let call = Call::jumping(&reference, sample_rate, word_s, jump_s);
            let alignment = aligned(&reference, &call, sample_rate);
            assert_eq!(alignment.clock_drift_ppm, 0.0, "{name}, jump of {jump_s} s");
            assert_eq!(call.strange_delays_s(&alignment), [0.0; 0], "{name}, jump of {jump_s} s");
        }
    }
}

#[test]
fn an_end_that_falls_silent_was_not_moved() {
    for (name, reference, degraded, sample_rate) in pairs() {
        let at = |moment_s: f64| (moment_s * f64::from(sample_rate)) as usize;
        let mut muted = degraded.clone();
        muted[at(speech_s(&reference, sample_rate).1 - 0.12)..].fill(0.0);
        let cut = muted[..at(speech_s(&reference, sample_rate).1 - 0.12)].to_vec();
        for call in [muted, cut].map(|samples| Call::delayed(&samples, sample_rate, 0.0)) {
            let alignment = aligned(&reference, &call, sample_rate);
            let before = reference.len() * 9 / 10;
            let position = alignment.degraded_position(before).unwrap_or(f64::INFINITY);
            println!("{name}: {} segments", alignment.segments.len());
            assert_near(position, before as f64, 0.002 * f64::from(sample_rate), name);
        }
    }
}

#[test]
fn clock_drift_is_reported_within_a_tenth_and_followed() {
    for ppm in [100.0, -300.0, 1000.0, -5000.0, 10_000.0] {
        for (name, reference, degraded, sample_rate) in pairs() {
            let call = Call::drifting(&degraded, sample_rate, ppm);
            let alignment = aligned(&reference, &call, sample_rate);
            let reported = alignment.clock_drift_ppm;
            assert_near(reported, ppm, 0.1 * f64::abs(ppm), name);
            let worst = call
                .errors_ms(&reference, &alignment)
                .into_iter()
                .fold(0.0, |a: f64, b| a.max(b.abs()));
            assert!(worst <= 2.0, "{name} at {ppm} ppm: off by {worst:.2} ms");
        }
    }
}

#[test]
fn clock_drift_of_two_seconds_of_speech_is_reported_within_a_tenth() {
    for ppm in [1000.0, -1000.0, 3000.0, -3000.0, 5000.0, -5000.0, 10_000.0] {
        for (name, reference, degraded, sample_rate) in pairs() {
            let middle = reference.len() / 3..reference.len() / 3 + 2 * sample_rate as usize;
            let call = Call::drifting(&degraded[middle.clone()], sample_rate, ppm);
            let reported = aligned(&reference[middle], &call, sample_rate).clock_drift_ppm;
            assert_near(reported, ppm, 0.1 * f64::abs(ppm), name);
        }
    }
}

#[test]
fn the_warped_signal_lies_on_the_reference() {
    let (reference, sample_rate) = sample("48k/horizons-de/reference.wav");
    let call = Call::drifting(&reference, sample_rate, 1000.0);
    let alignment = aligned(&reference, &call, sample_rate);
    let warped = alignment.warp(&call.samples, &reference, &AlignmentParameters::default());
    assert_eq!(warped.len(), reference.len());
    let energy: f64 = reference.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    let error: f64 = reference.iter().zip(&warped).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    assert!(error < 0.01 * energy, "error {:.1} dB", 10.0 * (error / energy).log10());
}
