//! Where on the scale well-known signals lie.

use crate::material::degradations as lab;
use crate::material::fullband_pairs::{aligned, pairs, prepared, voices};
use crate::material::near::assert_near;
use basilar::fullband::{Parameters, Reference};

#[test]
fn the_same_signal_scores_at_least_4_7() {
    for (name, voice, reference) in voices() {
        let score = reference.compare(&voice).mos_lqo;
        assert!(score >= 4.7, "{name}: {score}");
    }
}

#[test]
fn gain_and_polarity_change_nothing() {
    for (name, voice, reference) in voices() {
        let noisy = lab::with_noise(&voice, &lab::white(voice.len(), 1), 20.0);
        let expected = reference.compare(&noisy).mos_lqo;
        for factor in [-1.0, 0.178, 5.62] {
            let changed: Vec<f32> = noisy.iter().map(|sample| factor * sample).collect();
            let score = reference.compare(&changed).mos_lqo;
            assert_near(score, expected, 0.05, format_args!("{name} times {factor}"));
        }
    }
}

#[test]
fn a_gain_that_drifts_by_2_db_costs_little() {
    for (name, voice, reference) in voices() {
        let gain = |i: usize| {
            10f32.powf(0.1 * (0.4 * std::f32::consts::TAU * i as f32 / lab::RATE as f32).sin())
        };
        let drifting: Vec<f32> =
            voice.iter().enumerate().map(|(i, sample)| gain(i) * sample).collect();
        let score = reference.compare(&drifting).mos_lqo;
        assert!(score >= 4.5, "{name}: {score}");
    }
}

#[test]
fn clean_band_limits_score_as_the_fullband_e_model_rates_them() {
    for (name, voice, reference) in voices() {
        let score = |low, high| reference.compare(&lab::band_pass(&voice, low, high)).mos_lqo;
        let bands =
            [(300.0, 3400.0), (0.0, 3400.0), (100.0, 7000.0), (0.0, 7000.0), (0.0, 14_000.0)];
        let scores = bands.map(|(low, high)| score(low, high));
        println!("{name}: {scores:.2?}");
        assert!((3.0..=3.7).contains(&scores[0]), "{name}, 300 to 3400 Hz: {}", scores[0]);
        assert!((3.0..=3.7).contains(&scores[1]), "{name}, 3.4 kHz: {}", scores[1]);
        assert!((4.0..=4.5).contains(&scores[2]), "{name}, 100 Hz to 7 kHz: {}", scores[2]);
        assert!((4.0..=4.5).contains(&scores[3]), "{name}, 7 kHz: {}", scores[3]);
        assert!(scores[4] >= 4.5, "{name}, 14 kHz: {}", scores[4]);
    }
}

#[test]
fn a_voice_without_its_pitch_is_bad() {
    for (name, voice, reference) in voices() {
        let score = reference.compare(&lab::whispered(&voice, 5)).mos_lqo;
        assert!(score <= 2.5, "{name}: {score}");
    }
}

#[test]
fn silence_noise_and_other_speech_score_at_most_1_5() {
    let everyone: Vec<_> = voices().collect();
    for (index, (name, voice, reference)) in everyone.iter().enumerate() {
        let other = &everyone[(index + 1) % everyone.len()].1;
        let reversed: Vec<f32> = voice.iter().rev().copied().collect();
        let noises = [lab::white(voice.len(), 1), lab::pink(voice.len(), 2)];
        for bad in [vec![0.0; voice.len()], other.clone(), reversed].into_iter().chain(noises) {
            let score = reference.compare(&bad).mos_lqo;
            assert!(score <= 1.5, "{name}: {score}");
        }
    }
}

#[test]
fn clipped_words_dropouts_and_robotic_repeats_are_worse_than_their_energy_suggests() {
    for (name, voice, reference) in voices() {
        let score = |signal: &[f32]| reference.compare(signal).mos_lqo;
        let clipped = [20, 50, 80].map(|ms| ("front clipping", ms, lab::front_clipped(&voice, ms)));
        let holes = [50, 100].map(|ms| ("dropouts", ms, lab::dropouts(&voice, ms)));
        let robots = [50, 100].map(|ms| ("robotic repeats", ms, lab::robotic(&voice, ms)));
        for (what, ms, spoiled) in clipped.into_iter().chain(holes).chain(robots) {
            let (own, noise) = (score(&spoiled), score(&lab::as_noise(&voice, &spoiled)));
            println!("{name}: {what} of {ms} ms {own:.2}, noise of its energy {noise:.2}");
            assert!(own < noise, "{name}, {what} of {ms} ms: {own}, noise {noise}");
        }
    }
}

#[test]
fn lost_packets_cost_about_what_g_113_says() {
    // G.711 without concealment, Bpl 4.3: MOS of about 4.0, 3.3, 2.2 and 1.6 from 4.5. Which packets are lost is luck.
    const DRAWS: std::ops::Range<u64> = 3..9;
    for (rate, most, expected) in
        [(0.01, 4.5, 4.0), (0.03, 4.0, 3.3), (0.1, 3.2, 2.2), (0.2, 2.5, 1.6)]
    {
        let (mut sum, mut noise, mut count) = (0.0, 0.0, 0.0);
        for (name, voice, reference) in voices() {
            let score = |signal: &[f32]| reference.compare(signal).mos_lqo;
            for seed in DRAWS {
                let lossy = lab::packet_loss(&voice, rate, seed);
                let own = score(&lossy);
                assert!(seed != 3 || own <= most, "{name}, {rate} lost: {own}");
                (sum, count) = (sum + own, count + 1.0);
                noise += score(&lab::as_noise(&voice, &lossy));
            }
        }
        let (mean, noise) = (sum / count, noise / count);
        println!("{rate} lost: {mean:.2}, {expected} expected, noise of its energy {noise:.2}");
        assert_near(mean, expected, 0.4, format_args!("{rate} lost"));
        assert!(rate < 0.03 || mean < noise, "{rate} lost: {mean}, noise {noise}");
    }
}

#[test]
fn codecs_and_noise_neither_lose_speech_nor_repeat_it() {
    for pair in pairs().into_iter().filter(|pair| !pair.codec.is_empty()) {
        if pair.parameter.is_empty() {
            let (voice, reference) = prepared(&pair.reference);
            let missing = reference.compare(&aligned(&voice, &pair.degraded)).indicators.missing;
            assert!(missing <= 0.001, "{}: {missing}", pair.degraded.display());
        }
    }
    for (name, voice, reference) in voices() {
        let noise = lab::white(voice.len(), 1);
        for degraded in [lab::with_noise(&voice, &noise, 10.0), lab::mnru(&voice, 10.0, 3)] {
            let missing = reference.compare(&degraded).indicators.missing;
            assert!(missing <= 0.001, "{name}: {missing}");
        }
    }
}

#[test]
fn holes_and_robotic_repeats_in_words_are_heard() {
    for (name, voice, reference) in voices() {
        let score = |signal: &[f32]| reference.compare(signal).mos_lqo;
        let holes = [50, 100].map(|ms| score(&lab::dropouts(&voice, ms)));
        let robots = [50, 100].map(|ms| score(&lab::robotic(&voice, ms)));
        println!("{name}: holes {holes:.2?}, robotic {robots:.2?}");
        assert!(
            holes[0] < 3.0 && holes[1] < 2.5 && robots[0] < 4.0 && robots[1] < 3.5,
            "{name}: {holes:?} {robots:?}"
        );
    }
}

#[test]
fn what_lies_below_hearing_costs_nothing() {
    for (name, voice, reference) in voices() {
        let noisy = lab::with_noise(&voice, &lab::white(voice.len(), 1), 25.0);
        let expected = [&voice, &noisy].map(|signal| reference.compare(signal).mos_lqo);
        let rumble = |hz: f32, n: usize| (std::f32::consts::TAU * hz * n as f32 / 48_000.0).sin();
        for hz in [0.0, 5.0, 10.0, 16.0] {
            // A quarter of a period later it begins at its loudest.
            let start = if hz == 10.0 { 1200 } else { 0 };
            let below = |n| 0.05 * if hz == 0.0 { 1.0 } else { rumble(hz, n + start) };
            for (signal, expected) in [&voice, &noisy].into_iter().zip(expected) {
                let heard: Vec<f32> =
                    signal.iter().enumerate().map(|(n, sample)| sample + below(n)).collect();
                let score = reference.compare(&heard).mos_lqo;
                assert!(
                    (score - expected).abs() <= 0.02,
                    "{name}, {hz} Hz: {score}, not {expected}"
                );
            }
        }
    }
}

#[test]
fn a_score_tells_how_sure_it_is() {
    for (name, voice, reference) in voices() {
        let error = |signal: &[f32]| reference.compare(signal).mos_lqo_error.unwrap();
        let noisy = lab::with_noise(&voice, &lab::white(voice.len(), 1), 10.0);
        let [clean, noisy] = [error(&voice), error(&noisy)];
        assert!(0.0 < clean && clean < noisy && noisy < 1.0, "{name}: {clean} {noisy}");
    }
}

#[test]
fn the_model_of_version_1_still_scores_as_it_did() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/basilar-fb-1.json");
    let parameters = Parameters::from_json(path, &std::fs::read_to_string(path).unwrap()).unwrap();
    let (name, voice, _) = voices().next().unwrap();
    let reference = Reference::new(&name, &voice, parameters).unwrap();
    let noisy = lab::with_noise(&voice, &lab::white(voice.len(), 1), 20.0);
    let heard = [&voice, &noisy].map(|signal| reference.compare(signal));
    assert!(heard[0].mos_lqo >= 4.7 && heard[0].mos_lqo_error.is_none());
    let found = heard[1].indicators;
    assert!(found.dissimilarity > 0.0 && found.roughness == 0.0 && found.lost_modulation == 0.0);
}
