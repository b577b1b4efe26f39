//! Regressions of firmware that are put into shipped recordings: the gate of docs/firmware-gate.md sees every one.

use crate::material::program::basilar;
use crate::material::recordings::{folder as samples, sample};
use crate::material::wav;
use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};
use std::fs;
use std::path::{Path, PathBuf};

/// Calls through the firmware as it is: reference, degraded.
const CALLS: [(&str, &str); 3] = [
    ("16k/horizons-en/reference.wav", "16k/horizons-en/opus-32-kbps.flac"),
    ("16k/alsa-en/reference.wav", "16k/alsa-en/speex-28-kbps.flac"),
    ("8k/june-fr/reference.wav", "8k/june-fr/opus-24-kbps.flac"),
];

/// What a firmware does wrong, by name, with the words of the measure that tells it.
const REGRESSIONS: [(&str, &str); 6] = [
    ("level-6", "level change"),
    ("level-20", "level change"),
    ("drift+500", "clock drift"),
    ("drift-500", "clock drift"),
    ("delay+300", "delay"),
    ("agc", "gain range"),
];

/// Interpolated by a windowed sinc of 32 taps, so that `1 + stretch` samples become one.
fn stretched(samples: &[f32], stretch: f64) -> Vec<f32> {
    let at = |place: f64| {
        let first = place.floor() as i64 - 15;
        let tap = |index: i64| {
            let x = place - index as f64;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) };
            let window = (PI * x / 33.0).cos().powi(2);
            usize::try_from(index)
                .ok()
                .and_then(|index| samples.get(index))
                .map_or(0.0, |sample| f64::from(*sample) * sinc * window)
        };
        (first..first + 32).map(tap).sum::<f64>() as f32
    };
    (0..(samples.len() as f64 * (1.0 + stretch)) as usize)
        .map(|n| at(n as f64 / (1.0 + stretch)))
        .collect()
}

fn regressed(samples: &[f32], rate: u32, regression: &str) -> Vec<f32> {
    let louder = |db: f32| samples.iter().map(|x| x * 10f32.powf(db / 20.0)).collect();
    match regression {
        "level-6" => louder(-6.0),
        "level-20" => louder(-20.0),
        "drift+500" => stretched(samples, 500e-6),
        "drift-500" => stretched(samples, -500e-6),
        "delay+300" => [vec![0.0; rate as usize * 3 / 10], samples.to_vec()].concat(),
        "agc" => {
            let gain_db = |n: usize| 6.0 * (TAU * n as f64 / (3.0 * f64::from(rate))).sin();
            let gain = |n: usize| 10f64.powf(gain_db(n) / 20.0) as f32;
            samples.iter().enumerate().map(|(n, x)| x * gain(n)).collect()
        }
        _ => samples.to_vec(),
    }
}

/// A table of results for each firmware, all scored in one batch.
fn tables(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut manifest = "firmware,call,device,reference,degraded\n".to_owned();
    let names = ["as it is"].into_iter().chain(REGRESSIONS.map(|regression| regression.0));
    for firmware in names {
        for (call, (reference, degraded)) in CALLS.iter().enumerate() {
            let (samples_of_it, rate) = sample(degraded);
            let path = folder.join(format!("{firmware}-{call}.wav"));
            wav::write_float(&path, rate, regressed(&samples_of_it, rate, firmware));
            let (device, reference) = (["desk", "headset"][call % 2], samples().join(reference));
            let (reference, path) = (reference.display(), path.display());
            manifest += &format!("{firmware},{call},{device},{reference},{path}\n");
        }
    }
    let (list, all) = (folder.join("manifest.csv"), folder.join("all.csv"));
    fs::write(&list, manifest).unwrap();
    basilar().arg("batch").arg(&list).arg("-o").arg(&all).assert().success();
    let all = fs::read_to_string(all).unwrap();
    let mut tables = BTreeMap::new();
    let header = all.lines().next().unwrap();
    // The column of the firmware stands behind those of the recordings.
    for row in all.lines().skip(1) {
        let firmware = row.split(',').nth(2).unwrap().to_owned();
        tables
            .entry(firmware)
            .or_insert_with(|| format!("{header}\n"))
            .push_str(&format!("{row}\n"));
    }
    let file = |(firmware, table): (String, String)| {
        let path = folder.join(format!("{firmware}.csv"));
        fs::write(&path, table).unwrap();
        (firmware, path)
    };
    tables.into_iter().map(file).collect()
}

#[test]
fn every_regression_fails_the_documented_gate_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let tables = tables(folder.path());
    let limits = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/gate.toml");
    let gate = |results: &str, options: &[&str]| {
        let mut command = basilar();
        command.arg("compare").args([&tables["as it is"], &tables[results]]);
        command.args(["--key", "call", "--group-by", "device"]).args(options);
        let done = command.output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let (code, said) = gate("as it is", &["--limits", limits]);
    assert_eq!(code, 0, "{said}");
    for (regression, words) in REGRESSIONS {
        let (code, said) = gate(regression, &["--limits", limits]);
        assert_eq!(code, 1, "{regression}: {said}");
        let named = said.lines().filter(|line| line.contains(&format!("{words} "))).count();
        assert!(named >= CALLS.len(), "{regression}: {said}");
        // Without limits it is told all the same.
        let (_, said) = gate(regression, &["--max-drop", "5"]);
        let note = said.lines().find(|line| line.starts_with("note: ") && line.contains(words));
        assert!(note.is_some_and(|note| note.contains("makes it fail")), "{regression}: {said}");
    }
}
