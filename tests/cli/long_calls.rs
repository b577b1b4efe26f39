//! Long recordings are scored stretch by stretch: cut in pauses, followed through changes of delay, honest about gaps.

use crate::material::long_calls::{Call, FIRST_DELAY_S, RATE, SECOND_DELAY_S, call, wav};
use crate::material::near::assert_near;
use crate::material::program::basilar;
use crate::material::wav::encode_float;
use crate::material::{json_schema, recordings};
use assert_cmd::Command;
use basilar::{Model, Scorer, Signal};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;

/// Five minutes.
static CALL: LazyLock<Call> = LazyLock::new(|| call(36));

/// What is said of it by one job.
static SCORE: LazyLock<Value> =
    LazyLock::new(|| timeline(&CALL.reference, &CALL.degraded, &["--jobs", "1"]));

fn score(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = basilar();
    command.current_dir(folder).args(["score", "--timeline"]).args(arguments);
    command
}

/// What `--json` says of a pair, checked against its schema.
fn timeline(reference: &[f32], degraded: &[f32], arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    wav(&folder.path().join("reference.wav"), reference);
    wav(&folder.path().join("degraded.wav"), degraded);
    let files = ["--json", "reference.wav", "degraded.wav"];
    let done = score(folder.path(), &[&files, arguments].concat()).assert().code(0);
    let document: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    let schema = std::fs::read_to_string("schemas/timeline-1.json").unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &document).unwrap();
    document["scores"][0].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

/// Start and end of each stretch, in samples of the reference.
fn stretches(score: &Value) -> impl Iterator<Item = (usize, usize, &Value)> {
    let sample = |value: &Value| (number(value) * RATE as f64).round() as usize;
    let stretches = score["stretches"].as_array().unwrap().iter();
    stretches.map(move |stretch| (sample(&stretch["start_s"]), sample(&stretch["end_s"]), stretch))
}

#[test]
fn stretches_last_6_to_12_s_cover_all_speech_and_are_cut_in_pauses() {
    let (reference, score) = (&CALL.reference, &*SCORE);
    let power = |samples: &[f32]| {
        let sum: f64 = samples.iter().map(|&x| f64::from(x).powi(2)).sum();
        10.0 * (sum / samples.len().max(1) as f64).log10()
    };
    let mut covered = 0;
    for (start, end, _) in stretches(score) {
        assert!((6 * RATE..=12 * RATE).contains(&(end - start)), "{start} to {end}");
        assert!(power(&reference[covered..start]) < -60.0, "left out: {covered} to {start}");
        for cut in [start, end] {
            let around = cut.saturating_sub(RATE / 20)..(cut + RATE / 20).min(reference.len());
            assert!(power(&reference[around]) < -50.0, "a cut at {cut} is in speech");
        }
        covered = end;
    }
    assert!(power(&reference[covered..]) < -60.0);
}

#[test]
fn each_stretch_scores_as_the_same_cut_does_by_itself() {
    let Call { reference, degraded, jump } = &*CALL;
    let scorer = Scorer::new(Model::wideband());
    let (mut largest, mut compared) = (0.0f64, 0);
    for (start, end, stretch) in stretches(&SCORE) {
        let delay_s = if start < jump - RATE { FIRST_DELAY_S } else { SECOND_DELAY_S };
        if (start..end).contains(jump) && jump.abs_diff(start).min(jump.abs_diff(end)) > RATE {
            continue;
        }
        let delay = (delay_s * RATE as f64) as usize;
        let heard = &degraded[start + delay..(end + delay).min(degraded.len())];
        let [own, heard] = [&reference[start..end], heard]
            .map(|samples| Signal::new("cut", samples.to_vec(), RATE as u32));
        let alone = scorer.score(&own, &heard).unwrap();
        largest = largest.max((number(&stretch["mos_lqo"]) - alone.mos_lqo).abs());
        // Speex is late by 14 ms of its own, more where it was slowed down.
        let late = number(&stretch["delay_s"]) - delay_s;
        assert!((-0.002..0.02).contains(&late), "{stretch}: {late}");
        compared += 1;
    }
    println!("{compared} stretches, largest difference {largest:.4}");
    assert!(compared > 25 && largest < 0.05, "{largest} over {compared}");
}

#[test]
fn a_bad_middle_is_worse_than_beginning_and_end() {
    let part = |name: &str| number(&SCORE[name]["mos_lqo"]);
    let [beginning, middle, end] = ["beginning", "middle", "end"].map(part);
    assert!(middle + 1.0 < beginning && middle + 1.0 < end, "{beginning} {middle} {end}");
    let mean = (beginning + middle + end) / 3.0;
    assert_near(part("whole"), mean, 0.05, "whole");
}

#[test]
fn the_number_of_jobs_changes_nothing() {
    let Call { reference, degraded, .. } = &*CALL;
    assert_eq!(timeline(reference, degraded, &["--jobs", "5"]), *SCORE);
}

#[test]
fn less_than_twelve_seconds_are_one_stretch_that_scores_as_ever() {
    let folder = recordings::folder().join("16k/horizons-en");
    let files = ["--json", "reference.wav", "opus-12-kbps.wav"];
    let done = score(&folder, &files).assert().code(0);
    let document: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    let long = &document["scores"][0];
    assert_eq!(long["stretches"].as_array().unwrap().len(), 1);
    let open = |file: &str| Signal::open(folder.join(file)).unwrap();
    let scorer = Scorer::new(Model::wideband());
    let short = scorer.score(&open("reference.wav"), &open("opus-12-kbps.wav")).unwrap();
    for part in ["whole", "beginning", "middle", "end"] {
        let found = number(&long[part]["mos_lqo"]);
        assert_near(found, short.mos_lqo, 0.002, part);
    }
}

#[test]
fn what_was_not_recorded_is_told_and_not_scored() {
    let Call { reference, degraded, .. } = &*CALL;
    let (head, tail) = (30 * RATE, 40 * RATE);
    let score = timeline(reference, &degraded[head..degraded.len() - tail], &[]);
    let missing = score["not_recorded_s"].as_array().unwrap();
    let seconds = |range: &Value| number(&range[1]) - number(&range[0]);
    let lost: f64 = missing.iter().map(seconds).sum();
    assert!((58.0..82.0).contains(&lost), "{missing:?}");
    assert!(score["warnings"][0].as_str().unwrap().contains("not scored"), "{score}");
    for ((.., stretch), (.., before)) in stretches(&score).zip(stretches(&SCORE)) {
        let not_recorded = stretch["mos_lqo"].is_null();
        let cut = !stretch["warnings"].as_array().unwrap().is_empty();
        if !not_recorded && !cut {
            let [found, expected] = [stretch, before].map(|stretch| number(&stretch["mos_lqo"]));
            assert_near(found, expected, 0.02, stretch);
        }
    }
    assert!(stretches(&score).last().unwrap().2["mos_lqo"].is_null());
}

#[test]
fn a_lost_connection_counts_as_the_lowest_score() {
    let Call { reference, degraded, .. } = &*CALL;
    let mut interrupted = degraded.clone();
    interrupted[60 * RATE..90 * RATE].fill(0.0);
    let score = timeline(reference, &interrupted, &[]);
    let inside = |start: usize, end: usize| start > 60 * RATE && end < 89 * RATE;
    let silent: Vec<_> = stretches(&score).filter(|(start, end, _)| inside(*start, *end)).collect();
    assert!(silent.len() > 1);
    for (.., stretch) in silent {
        assert_eq!(number(&stretch["mos_lqo"]), Model::wideband().mos_lqo_range()[0], "{stretch}");
        assert!(stretch["error"].as_str().unwrap().contains("loss of connection"), "{stretch}");
    }
    // What comes after is found again.
    let (.., last) = stretches(&score).last().unwrap();
    assert_near(number(&last["delay_s"]), SECOND_DELAY_S, 0.016, last);
}

#[test]
fn recordings_of_different_rates_and_the_fullband_model_work_too() {
    let Call { reference, degraded, .. } = &*CALL;
    let minute = |samples: &[f32]| samples[..60 * RATE].to_vec();
    let folder = tempfile::tempdir().unwrap();
    wav(&folder.path().join("reference.wav"), &minute(reference));
    wav(&folder.path().join("wide.wav"), &minute(degraded));
    let wide = Signal::open(folder.path().join("wide.wav")).unwrap();
    let narrow = wide.resampled(8000).unwrap();
    let file = std::fs::File::create(folder.path().join("narrow.wav")).unwrap();
    encode_float(file, 8000, narrow.samples().iter().map(|&sample| [0.0, sample]));
    for (model, degraded) in [("fb", "wide.wav"), ("nb", "narrow.wav")] {
        let files = ["--json", "--model", model, "--channel", "right", "reference.wav", degraded];
        let mut files = files.to_vec();
        if degraded == "wide.wav" {
            files.retain(|word| !["--channel", "right"].contains(word));
        }
        let done = score(folder.path(), &files).assert().code(0);
        let document: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
        let found = &document["scores"][0];
        assert!(number(&found["whole"]["mos_lqo"]) > 3.0, "{found}");
        for (.., stretch) in stretches(found) {
            let late = number(&stretch["delay_s"]) - FIRST_DELAY_S;
            assert!((-0.003..0.017).contains(&late), "{stretch}");
        }
    }
}

#[test]
fn what_cannot_be_scored_in_stretches_says_why() {
    let folder = tempfile::tempdir().unwrap();
    wav(&folder.path().join("silent.wav"), &vec![0.0; 20 * RATE]);
    wav(&folder.path().join("speech.wav"), &CALL.reference[..20 * RATE]);
    for (files, reason) in [
        (["silent.wav", "speech.wav"], "silent.wav: no speech"),
        (["speech.wav", "missing.wav"], "missing.wav: no such file"),
        (
            ["speech.wav", "-"],
            "-: a pipe or device can be read only once; save what it gives in a file first",
        ),
    ] {
        let done = score(folder.path(), &files).assert().code(3);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains(reason), "{said}");
        let done = score(folder.path(), &[&["--json"], &files[..]].concat()).assert().code(3);
        let document: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
        let schema = std::fs::read_to_string("schemas/timeline-1.json").unwrap();
        json_schema::check(&serde_json::from_str(&schema).unwrap(), &document).unwrap();
    }
}
