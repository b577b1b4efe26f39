//! What a diagnosis promises, on shipped speech with faults put in here.

#[path = "diagnosis/alone.rs"]
mod alone;
#[path = "material/mod.rs"]
mod material;

use basilar::diagnosis::{Diagnosis, Finding, Kind};
use basilar::{Model, Scorer, Signal};

const RATE: u32 = 16_000;

fn reference() -> Signal {
    Signal::open("audio-samples/16k/horizons-en/reference.wav").expect("a shipped sample")
}

fn diagnosed(reference: &Signal, samples: Vec<f32>) -> Diagnosis {
    let prepared = Scorer::new(Model::wideband()).prepare(reference).expect("speech");
    let degraded = Signal::new("degraded", samples, RATE);
    prepared.explain(&degraded).expect("a score").diagnosis.expect("what was asked for")
}

fn only(diagnosis: &Diagnosis, kind: Kind) -> &Finding {
    let own: Vec<&Finding> =
        diagnosis.findings.iter().filter(|finding| finding.kind == kind).collect();
    assert_eq!(own.len(), 1, "{diagnosis:?}");
    own[0]
}

/// The middle of the loudest 200 ms, in samples.
fn loudest(samples: &[f32]) -> usize {
    let length = RATE as usize / 5;
    let energy = |at: &usize| samples[*at..][..length].iter().map(|x| x * x).sum::<f32>();
    let places = (0..samples.len() - length).step_by(160);
    let at = places.max_by(|a, b| energy(a).total_cmp(&energy(b))).expect("samples");
    at + length / 2
}

#[test]
fn a_perfect_copy_has_no_finding() {
    let reference = reference();
    let diagnosis = diagnosed(&reference, reference.samples().to_vec());
    assert_eq!(diagnosis, Diagnosis::default());
}

#[test]
fn delay_and_a_little_less_level_are_no_fault() {
    let reference = reference();
    let mut samples = vec![0.0; 5000];
    samples.extend(reference.samples().iter().map(|x| 0.8 * x));
    assert_eq!(diagnosed(&reference, samples), Diagnosis::default());
}

#[test]
fn a_hole_is_found_where_it_is_and_has_a_price() {
    let reference = reference();
    let mut samples = reference.samples().to_vec();
    let start = loudest(&samples) - 640;
    samples[start..start + 1280].fill(0.0);
    let diagnosis = diagnosed(&reference, samples);
    let hole = only(&diagnosis, Kind::LostSpeech);
    assert!((hole.start_s.unwrap() - start as f64 / 16_000.0).abs() < 0.01, "{hole:?}");
    assert!((hole.value - 80.0).abs() < 10.0, "{hole:?}");
    assert!(hole.cost_mos.unwrap() > 0.1, "{hole:?}");
    assert_eq!(diagnosis.main_cause(), Some(Kind::LostSpeech));
}

#[test]
fn a_packet_played_twice_is_a_repetition() {
    let reference = reference();
    let mut samples = reference.samples().to_vec();
    let start = loudest(&samples) - 640;
    samples.copy_within(start - 1280..start, start);
    let diagnosis = diagnosed(&reference, samples);
    let repeated = only(&diagnosis, Kind::RepeatedSpeech);
    assert!((repeated.value - 80.0).abs() < 20.0, "{repeated:?}");
}

#[test]
fn level_is_measured_and_costs_nothing_where_the_model_does_not_mind() {
    let reference = reference();
    let samples = reference.samples().iter().map(|x| 0.2 * x).collect();
    let diagnosis = diagnosed(&reference, samples);
    let level = only(&diagnosis, Kind::LevelOffset);
    assert!((level.value + 13.98).abs() < 0.1, "{level:?}");
    assert!(level.cost_mos.unwrap().abs() < 0.05, "{level:?}");
}

#[test]
fn another_recording_and_silence_end_the_list() {
    let reference = reference();
    let other = Signal::open("audio-samples/16k/librivox-en/reference.wav").expect("a sample");
    let diagnosis = diagnosed(&reference, other.samples().to_vec());
    assert_eq!(diagnosis.causes(), [(Kind::WrongRecording, None)]);
    let faint = reference.samples().iter().map(|x| 1e-5 * x).collect();
    let diagnosis = diagnosed(&reference, faint);
    assert_eq!(diagnosis.causes(), [(Kind::NothingHeard, None)]);
}

#[test]
fn noise_and_its_level_are_told() {
    let reference = reference();
    let mut state = 7u32;
    let mut white = || {
        let mut sum = 0.0;
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            sum += (state >> 8) as f32 / (1 << 24) as f32;
        }
        sum - 6.0
    };
    let rms = 10f64.powf((reference.speech_level().active_dbov - 20.0) / 20.0) as f32;
    let samples = reference.samples().iter().map(|x| x + rms * white()).collect();
    let diagnosis = diagnosed(&reference, samples);
    let noise = only(&diagnosis, Kind::Noise);
    assert!((noise.value - 20.0).abs() < 2.0, "{noise:?}");
    assert_eq!(diagnosis.main_cause(), Some(Kind::Noise));
}

#[test]
fn every_finding_says_itself_in_words() {
    let reference = reference();
    let samples = reference.samples().iter().map(|x| (4.0 * x).clamp(-0.1, 0.1)).collect();
    for finding in diagnosed(&reference, samples).findings {
        assert!(!finding.words.is_empty(), "{finding:?}");
        assert!((0.0..=1.0).contains(&finding.confidence), "{finding:?}");
    }
}

#[test]
fn the_names_of_kinds_are_stable() {
    let names = [
        (Kind::LostSpeech, "lost_speech"),
        (Kind::RepeatedSpeech, "repeated_speech"),
        (Kind::Inserted, "inserted"),
        (Kind::DelayJump, "delay_jump"),
        (Kind::JitterBuffer, "jitter_buffer"),
        (Kind::ClockDrift, "clock_drift"),
        (Kind::LevelOffset, "level_offset"),
        (Kind::LevelPumping, "level_pumping"),
        (Kind::Clipping, "clipping"),
        (Kind::Noise, "noise"),
        (Kind::Hum, "hum"),
        (Kind::BandLimit, "band_limit"),
        (Kind::Coloration, "coloration"),
        (Kind::Echo, "echo"),
        (Kind::Reverberation, "reverberation"),
        (Kind::CodingDistortion, "coding_distortion"),
        (Kind::WrongRecording, "wrong_recording"),
        (Kind::NothingHeard, "nothing_heard"),
        (Kind::DcOffset, "dc_offset"),
        (Kind::DigitalSilence, "digital_silence"),
        (Kind::OneWayCall, "one_way_call"),
        (Kind::LittleSpeech, "little_speech"),
    ];
    for (kind, name) in names {
        assert_eq!(kind.name(), name);
        assert_eq!(name.parse(), Ok(kind));
    }
}

#[test]
fn a_resonance_is_a_matter_of_the_response_not_of_the_level() {
    let reference = reference();
    // A peak of 18 dB at 1 kHz (the audio EQ cookbook's peaking filter with Q 2), at the reference's own power.
    let (amplitude, omega) = (10f64.powf(18.0 / 40.0), std::f64::consts::TAU * 1000.0 / 16_000.0);
    let alpha = omega.sin() / 4.0;
    let a0 = 1.0 + alpha / amplitude;
    let (b0, b2) = ((1.0 + alpha * amplitude) / a0, (1.0 - alpha * amplitude) / a0);
    let (b1, a2) = (-2.0 * omega.cos() / a0, (1.0 - alpha / amplitude) / a0);
    let (mut x, mut y) = ([0.0f64; 2], [0.0f64; 2]);
    let mut ring = |&sample: &f32| {
        let now = f64::from(sample);
        let out = b0 * now + b1 * x[0] + b2 * x[1] - b1 * y[0] - a2 * y[1];
        (x, y) = ([now, x[0]], [out, y[0]]);
        out as f32
    };
    let rung: Vec<f32> = reference.samples().iter().map(&mut ring).collect();
    let power = |samples: &[f32]| samples.iter().map(|x| x * x).sum::<f32>();
    let gain = (power(reference.samples()) / power(&rung)).sqrt();
    let diagnosis = diagnosed(&reference, rung.iter().map(|x| gain * x).collect());
    assert_eq!(diagnosis.main_cause(), Some(Kind::Coloration), "{diagnosis:?}");
}

#[test]
fn a_jump_in_a_pause_is_a_change_of_delay_and_nothing_else() {
    let reference = reference();
    let samples = reference.samples();
    // The pause between the two prompts: half a second of faint noise.
    let length = RATE as usize / 4;
    let energy = |at: &usize| samples[*at..][..length].iter().map(|x| x * x).sum::<f32>();
    let places = (RATE as usize..samples.len() - 2 * RATE as usize).step_by(160);
    let quiet = places.min_by(|a, b| energy(a).total_cmp(&energy(b))).expect("samples");
    let mut jumped = samples[..quiet + length / 2].to_vec();
    jumped.extend_from_slice(&samples[quiet..quiet + 960]);
    jumped.extend_from_slice(&samples[quiet + length / 2..]);
    let diagnosis = diagnosed(&reference, jumped);
    let jump = only(&diagnosis, Kind::DelayJump);
    assert!((jump.value - 60.0).abs() < 2.0, "{jump:?}");
    assert_eq!(diagnosis.causes().len(), 1, "{diagnosis:?}");
}
