//! `basilar estimate`: networks with adapters; what the networks of speechmos say is held to by benches/peers/estimate.py.

use crate::material::program::{basilar, printed, said};
use crate::material::{json_schema, recordings, wav};
use approx::assert_abs_diff_eq;
use basilar::table::{read, text};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const ADAPTER: &str = "tests/estimate/loudness.json";
const RECORDING: &str = "audio-samples/8k/carlo-it/reference.wav";

/// What the program says of a recording by the adapter.
fn document(adapter: &str, file: &str, exit: i32) -> Value {
    let arguments = ["estimate", "--json", "--estimator", adapter, file];
    let done = basilar().args(arguments).assert().code(exit);
    let document: Value = serde_json::from_str(&printed(&done)).unwrap();
    let schema = fs::read_to_string("schemas/estimates-1.json").unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &document).unwrap();
    document["recordings"][0]["estimators"][0].clone()
}

/// Mean height and power over windows of two seconds, one second apart.
fn expected(samples: &[f32]) -> [f64; 2] {
    let mut samples = samples.to_vec();
    while samples.len() < 16_000 {
        samples.extend_from_within(..);
    }
    let count = (samples.len() / 8000).saturating_sub(2) + 1;
    let windows: Vec<&[f32]> = (0..count).map(|at| &samples[8000 * at..][..16_000]).collect();
    let mean = |value: fn(f64) -> f64| {
        let of = |window: &&[f32]| {
            window.iter().map(|&x| value(f64::from(x))).sum::<f64>() / window.len() as f64
        };
        windows.iter().map(of).sum::<f64>() / windows.len() as f64
    };
    [mean(f64::abs), 1.0 + 10.0 * mean(|x| x * x)]
}

/// A recording of 16 bits at 8 kHz.
fn recording(folder: &TempDir, samples: &[f32]) -> String {
    let path = folder.path().join("made.wav");
    wav::write_rounded(&path, 8000, samples);
    path.display().to_string()
}

#[test]
fn estimates_are_means_over_windows_whatever_the_length() {
    let folder = tempfile::tempdir().unwrap();
    let (speech, _) = recordings::sample("8k/carlo-it/reference.wav");
    let lengths = [400, 8000, 16_000, 23_999, speech.len()];
    for samples in lengths.map(|length| speech[speech.len() - length..].to_vec()) {
        let found = document(ADAPTER, &recording(&folder, &samples), 0);
        for (place, expected) in expected(&samples).into_iter().enumerate() {
            let estimate = found["estimates"][place]["estimate"].as_f64().unwrap();
            assert_abs_diff_eq!(estimate, expected, epsilon = 1e-5);
        }
    }
    let silent = document(ADAPTER, &recording(&folder, &[0.0; 8000]), 0);
    assert_eq!(silent["estimates"][0]["estimate"], 0.0);
    assert_eq!(silent["windows"], 1);
}

#[test]
fn a_table_names_estimator_and_scale_beside_each_estimate() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("estimates.parquet");
    let path = table.display().to_string();
    let arguments = ["estimate", "--estimator", ADAPTER, RECORDING, "-o", &path];
    basilar().args(arguments).assert().code(0);
    let rows: Vec<_> = read(&table).unwrap().map(|row| row.unwrap()).collect();
    let cells = |name: &str| rows.iter().map(|row| text(row.get(name))).collect::<Vec<_>>();
    assert_eq!(cells("estimator"), ["loudness", "loudness"]);
    assert_eq!(cells("measure"), ["height", "power"]);
    assert_eq!(cells("scale"), ["share of full scale", "ten times the mean square, plus one"]);
    assert_eq!(cells("windows"), ["5", "5"]);
}

#[test]
fn what_cannot_be_estimated_has_its_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let networks = folder.path().display().to_string();
    let refused = |arguments: &[&str], exit: i32, words: &str| {
        let done = basilar().arg("estimate").args(arguments).assert().code(exit);
        assert!(said(&done).contains(words), "{}", said(&done));
        assert!(!said(&done).contains("panic"), "{}", said(&done));
    };
    refused(&["--estimator", "nisqa", RECORDING], 2, "not an estimator; give dnsmos-p835, ");
    let plcmos = ["--estimator", "plcmos", "--networks", &networks, RECORDING];
    refused(&plcmos, 2, "pip install \"basilar[estimate]\"");
    fs::write(folder.path().join("plcmos_v2.onnx"), "no network").unwrap();
    refused(&plcmos, 2, "not the network that the adapter plcmos was made for");
    let adapter = fs::read_to_string(ADAPTER).unwrap();
    let changed = |from: &str, to: &str| {
        let path = folder.path().join("changed.json");
        assert!(adapter.contains(from));
        fs::write(&path, adapter.replace(from, to)).unwrap();
        path.display().to_string()
    };
    let own = |word: &str| {
        fs::copy(Path::new("tests/estimate/loudness.onnx"), folder.path().join("loudness.onnx"))
            .unwrap();
        let (path, words) = match word {
            "text" => {
                fs::write(folder.path().join("loudness.onnx"), "no network").unwrap();
                (changed("1.0.0", "2.0.0"), "not an ONNX file")
            }
            "value" => (changed("\"samples\",\n", "\"sounds\",\n"), "it has no value sounds"),
            "hop" => (changed("\"hop\": 8000", "\"hop\": 0"), "must not be 0 or empty"),
            "field" => (changed("\"licence\"", "\"license\""), "unknown field `license`"),
            _ => (changed("\"place\": 1", "\"place\": 7"), "its output has no place 7"),
        };
        let exit = if word == "place" { 3 } else { 2 };
        refused(&["--estimator", &path, RECORDING], exit, words);
    };
    ["text", "value", "hop", "field", "place"].into_iter().for_each(own);
    refused(&["--estimator", ADAPTER, "missing.wav"], 3, "missing.wav: no such file");
}

#[test]
fn estimators_are_metrics_of_a_validation() {
    let folder = tempfile::tempdir().unwrap();
    let files = fs::read_dir("audio-samples/8k/carlo-it").unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut ratings = "reference,degraded,score\n".to_owned();
    for (place, file) in files.iter().take(6).enumerate() {
        let file = fs::canonicalize(file).unwrap();
        ratings += &format!("none.wav,{},{}\n", file.display(), 1.0 + 0.5 * place as f64);
    }
    let path = folder.path().join("ratings.csv");
    fs::write(&path, ratings).unwrap();
    let path = path.display().to_string();
    let arguments = ["validate", &path, "--estimator", ADAPTER, "--json"];
    let done = basilar().args(arguments).assert().code(0);
    let document: Value = serde_json::from_str(&printed(&done)).unwrap();
    assert_eq!(document["metrics"], serde_json::json!(["loudness height", "loudness power"]));
    let statistics = &document["datasets"][0]["clips"]["metrics"][1];
    assert_eq!(statistics["count"], 6, "{statistics}");
}
