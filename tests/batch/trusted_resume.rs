//! What a resumed batch takes over is what it would score: of the same recordings and models, undamaged, and never again
//! what ended the program.

use crate::material::manifests::{manifest, pairs};
use crate::material::program::{plain, printed, said};
use crate::material::random::Random;
use crate::material::wav;
use assert_cmd::Command;
use basilar::batch::{Batch, Defaults, Manifest, Summary};
use basilar::table::{read, text};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The batch of a manifest, continued if it was begun.
fn batch(manifest: &Path, output: &Path) -> Batch {
    Batch {
        manifest: Manifest::Table(manifest.to_owned()),
        defaults: Defaults::default(),
        outputs: vec![output.to_owned()],
        jobs: NonZeroUsize::MIN,
        resume: true,
        retry_failed: false,
        allow_empty: false,
        rehearsal: None,
    }
}

fn journal(output: &Path) -> PathBuf {
    output.with_extension("csv.journal")
}

/// Runs to the end and keeps the journal as it was after its last row.
fn run_and_keep_journal(manifest: &Path, output: &Path) -> Vec<u8> {
    let kept = std::sync::Mutex::new(Vec::new());
    let keep = |_: &_| *kept.lock().unwrap() = fs::read(journal(output)).unwrap();
    batch(manifest, output).run(&keep).unwrap();
    kept.into_inner().unwrap()
}

/// What comes of continuing from a journal.
fn resumed(manifest: &Path, output: &Path, from: &[u8]) -> basilar::Result<Summary> {
    fs::write(journal(output), from).unwrap();
    let summary = batch(manifest, output).run(&|_| {});
    if summary.is_err() {
        fs::remove_file(journal(output)).unwrap();
    }
    summary
}

/// Pairs in a folder of their own, whose recordings may be changed.
fn own_pairs(folder: &Path, count: usize) -> PathBuf {
    let rows = pairs(count).into_iter().enumerate().map(|(row, (reference, degraded))| {
        let names = [format!("r{row}.wav"), format!("d{row}.wav")];
        fs::copy(reference, folder.join(&names[0])).unwrap();
        fs::copy(degraded, folder.join(&names[1])).unwrap();
        names.join(",") + "\n"
    });
    let table = format!("reference,degraded\n{}", rows.collect::<String>());
    fs::write(folder.join("pairs.csv"), table).unwrap();
    folder.join("pairs.csv")
}

fn scores(results: &Path) -> Vec<String> {
    read(results).unwrap().map(|row| text(row.unwrap().get("mos_lqo"))).collect()
}

#[test]
fn five_hundred_flipped_bits_of_a_journal_change_no_result_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let two = pairs(2).into_iter().map(|(reference, degraded)| format!("{reference},{degraded}\n"));
    let absent = (0..6).map(|row| format!("r{row}.wav,d{row}.wav\n"));
    let manifest = folder.path().join("pairs.csv");
    let rows: String = two.chain(absent).collect();
    fs::write(&manifest, format!("reference,degraded\n{rows}")).unwrap();
    let output = folder.path().join("results.csv");
    let whole = run_and_keep_journal(&manifest, &output);
    let expected = fs::read(&output).unwrap();
    let mut random = Random(16);
    let (mut refused, mut told) = (0, 0);
    for _ in 0..500 {
        let mut flipped = whole.clone();
        let place = random.below(flipped.len());
        flipped[place] ^= 1 << random.below(8);
        match resumed(&manifest, &output, &flipped) {
            Err(_) => refused += 1,
            Ok(summary) => {
                assert!(fs::read(&output).unwrap() == expected, "bit in byte {place}");
                // The last line without its end is one that was being written.
                assert!(summary.damaged > 0 || place == whole.len() - 1, "byte {place}");
                told += 1;
            }
        }
    }
    assert!(refused > 10 && told > 300, "{refused} refused, {told} told of");
}

#[test]
fn recordings_that_changed_between_the_runs_are_scored_again_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = own_pairs(folder.path(), 4);
    let output = folder.path().join("results.csv");
    let whole = run_and_keep_journal(&manifest, &output);
    let before = scores(&output);
    assert_eq!(resumed(&manifest, &output, &whole).unwrap().changed, 0);
    fs::copy(folder.path().join("r1.wav"), folder.path().join("d1.wav")).unwrap();
    fs::remove_file(folder.path().join("d2.wav")).unwrap();
    fs::write(journal(&output), &whole).unwrap();
    let mut command = Command::from_std(plain());
    let done = command.arg("batch").arg(&manifest).arg("--resume").arg("-o").arg(&output).assert();
    let done = done.code(3);
    assert!(
        said(&done).contains("had changed since the earlier run: 2 of the rows"),
        "{}",
        said(&done)
    );
    let after = scores(&output);
    assert_eq!([&after[0], &after[3]], [&before[0], &before[3]]);
    assert_ne!(after[1], before[1]);
    assert_eq!(after[2], "");
}

#[test]
fn a_model_named_in_a_column_that_changed_scores_its_rows_again() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("own.json");
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/p862-nb.json");
    let built_in = fs::read_to_string(built_in).unwrap();
    fs::write(&model, &built_in).unwrap();
    let [(reference, degraded)] = &pairs(1)[..] else { panic!("one pair") };
    let manifest = folder.path().join("pairs.csv");
    let rows = format!("{reference},{degraded},own.json\n{reference},{degraded},nb\n");
    fs::write(&manifest, format!("reference,degraded,model\n{rows}")).unwrap();
    let output = folder.path().join("results.csv");
    let whole = run_and_keep_journal(&manifest, &output);
    let [before, same] = &scores(&output)[..] else { panic!("two rows") };
    assert_eq!(before, same);
    fs::write(&model, built_in.replace("\"symmetric_weight\": 0.1", "\"symmetric_weight\": 0.2"))
        .unwrap();
    assert_eq!(resumed(&manifest, &output, &whole).unwrap().changed, 1);
    let [after, built_in] = &scores(&output)[..] else { panic!("two rows") };
    assert_eq!(built_in, same);
    assert_ne!(after, before);
}

#[test]
fn rows_that_failed_are_tried_again_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = own_pairs(folder.path(), 2);
    fs::write(folder.path().join("d1.wav"), b"RIFF").unwrap();
    let output = folder.path().join("results.csv");
    let whole = run_and_keep_journal(&manifest, &output);
    fs::write(journal(&output), &whole).unwrap();
    let tried = AtomicU32::new(0);
    let again = Batch { retry_failed: true, ..batch(&manifest, &output) };
    let count = |_: &_| {
        tried.fetch_add(1, Ordering::Relaxed);
    };
    again.run(&count).unwrap();
    assert_eq!(tried.into_inner(), 1);
}

/// The limit on processor time stands for whatever else ends a program: want of memory, a defect in a decoder.
#[cfg(unix)]
#[test]
fn a_row_that_ends_the_program_is_met_once_and_then_reported() {
    let folder = tempfile::tempdir().unwrap();
    let short = fs::read_to_string(manifest(folder.path(), 3)).unwrap();
    let mut random = Random(3);
    let second: Vec<i16> = (0..8000).map(|_| (random.normal() * 3000.0) as i16).collect();
    wav::write(&folder.path().join("hour.wav"), 8000, &second.repeat(3000));
    let manifest = folder.path().join("with-hour.csv");
    fs::write(&manifest, format!("{short}9,x,hour.wav,hour.wav\n")).unwrap();
    let output = folder.path().join("results.csv");
    let run = |options: &[&str]| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "ulimit -c 0; ulimit -t 1; exec \"$@\"", "sh"]);
        command.arg(assert_cmd::cargo::cargo_bin!("basilar"));
        command.arg("batch").arg(&manifest).args(["-j", "1", "-o"]).arg(&output).args(options);
        command.output().unwrap()
    };
    assert_eq!(run(&[]).status.code(), None, "the first run is ended");
    let second = run(&["--resume"]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(said.contains("3 of 4 rows scored") && said.contains("1 killed_the_program"), "{said}");
    assert_eq!(scores(&output).iter().filter(|score| score.is_empty()).count(), 1);
}

#[test]
fn help_tells_how_to_go_on() {
    let done = Command::from_std(plain()).args(["batch", "--help"]).assert().success();
    assert!(printed(&done).contains("--retry-failed") && printed(&done).contains("--resume\n"));
}
