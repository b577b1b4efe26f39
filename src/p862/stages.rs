//! Stage by stage against the reference program's intermediate results, on every recorded case.

use super::delay::Pair;
use super::*;
use crate::dsp::correlation::Correlator;
use crate::model::{Model, Parameters};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Tolerance of single frames: rounding decides whether a band at the floor of the asymmetry factor counts.
const FRAME: f64 = 4e-2;

/// The folder of conformance material, if there is one.
fn shared() -> Option<PathBuf> {
    let folder =
        std::env::var_os("BASILAR_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    if folder.join("p862/stages.json").exists() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("BASILAR_REQUIRE_SHARED").is_none(),
        "no conformance material in {}",
        folder.display()
    );
    println!("skipped: no conformance material in {} (set BASILAR_SHARED)", folder.display());
    None
}

fn signal(path: &Path) -> Signal {
    Signal::open(path).unwrap_or_else(|error| panic!("{error}"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .map(|values| values.iter().map(|v| v.as_f64().unwrap()).collect())
        .unwrap_or_default()
}

/// Largest difference relative to the largest expected magnitude, or to 1 where that is smaller.
fn relative(ours: &[f64], theirs: &[f64]) -> f64 {
    if ours.len() != theirs.len() {
        return f64::INFINITY;
    }
    let scale = theirs.iter().fold(1f64, |max, v| max.max(v.abs()));
    ours.iter().zip(theirs).fold(0.0, |max, (a, b)| max.max((a - b).abs() / scale))
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// The first stage that differs, by name.
fn compare(p: &Arc<P862>, reference: &Path, degraded: &Path, expected: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |stage: &str, ours: &[f64], theirs: &[f64], tolerance: f64| {
        let difference = relative(ours, theirs);
        if difference > tolerance {
            let show =
                |v: &[f64]| v.iter().take(12).map(|x| format!("{x}")).collect::<Vec<_>>().join(" ");
            wrong.push(format!(
                "{stage}: off by {difference:.2e}\n    ours   {}\n    theirs {}",
                show(ours),
                show(theirs)
            ));
        }
    };
    let reference_signal = signal(reference);
    let prepared = Prepared::new(p, &reference_signal).unwrap();
    let setup = setup(p, prepared.sample_rate);
    let source = Source::new(setup, "degraded", signal(degraded).samples()).unwrap();
    let longest = prepared.source.length().max(source.length());
    let (reference, degraded) = prepared.level(setup, &source, longest);
    for (name, ours) in [("reference", &reference.levelled), ("degraded", &degraded)] {
        let theirs = &expected["level"][name];
        check("power", &[f64::from(ours.power)], &[theirs["power"].as_f64().unwrap()], 2.5e-7);
        check("scale", &[f64::from(ours.scale)], &[theirs["scale"].as_f64().unwrap()], 2.5e-7);
    }
    for (i, ours) in [&reference.levelled, &degraded].into_iter().enumerate() {
        let theirs = &expected["vad"][i];
        let runs = voice_activity::runs(&ours.activity.energy);
        let runs: Vec<f64> =
            runs.iter().flat_map(|run| [run.start as f64, run.end as f64]).collect();
        let their_runs: Vec<f64> =
            theirs["runs"].as_array().unwrap().iter().flat_map(numbers).collect();
        check(
            "windows",
            &[ours.activity.energy.len() as f64],
            &[theirs["windows"].as_f64().unwrap()],
            0.0,
        );
        check(
            "threshold",
            &[f64::from(ours.activity.threshold)],
            &[theirs["threshold"].as_f64().unwrap()],
            5e-5,
        );
        check("runs", &runs, &their_runs, 0.0);
        let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
        check(
            "energy_sum",
            &[sum(&ours.activity.energy)],
            &[theirs["energy_sum"].as_f64().unwrap()],
            2e-6,
        );
        check("log_sum", &[sum(&ours.activity.log)], &[theirs["log_sum"].as_f64().unwrap()], 2e-5);
    }
    let pair = Pair { setup, reference: &reference.levelled, degraded: &degraded };
    let mut correlator = Correlator::default();
    check(
        "crude_delay",
        &[pair.crude_delay(&mut correlator) as f64],
        &[expected["crude_delay"].as_f64().unwrap()],
        0.0,
    );
    let utterances = delay::align(setup, &reference.levelled, &degraded).unwrap();
    let ours: Vec<f64> = utterances
        .iter()
        .enumerate()
        .flat_map(|(u, utterance)| {
            [u as i64, utterance.start, utterance.end, utterance.coarse, utterance.delay]
        })
        .map(|v| v as f64)
        .collect();
    let theirs: Vec<f64> = expected["utt"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| numbers(row)[..5].to_vec())
        .collect();
    check("utt", &ours, &theirs, 0.0);
    let ours: Vec<f64> = utterances.iter().map(|u| f64::from(u.confidence)).collect();
    let theirs: Vec<f64> =
        expected["utt"].as_array().unwrap().iter().map(|row| numbers(row)[5]).collect();
    check("confidence", &ours, &theirs, 0.02);
    let active = &reference.frames.active;
    check(
        "frames",
        &[active.first as f64, active.end as f64 - 1.0],
        &numbers(&expected["frames"]),
        0.0,
    );
    let silent: String =
        reference.frames.silent.iter().map(|&s| if s { '1' } else { '0' }).collect();
    if silent != expected["silent"].as_str().unwrap() {
        check("silent", &[0.0], &[1.0], 0.0);
    }
    let compared = FrameComparison::new(setup, &reference.frames, &degraded.samples, &utterances)
        .compare(&reference.levelled.samples, &degraded.samples, longest);
    check("avg_ref", &wide(&reference.frames.average), &numbers(&expected["avg_ref"]), 1e-5);
    check(
        "avg_deg",
        &wide(&compared.stages.average_degraded),
        &numbers(&expected["avg_deg"]),
        1e-5,
    );
    check(
        "first_pass_d",
        &wide(&compared.stages.first_symmetric),
        &numbers(&expected["first_pass_d"]),
        FRAME,
    );
    check(
        "first_pass_a",
        &wide(&compared.stages.first_asymmetric),
        &numbers(&expected["first_pass_a"]),
        FRAME,
    );
    let ours: Vec<f64> = compared
        .stages
        .bad
        .iter()
        .flat_map(|bad| [bad.frames.start as f64, bad.frames.end as f64, bad.delay as f64])
        .collect();
    let theirs: Vec<f64> = expected["bad"]
        .as_array()
        .map(|rows| rows.iter().flat_map(numbers).collect())
        .unwrap_or_default();
    check("bad", &ours, &theirs, 0.0);
    check("final_d", &wide(&compared.symmetric), &numbers(&expected["final_d"]), FRAME);
    check("final_a", &wide(&compared.asymmetric), &numbers(&expected["final_a"]), FRAME);
    let pooled = pooling::pool(setup, active, &compared, longest);
    check("indicators", &pooled.indicators, &numbers(&expected["indicators"]), 1e-3);
    check("raw", &[pooled.raw], &[expected["raw"].as_f64().unwrap()], 1e-4);
    wrong
}

/// The reference that the tables of scores pair with a degraded file.
fn reference_of(degraded: &str, p862: &Path) -> String {
    let tables = ["scores.csv", "long/scores.csv", "annex-a/expected.csv"];
    let rows = tables
        .iter()
        .map(|table| std::fs::read_to_string(p862.join(table)).unwrap())
        .collect::<String>();
    let row = rows.lines().find(|row| row.split(',').nth(1) == Some(degraded)).unwrap();
    row.split(',').next().unwrap().to_owned()
}

#[test]
fn every_stage_equals_the_reference_program() {
    let Some(shared) = shared() else { return };
    let p862 = shared.join("p862");
    let stages: Value =
        serde_json::from_str(&std::fs::read_to_string(p862.join("stages.json")).unwrap()).unwrap();
    let mut wrong = 0;
    let mut cases = 0;
    for (set, files) in stages.as_object().unwrap() {
        let model = match set.rsplit("long_").next().unwrap() {
            "wb" => Model::wideband(),
            "wb_cor2" => Model::wideband_corrigendum2(),
            _ => Model::narrowband(),
        };
        let folder = match set.as_str() {
            "annex_a_nb8" => p862.join("annex-a"),
            "nb8" => p862.join("8k"),
            "long_nb8" => p862.join("long/8k"),
            long if long.starts_with("long_") => p862.join("long/16k"),
            _ => p862.join("16k"),
        };
        for (degraded, expected) in files.as_object().unwrap() {
            let reference = reference_of(degraded, &p862);
            let Parameters::P862(p) = model.parameters() else { unreachable!("P.862 by name") };
            let found = compare(p, &folder.join(&reference), &folder.join(degraded), expected);
            cases += 1;
            if !found.is_empty() {
                wrong += 1;
                println!("{set} {degraded}\n  {}", found.join("\n  "));
            }
        }
    }
    assert_eq!(wrong, 0, "of {cases} cases");
}
