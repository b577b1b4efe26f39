//! What a score should be read with is told by every command, and fails where that is asked for.

use crate::material::program::{basilar, printed, said};
use crate::material::recordings::{folder as samples, sample};
use crate::material::wav;
use basilar::table::{read, text};
use std::fs;
use std::path::{Path, PathBuf};

const REFERENCE: &str = "16k/horizons-en/reference.wav";

/// A degraded recording made of the reference.
fn made(folder: &Path, name: &str, rate: u32, make: impl Fn(usize, f32) -> f32) -> PathBuf {
    let (samples, _) = sample(REFERENCE);
    let path = folder.join(name);
    wav::write_float(&path, rate, samples.iter().enumerate().map(|(n, x)| make(n, *x)));
    path
}

#[test]
fn what_a_batch_noticed_stands_in_its_summary_and_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let reference = samples().join(REFERENCE);
    let sine = |hz: f64, n: usize| (std::f64::consts::TAU * hz * n as f64 / 16e3).sin() as f32;
    let long = 26_000..46_000;
    let recordings = [
        ("fine", made(folder.path(), "fine.wav", 16_000, |_, x| x), ""),
        ("other", samples().join("16k/librivox-en/g722-64-kbps.flac"), "wrong_recording"),
        ("half", made(folder.path(), "half.wav", 8000, |_, x| x), "lengths"),
        ("offset", made(folder.path(), "offset.wav", 16_000, |_, x| x + 0.0034), "dc_offset"),
        (
            "rumble",
            made(folder.path(), "rumble.wav", 16_000, |n, x| x + 0.03 * sine(8.0, n)),
            "rumble",
        ),
        (
            "hole",
            made(
                folder.path(),
                "hole.wav",
                16_000,
                move |n, x| if long.contains(&n) { 0.0 } else { x },
            ),
            "unheard_speech",
        ),
    ];
    let rows: String = recordings
        .iter()
        .map(|(call, path, _)| format!("{call},{},{}\n", reference.display(), path.display()))
        .collect();
    let (manifest, out) = (folder.path().join("m.csv"), folder.path().join("out.csv"));
    fs::write(&manifest, format!("call,reference,degraded\n{rows}")).unwrap();
    let batch = |options: &[&str]| {
        let mut command = basilar();
        command.arg("batch").arg(&manifest).arg("-o").arg(&out).args(options);
        command.assert()
    };
    let told = said(&batch(&["--fail-on-warning"]).code(1));
    assert!(told.contains("6 of 6 rows scored\n5 with warnings\n"), "{told}");
    for (row, (call, _, kind)) in read(&out).unwrap().map(Result::unwrap).zip(&recordings) {
        let kinds = text(row.get("warning_kinds"));
        assert!(kinds.split("; ").any(|found| found == *kind), "{call}: {kinds}");
        assert!(kind.is_empty() || told.contains(&format!(" {kind}\n")), "{told}");
    }
    let mut compare = basilar();
    let done = compare.args(["compare", "--key", "call", "--fail-on-warning"]).args([&out, &out]);
    let printed = printed(&done.assert().code(1));
    assert!(printed.contains("With a warning: 5\n"), "{printed}");
    let score = |path: &Path| {
        let mut command = basilar();
        command.args(["score", "--fail-on-warning"]).arg(&reference).arg(path).assert()
    };
    score(&recordings[0].1).code(0);
    let told = said(&score(&recordings[2].1).code(1));
    assert!(told.contains("is 2.000 times as long as the reference"), "{told}");
}

#[test]
fn a_narrow_reference_and_a_long_call_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let narrow = samples().join("8k/carlo-it/reference.wav");
    let mut command = basilar();
    let done = command.args(["score", "--model", "wb"]).args([&narrow, &narrow]).assert().code(0);
    assert!(said(&done).contains("take --model nb"), "{}", said(&done));
    let (speech, rate) = sample("8k/carlo-it/reference.wav");
    let long: Vec<f32> = speech.iter().copied().cycle().take(rate as usize * 301).collect();
    let path = folder.path().join("long.wav");
    wav::write_rounded(&path, rate, &long);
    let mut command = basilar();
    let done = command.arg("score").args([&path, &path]).assert().code(0);
    assert!(said(&done).contains("--timeline"), "{}", said(&done));
}
