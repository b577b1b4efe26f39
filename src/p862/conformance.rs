//! Stage by stage against the reference program's intermediate results, on every recorded case.

use super::disturbance::FrameComparison;
use super::level::Source;
use super::pair::Pair;
use super::perceptual::{DegradedFrames, ReferenceFrames};
use super::realignment::BadInterval;
use super::setup::Setup;
use super::utterance::Utterance;
use super::voice_activity::{self, Activity};
use super::{Prepared, delay, pooling};
use crate::dsp::correlation::Correlator;
use crate::model::{Model, P862, Parameters};
use crate::signal::Signal;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Tolerance of single frames: rounding decides whether a band at the floor of the asymmetry factor counts.
const FRAME: f64 = 4e-2;

/// Noise without speech: two lags of an utterance, one sample apart, have votes that are equal but for the last bits.
/// Which one wins depends on how wide the processor's registers are, and what follows from it differs; the raw score, which
/// moves by 0.00007, is held to the same limit as any other.
const TIED: (&str, &str) = ("nb8", "deg_en-agent-alreadyon_noise-only.wav");

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

/// The numbers of an array, or one number alone; none where there is nothing.
fn list(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().map(|v| v.as_f64().unwrap()).collect(),
        value => value.as_f64().into_iter().collect(),
    }
}

/// The numbers of each array in an array; none where there is nothing.
fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().map(|rows| rows.iter().map(list).collect()).unwrap_or_default()
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

/// What differs from the reference program's results for a pair, stage by stage.
struct Comparison<'a> {
    expected: &'a Value,
    wrong: Vec<String>,
}

impl Comparison<'_> {
    /// Compares values that may differ by `tolerance` of the largest.
    fn check(&mut self, stage: &str, ours: &[f64], theirs: &[f64], tolerance: f64) {
        let difference = relative(ours, theirs);
        if difference > tolerance {
            let show =
                |v: &[f64]| v.iter().take(12).map(|x| format!("{x}")).collect::<Vec<_>>().join(" ");
            self.wrong.push(format!(
                "{stage}: off by {difference:.2e}\n    ours   {}\n    theirs {}",
                show(ours),
                show(theirs)
            ));
        }
    }

    /// The same with what the reference program found under this name.
    fn check_named(&mut self, name: &str, ours: &[f64], tolerance: f64) {
        let expected = self.expected;
        self.check(name, ours, &list(&expected[name]), tolerance);
    }

    fn level(&mut self, name: &str, power: f32, scale: f32) {
        let expected = &self.expected["level"][name];
        self.check("power", &[f64::from(power)], &list(&expected["power"]), 2.5e-7);
        self.check("scale", &[f64::from(scale)], &list(&expected["scale"]), 2.5e-7);
    }

    fn activity(&mut self, signal: usize, ours: &Activity) {
        let expected = &self.expected["vad"][signal];
        let runs = voice_activity::runs(&ours.energy);
        let runs: Vec<f64> =
            runs.iter().flat_map(|run| [run.start as f64, run.end as f64]).collect();
        self.check("windows", &[ours.energy.len() as f64], &list(&expected["windows"]), 0.0);
        self.check("runs", &runs, &rows(&expected["runs"]).concat(), 0.0);
        if let Some(threshold) = threshold(ours) {
            self.check("threshold", &[threshold], &list(&expected["threshold"]), 5e-5);
        }
        let sum = |values: &[f32]| [values.iter().map(|&v| f64::from(v)).sum::<f64>()];
        self.check("energy_sum", &sum(&ours.energy), &list(&expected["energy_sum"]), 2e-6);
        self.check("log_sum", &sum(&ours.log), &list(&expected["log_sum"]), 2e-5);
    }

    fn utterances(&mut self, ours: &[Utterance]) {
        let expected = rows(&self.expected["utt"]);
        let column = |u: usize, utterance: &Utterance| {
            [u as i64, utterance.start, utterance.end, utterance.coarse, utterance.delay]
        };
        let delays: Vec<f64> = ours
            .iter()
            .enumerate()
            .flat_map(|(u, utterance)| column(u, utterance))
            .map(|v| v as f64)
            .collect();
        let theirs: Vec<f64> = expected.iter().flat_map(|row| row[..5].to_vec()).collect();
        self.check("utt", &delays, &theirs, 0.0);
        let confidences: Vec<f64> = ours.iter().map(|u| f64::from(u.confidence)).collect();
        let theirs: Vec<f64> = expected.iter().map(|row| row[5]).collect();
        self.check("confidence", &confidences, &theirs, 0.02);
    }

    fn reference_frames(&mut self, ours: &ReferenceFrames) {
        let active = [ours.active.first as f64, ours.active.end as f64 - 1.0];
        self.check_named("frames", &active, 0.0);
        let silent: String = ours.silent.iter().map(|&s| if s { '1' } else { '0' }).collect();
        if silent != self.expected["silent"].as_str().unwrap() {
            self.wrong.push(format!("silent: {silent}"));
        }
        self.check_named("avg_ref", &wide(&ours.average), 1e-5);
    }

    fn bad_intervals(&mut self, ours: &[BadInterval]) {
        let numbers =
            |bad: &BadInterval| [bad.frames.start as f64, bad.frames.end as f64, bad.delay as f64];
        let ours: Vec<f64> = ours.iter().flat_map(numbers).collect();
        let expected = rows(&self.expected["bad"]).concat();
        self.check("bad", &ours, &expected, 0.0);
    }
}

/// The threshold between noise and speech by which log energies were formed; none where no window exceeds it.
fn threshold(activity: &Activity) -> Option<f64> {
    let windows = activity.energy.iter().zip(&activity.log);
    let mut loud = windows.filter(|&(_, &log)| log > 0.0);
    loud.next().map(|(&energy, &log)| f64::from(energy) / f64::from(log).exp())
}

/// What differs from the reference program, by stage.
fn differences(p: &Arc<P862>, reference: &Path, degraded: &Path, expected: &Value) -> Vec<String> {
    let mut comparison = Comparison { expected, wrong: Vec::new() };
    let prepared = Prepared::new(p, &signal(reference)).unwrap();
    let setup = Setup::new(p, prepared.sample_rate);
    let source = Source::new(setup, "degraded", signal(degraded).samples()).unwrap();
    let longest = prepared.source.length().max(source.length());
    let (reference, degraded) = prepared.level(setup, &source, longest);
    let scales = [&prepared.source, &source].map(|source| source.scale(setup, longest));
    let levelled = [&reference.levelled, &degraded];
    for (i, name) in ["reference", "degraded"].into_iter().enumerate() {
        comparison.level(name, levelled[i].power, scales[i]);
        comparison.activity(i, &levelled[i].activity);
    }
    let pair = Pair { setup, reference: &reference.levelled, degraded: &degraded };
    let crude = pair.crude_delay(&mut Correlator::default());
    comparison.check_named("crude_delay", &[crude as f64], 0.0);
    let utterances = delay::align(setup, &reference.levelled, &degraded).unwrap();
    comparison.utterances(&utterances);
    comparison.reference_frames(&reference.frames);
    let frames = DegradedFrames::new(setup, &reference.frames, &degraded.samples, &utterances);
    comparison.check_named("avg_deg", &wide(&frames.average), 1e-5);
    let mut passes = FrameComparison::new(setup, &reference.frames, &frames, &utterances);
    let mut disturbances = passes.first_pass();
    comparison.check_named("first_pass_d", &wide(&disturbances.symmetric), FRAME);
    comparison.check_named("first_pass_a", &wide(&disturbances.asymmetric), FRAME);
    let signals = [&*reference.levelled.samples, &*degraded.samples];
    let bad = passes.second_pass(signals, longest, &mut disturbances);
    comparison.bad_intervals(&bad);
    passes.weigh(&mut disturbances);
    comparison.check_named("final_d", &wide(&disturbances.symmetric), FRAME);
    comparison.check_named("final_a", &wide(&disturbances.asymmetric), FRAME);
    let pooled = pooling::pool(setup, &reference.frames.active, &disturbances, longest);
    comparison.check_named("indicators", &pooled.indicators, 1e-3);
    comparison.check_named("raw", &[pooling::raw(p, pooled.indicators)], 1e-4);
    comparison.wrong
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
            let mut found =
                differences(p, &folder.join(&reference), &folder.join(degraded), expected);
            if TIED == (set.as_str(), degraded.as_str()) {
                found.retain(|stage| stage.starts_with("raw"));
            }
            cases += 1;
            if !found.is_empty() {
                wrong += 1;
                println!("{set} {degraded}\n  {}", found.join("\n  "));
            }
        }
    }
    assert_eq!(wrong, 0, "of {cases} cases");
}
