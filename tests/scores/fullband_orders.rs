//! The worse a degradation, the lower the score, on real speech with real codecs and in the laboratory.

use crate::material::degradations as lab;
use crate::material::fullband_pairs::{aligned, pairs, prepared, voices};
use basilar::fullband::Reference;
use std::collections::BTreeMap;

/// Scores may fall by this much where they should rise.
const TOLERANCE: f64 = 0.05;

fn assert_rising(what: &str, scores: &[f64]) {
    println!("{what}: {}", scores.iter().map(|score| format!("{score:.2} ")).collect::<String>());
    assert!(scores.len() > 1, "{what}: nothing to compare");
    assert!(scores.windows(2).all(|pair| pair[1] >= pair[0] - TOLERANCE), "{what}: {scores:?}");
}

/// Scores of every voice under a degradation that gets weaker.
fn ladder<T: Copy>(what: &str, steps: &[T], degrade: impl Fn(&[f32], T) -> Vec<f32>) {
    for (name, voice, reference) in voices() {
        let score = |&step: &T| reference.compare(&degrade(&voice, step)).mos_lqo;
        assert_rising(&format!("{what}, {name}"), &steps.iter().map(score).collect::<Vec<_>>());
    }
}

const RATIOS_DB: [f32; 9] = [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0];

#[test]
fn scores_rise_with_the_bit_rate_of_every_codec() {
    let mut ladders: BTreeMap<(String, String), Vec<(u32, f64)>> = BTreeMap::new();
    for pair in pairs() {
        if let (Some(kbps), true) = (pair.bitrate_kbps, pair.parameter.is_empty()) {
            let (voice, reference): (Vec<f32>, Reference) = prepared(&pair.reference);
            let score = reference.compare(&aligned(&voice, &pair.degraded)).mos_lqo;
            ladders.entry((pair.codec, pair.talker)).or_default().push((kbps, score));
        }
    }
    assert!(ladders.len() >= 4, "Opus, MP3, AAC and LC3");
    for ((codec, talker), mut steps) in ladders {
        steps.sort_by_key(|step| step.0);
        assert_rising(
            &format!("{codec}, {talker}"),
            &steps.iter().map(|step| step.1).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn scores_rise_with_the_ratio_of_speech_to_white_noise() {
    ladder("white noise", &RATIOS_DB, |voice, snr| {
        lab::with_noise(voice, &lab::white(voice.len(), 1), snr)
    });
}

#[test]
fn scores_rise_with_the_ratio_of_speech_to_pink_noise() {
    ladder("pink noise", &RATIOS_DB, |voice, snr| {
        lab::with_noise(voice, &lab::pink(voice.len(), 2), snr)
    });
}

#[test]
fn scores_rise_with_the_ratio_of_speech_to_babble() {
    let everyone: Vec<Vec<f32>> = voices().map(|(_, voice, _)| voice).collect();
    ladder("babble", &RATIOS_DB, |voice, snr| {
        lab::with_noise(voice, &lab::babble(voice.len(), &everyone), snr)
    });
}

#[test]
fn scores_rise_with_q_of_modulated_noise() {
    ladder("MNRU", &RATIOS_DB[1..], |voice, q| lab::mnru(voice, q, 3));
}

#[test]
fn scores_fall_with_the_rate_of_packet_loss() {
    ladder("loss", &[0.3, 0.2, 0.1, 0.05, 0.03, 0.01, 0.0], |voice, rate| {
        lab::packet_loss(voice, rate, 3)
    });
}

#[test]
fn scores_fall_with_reverberation_time() {
    ladder("reverberation", &[3.0, 2.0, 1.0, 0.7, 0.5, 0.3, 0.2], |voice, t60| {
        lab::reverberant(voice, t60, 4)
    });
}

#[test]
fn scores_rise_with_bandwidth() {
    ladder("low-pass", &[2000.0, 3400.0, 5000.0, 7000.0, 10_000.0, 14_000.0], |voice, hz| {
        lab::band_pass(voice, 0.0, hz)
    });
}
