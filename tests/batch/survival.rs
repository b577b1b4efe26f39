//! Nothing of a batch is lost: killed, torn, out of room, it is resumed and ends as if undisturbed.

use crate::material::manifests::manifest;
use crate::material::program::{basilar, plain, with_file_limit};
use crate::material::random::Random;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn program(manifest: &Path, output: &Path) -> Command {
    let mut command = plain();
    command.arg("batch").arg(manifest).arg("-o").arg(output).arg("--resume");
    command.stderr(Stdio::null());
    command
}

fn journal(output: &Path) -> std::path::PathBuf {
    output.with_extension("csv.journal")
}

/// A run without disturbance, and how long it took.
fn undisturbed(folder: &Path, manifest: &Path) -> (Vec<u8>, Duration) {
    let output = folder.join("undisturbed.csv");
    let started = Instant::now();
    assert!(program(manifest, &output).status().unwrap().success());
    (fs::read(output).unwrap(), started.elapsed())
}

#[test]
fn killed_at_twenty_random_moments_and_resumed_the_results_are_byte_identical() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path(), 400);
    let (expected, duration) = undisturbed(folder.path(), &manifest);
    let output = folder.path().join("results.csv");
    let mut random = Random(1);
    let (mut kills, mut longest) = (0, 0);
    while kills < 20 {
        let mut run = program(&manifest, &output).spawn().unwrap();
        std::thread::sleep(duration.mul_f64(random.uniform() / 6.0));
        run.kill().unwrap();
        let status = run.wait().unwrap();
        if status.success() {
            // It was done before the kill: from the beginning again.
            fs::remove_file(&output).unwrap();
            continue;
        }
        kills += 1;
        let length = fs::metadata(journal(&output)).map_or(0, |journal| journal.len());
        longest = longest.max(length);
    }
    assert!(longest > 1000, "the kills hit runs that had rows to lose: {longest} bytes");
    assert!(program(&manifest, &output).status().unwrap().success());
    assert!(fs::read(&output).unwrap() == expected);
    assert!(!journal(&output).exists());
}

/// Stops a run after some rows by letting files grow only so far: to the program a full disk.
#[cfg(unix)]
fn run_out_of_room(manifest: &Path, output: &Path) -> std::process::Output {
    let mut command = with_file_limit(Some(8));
    command.arg("batch").arg(manifest).arg("-o").arg(output).arg("--resume").output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_reported_and_the_journal_survives_it() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path(), 60);
    let (expected, _) = undisturbed(folder.path(), &manifest);
    let output = folder.path().join("results.csv");
    let run = run_out_of_room(&manifest, &output);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("results.csv.journal: cannot be written"), "{said}");
    assert!(said.contains("--resume"), "{said}");
    let kept = fs::read_to_string(journal(&output)).unwrap();
    let rows = kept.lines().filter(|line| line.contains("\"finished\"")).count();
    assert!(rows > 3, "{rows} rows survived");
    assert!(!output.exists());
    assert!(program(&manifest, &output).status().unwrap().success());
    assert!(fs::read(&output).unwrap() == expected);
}

#[cfg(unix)]
#[test]
fn a_torn_or_overwritten_end_of_the_journal_costs_those_rows_only() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path(), 60);
    let (expected, _) = undisturbed(folder.path(), &manifest);
    let endings: [&[u8]; 3] = [b"{\"row\":5,\"carr", b"\0\0\0\0\0\0\n\0\0", b"\xff\xfe\n"];
    for (i, ending) in endings.into_iter().enumerate() {
        let output = folder.path().join(format!("{i}.csv"));
        run_out_of_room(&manifest, &output);
        let mut journal = OpenOptions::new().append(true).open(journal(&output)).unwrap();
        journal.write_all(ending).unwrap();
        drop(journal);
        assert!(program(&manifest, &output).status().unwrap().success());
        assert!(fs::read(&output).unwrap() == expected, "{ending:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_unfinished_run_is_neither_overwritten_nor_mixed_with_another_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path(), 60);
    let output = folder.path().join("results.csv");
    run_out_of_room(&manifest, &output);
    let before = fs::read(journal(&output)).unwrap();
    let refused = |arguments: &[&str], reason: &str| {
        let run =
            basilar().arg("batch").arg(&manifest).arg("-o").arg(&output).args(arguments).assert();
        let run = run.code(2);
        let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(said.contains(reason), "{said}");
        assert!(fs::read(journal(&output)).unwrap() == before, "{arguments:?}");
    };
    refused(&[], "continue that run with --resume");
    refused(&["--resume", "--model", "wb"], "other options");
    let changed = fs::read_to_string(&manifest).unwrap().replacen("0,", "zero,", 1);
    fs::write(&manifest, changed).unwrap();
    refused(&["--resume"], "belongs to another manifest");
}

#[test]
fn two_runs_on_one_output_refuse_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path(), 400);
    let output = folder.path().join("results.csv");
    let mut first = program(&manifest, &output).spawn().unwrap();
    let ready = || fs::metadata(journal(&output)).is_ok_and(|journal| journal.len() > 200);
    while !ready() {
        assert!(first.try_wait().unwrap().is_none(), "the first run is still working");
        std::thread::sleep(Duration::from_millis(2));
    }
    let other = folder.path().join("other.jsonl");
    let second = basilar()
        .arg("batch")
        .arg(&manifest)
        .arg("--resume")
        .arg("-o")
        .arg(&other)
        .arg("-o")
        .arg(&output)
        .assert();
    let said = String::from_utf8_lossy(&second.get_output().stderr).into_owned();
    second.code(2);
    assert!(said.contains("results.csv: another run is writing it"), "{said}");
    first.kill().unwrap();
    first.wait().unwrap();
}

/// Rows that fail take little room in the journal and more in JSON Lines, whose every row has every column.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_when_the_results_are_written_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest.csv");
    let rows: String = (0..400).map(|row| format!("/r/{row}.wav,/d/{row}.wav\n")).collect();
    fs::write(&manifest, format!("reference,degraded\n{rows}")).unwrap();
    let output = folder.path().join("results.jsonl");
    fs::write(&output, "earlier results").unwrap();
    let run = |limit: Option<u32>, output: &Path| {
        let mut command = with_file_limit(limit);
        command.arg("batch").arg(&manifest).arg("-o").arg(output).arg("--resume").output().unwrap()
    };
    let full = run(Some(300), &output);
    let said = String::from_utf8(full.stderr).unwrap();
    assert_eq!(full.status.code(), Some(2), "{said}");
    assert!(said.contains("results.jsonl: cannot be written"), "{said}");
    assert!(said.contains("make room") && said.contains("--resume"), "{said}");
    assert_eq!(fs::read_to_string(&output).unwrap(), "earlier results");
    assert!(!folder.path().join("results.jsonl.partial").exists());
    let journal = folder.path().join("results.jsonl.journal");
    let kept = fs::read_to_string(&journal).unwrap();
    assert_eq!(kept.lines().filter(|line| line.contains("\"finished\"")).count(), 400);
    let undisturbed = folder.path().join("undisturbed.jsonl");
    for output in [&output, &undisturbed] {
        assert_eq!(run(None, output).status.code(), Some(3));
    }
    assert!(fs::read(&output).unwrap() == fs::read(&undisturbed).unwrap());
    assert!(!journal.exists());
}
