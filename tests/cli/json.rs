//! What `--json` prints is one line that follows the schema in `schemas/`, with everything a report needs.

use crate::material::json_schema;
use crate::material::program::basilar;
use approx::assert_abs_diff_eq;
use serde_json::Value;

const REFERENCE: &str = "8k/carlo-it/reference.wav";
const JUMP: &str = "8k/carlo-it/delay-jump-in-pause-60-ms.flac";

/// The document printed by these arguments, checked against its schema.
fn document(schema: &str, arguments: &[&str], exit: i32) -> Value {
    let mut command = basilar();
    let done = command.current_dir("audio-samples").args(arguments).assert().code(exit);
    let printed = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    assert_eq!(printed.lines().count(), 1);
    let document = serde_json::from_str(&printed).unwrap();
    let schema = std::fs::read_to_string(format!("schemas/{schema}.json")).unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &document).unwrap();
    document
}

#[test]
fn a_score_follows_its_schema() {
    let found = document("score-1", &["score", "--json", REFERENCE, JUMP], 0);
    assert_eq!(found["reference"]["file"], REFERENCE);
    assert_eq!(found["model"]["name"], "p862-nb");
    assert_eq!(found["model"]["chosen_by"], "auto");
    let score = &found["scores"][0];
    assert_eq!(score["file"], JUMP);
    assert_eq!(score["quality"], "Excellent");
    assert_eq!(score["alignment"]["utterances"].as_array().unwrap().len(), 3);
}

#[test]
fn the_timeline_is_there_in_full_precision() {
    let found = document("score-1", &["score", "--json", "--model=wb-cor2", REFERENCE, JUMP], 0);
    assert_eq!(found["model"]["chosen_by"], "option");
    let [reference, degraded] = [REFERENCE, JUMP]
        .map(|path| basilar::Signal::open(format!("audio-samples/{path}")).unwrap());
    let scorer = basilar::Scorer::new(basilar::Model::wideband_corrigendum2());
    let score = scorer.score(&reference, &degraded).unwrap();
    let printed = &found["scores"][0];
    assert_abs_diff_eq!(printed["mos_lqo"].as_f64().unwrap(), score.mos_lqo, epsilon = 1e-12);
    let frames = printed["timeline"]["disturbance"].as_array().unwrap();
    let frames: Vec<f32> = frames.iter().map(|frame| frame.as_f64().unwrap() as f32).collect();
    assert_eq!(frames, score.timeline.disturbance);
}

#[test]
fn a_recording_that_cannot_be_scored_has_its_sentence() {
    let arguments = ["score", "--json", REFERENCE, "missing.wav", JUMP];
    let found = document("score-1", &arguments, 3);
    assert_eq!(found["scores"][0]["error"], "missing.wav: no such file; check the path");
    assert_eq!(found["scores"][1]["file"], JUMP);
    let found = document("score-1", &["score", "--json", "missing.wav", JUMP], 3);
    assert_eq!(found["reference"]["error"], "missing.wav: no such file; check the path");
    assert!(found["scores"].as_array().unwrap().is_empty());
}

#[test]
fn the_models_follow_their_schema() {
    let found = document("models-1", &["models", "--json"], 0);
    let options: Vec<_> =
        found["models"].as_array().unwrap().iter().map(|model| model["option"].clone()).collect();
    assert_eq!(options, ["nb", "wb", "wb-cor2", "fb"]);
}

#[test]
fn a_validation_follows_its_schema() {
    let [ratings, scores] =
        ["ratings.csv", "scores.csv"].map(|name| format!("../tests/validation/{name}"));
    let arguments = ["validate", "--json", &ratings, "--scores", &scores];
    let found = document("validation-1", &arguments, 0);
    assert_eq!(found["metrics"], serde_json::json!(["first", "second"]));
    assert_eq!(found["datasets"].as_array().unwrap().len(), 8);
}

#[test]
fn a_document_that_breaks_the_schema_is_noticed() {
    let schema = std::fs::read_to_string("schemas/score-1.json").unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let good = document("score-1", &["score", "--json", REFERENCE, JUMP], 0);
    for (pointer, wrong) in [
        ("/schema", "basilar-score/2".into()),
        ("/reference/sample_rate", 8000.5.into()),
        ("/scores/0/mos_lqo", 5.1.into()),
        ("/scores/0/quality", "good".into()),
        ("/scores/0/alignment/utterances/0", Value::Null),
        ("/scores/0/timeline/disturbance/7", Value::Null),
        ("/model", serde_json::json!({"name": "p862-nb"})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = wrong;
        assert!(json_schema::check(&schema, &bad).is_err(), "{pointer}");
    }
    let mut bad = good.clone();
    bad["extra"] = true.into();
    assert!(json_schema::check(&schema, &bad).is_err());
}
