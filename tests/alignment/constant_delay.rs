//! What has one delay throughout is one segment without drift, however much it repeats itself and whatever a codec leaves
//! of its waveform: tones, notes, loops, music, vocoders.

use crate::material::random::Random;
use crate::material::recordings::{self, sample};
use crate::material::shared;
use basilar::Signal;
use basilar::alignment::{Alignment, AlignmentParameters, align};
use std::f64::consts::TAU;

const RATE: u32 = 16_000;
const DELAY_S: f64 = 0.0896;

fn aligned(reference: &[f32], degraded: &[f32], sample_rate: u32) -> Alignment {
    align(reference, degraded, sample_rate, &AlignmentParameters::default())
}

/// Twelve seconds of decaying notes, struck every half second; the same few come again and again.
fn notes() -> Vec<f32> {
    let pitches_hz = [110.0, 146.8, 110.0, 164.8, 110.0, 146.8, 196.0, 164.8];
    let value = |index: usize| {
        let time_s = index as f64 / f64::from(RATE);
        let (note, since_s) = ((time_s / 0.5) as usize, time_s % 0.5);
        let pitch_hz = pitches_hz[note * 5 % 8];
        let harmonic = |n: u32| (TAU * pitch_hz * f64::from(n) * since_s).sin() / f64::from(n);
        let attack = (since_s / 0.01).min(1.0);
        (0.1 * attack * (-4.0 * since_s).exp() * (1..12).map(harmonic).sum::<f64>()) as f32
    };
    (0..12 * RATE as usize).map(value).collect()
}

/// Delayed, with white noise 25 dB below the whole.
fn recorded(reference: &[f32]) -> Vec<f32> {
    let power = reference.iter().map(|sample| sample * sample).sum::<f32>();
    let peak = (3.0 * power / reference.len() as f32 / 316.0).sqrt();
    let silence = (DELAY_S * f64::from(RATE)).round() as usize;
    let noise = Random(1).noise(silence + reference.len(), peak);
    let heard = std::iter::repeat_n(&0.0, silence).chain(reference);
    heard.zip(noise).map(|(heard, noise)| heard + noise).collect()
}

/// Whether there is one segment and no drift.
fn is_constant(alignment: &Alignment) -> bool {
    alignment.segments.len() == 1 && alignment.clock_drift_ppm == 0.0
}

fn assert_heard_at(name: &str, alignment: &Alignment, delay_s: f64) {
    assert!(is_constant(alignment), "{name}: {alignment:?}");
    let found_s = alignment.segments[0].delay_samples / f64::from(alignment.sample_rate);
    assert!((found_s - delay_s).abs() < 0.002, "{name}: {found_s} s instead of {delay_s} s");
}

#[test]
fn repeated_notes_are_heard_at_one_delay() {
    let reference = notes();
    assert_heard_at("notes", &aligned(&reference, &recorded(&reference), RATE), DELAY_S);
}

#[test]
fn a_loop_is_heard_at_one_delay() {
    let (sentence, sample_rate) = sample("16k/horizons-en/reference.wav");
    assert_eq!(sample_rate, RATE);
    for bar_s in [0.8, 2.0] {
        let bar = &sentence[RATE as usize..][..(bar_s * f64::from(RATE)) as usize];
        let reference = bar.repeat((12.0 / bar_s) as usize);
        let alignment = aligned(&reference, &recorded(&reference), RATE);
        assert_heard_at(&format!("a loop of {bar_s} s"), &alignment, DELAY_S);
    }
}

#[test]
fn a_steady_tone_has_neither_jumps_nor_drift() {
    for pitch_hz in [110.0, 440.0, 1000.0] {
        let tone = |index: usize| (TAU * pitch_hz * index as f64 / f64::from(RATE)).sin() as f32;
        let reference: Vec<f32> = (0..8 * RATE as usize).map(|index| 0.1 * tone(index)).collect();
        let alignment = aligned(&reference, &recorded(&reference), RATE);
        assert!(is_constant(&alignment), "{pitch_hz} Hz: {alignment:?}");
    }
}

#[test]
fn vocoders_have_neither_jumps_nor_drift() {
    let table = recordings::rows(&recordings::folder().join("conditions.csv"));
    let vocoder = |codec: &str| ["codec2", "speex", "amr-nb"].contains(&codec);
    let rows: Vec<_> = table.iter().filter(|row| vocoder(&row["codec"])).collect();
    assert!(rows.len() >= 8, "{}", rows.len());
    for row in rows {
        let (reference, sample_rate) = sample(&row["reference"]);
        let (degraded, _) = sample(&row["degraded"]);
        let alignment = aligned(&reference, &degraded, sample_rate);
        assert!(is_constant(&alignment), "{}: {alignment:?}", row["degraded"]);
    }
}

/// A pair of the rated clips.
fn rated(reference: &str, degraded: &str) -> Option<Alignment> {
    let open = |name: &str| {
        let path = shared::file(&format!("listening/{name}"))?;
        Some(Signal::open(path).unwrap_or_else(|error| panic!("{error}")))
    };
    let (reference, degraded) = (open(reference)?, open(degraded)?);
    let rate = reference.sample_rate();
    let degraded = degraded.resampled(rate).expect("a rate of the signals'");
    Some(aligned(reference.samples(), degraded.samples(), rate))
}

#[test]
fn coded_music_is_heard_at_one_delay() {
    for (item, coded, delay_s) in [
        ("contrabassoon", "24kbps_aac", 0.0896),
        ("guitar", "64kbps_aac", 0.0881),
        ("moonlight", "128kbps_aac", 0.0333),
        ("steely", "lp7", 0.0),
        ("strauss", "lp35", 0.0),
    ] {
        let names = [format!("tcdaudio/{item}_ref.flac"), format!("tcdaudio/{item}_{coded}.flac")];
        let Some(alignment) = rated(&names[0], &names[1]) else { return };
        assert_heard_at(item, &alignment, delay_s);
    }
}

#[test]
fn resynthesised_speech_has_neither_jumps_nor_drift() {
    for sentence in ["mfall_dir1", "mfall_dir3", "mfall_dir5", "vec18_dir1", "vec18_dir2"] {
        for codec in ["lpcnq", "lpcnu", "melp", "speex"] {
            let name = |kind: &str| format!("genspeech-lpcnet/LPCNet_{sentence}_{kind}.flac");
            let Some(alignment) = rated(&name("ref"), &name(codec)) else { return };
            assert!(is_constant(&alignment), "{sentence} {codec}: {alignment:?}");
        }
    }
}
