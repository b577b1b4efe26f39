//! Outputs replace nothing but earlier outputs: no input, and no file that is somebody else's.

use crate::material::manifests::pairs;
use crate::material::program::{basilar, said};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with a manifest of one pair.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (reference, degraded) = &pairs(1)[0];
    let table = format!("reference,degraded,model\n{reference},{degraded},nb\n");
    fs::write(folder.path().join("pairs.csv"), table).unwrap();
    folder
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let before = contents(folder);
    let done = basilar().current_dir(folder).args(arguments).assert().code(2);
    assert_eq!(contents(folder), before, "{arguments:?}");
    said(&done)
}

fn contents(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_file = |path: &PathBuf| path.metadata().is_ok_and(|found| found.is_file());
    let mut found: Vec<_> = entries
        .map(|path| (path.clone(), is_file(&path).then(|| fs::read(path).unwrap())))
        .collect();
    found.sort();
    found
}

#[test]
fn what_stands_beside_the_results_and_is_not_ours_is_left_alone() {
    let foreign = ["results.csv.partial", "results.csv.journal"];
    for name in foreign {
        let folder = folder();
        let path = folder.path().join(name);
        fs::write(&path, "somebody's work").unwrap();
        let said = refused(folder.path(), &["batch", "pairs.csv", "-o", "results.csv"]);
        assert!(said.contains(name) && said.contains("is in the way"), "{said}");
        fs::remove_file(&path).unwrap();
        // A link would be written through.
        fs::write(folder.path().join("other.txt"), "").unwrap();
        symlink("other.txt", &path).unwrap();
        let said = refused(folder.path(), &["batch", "pairs.csv", "-o", "results.csv"]);
        assert!(said.contains("is in the way"), "{said}");
        fs::remove_file(&path).unwrap();
        fs::hard_link(folder.path().join("other.txt"), &path).unwrap();
        let said = refused(folder.path(), &["batch", "pairs.csv", "-o", "results.csv"]);
        assert!(said.contains("is in the way"), "{said}");
    }
}

#[test]
fn folders_pipes_devices_and_places_that_are_not_there_are_refused_before_anything_is_scored() {
    let folder = folder();
    fs::create_dir(folder.path().join("folder.csv")).unwrap();
    let pipe = folder.path().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink("/dev/null", folder.path().join("null.csv")).unwrap();
    for (output, reason) in [
        ("folder.csv", "is a folder"),
        ("pipe.csv", "is a pipe"),
        ("null.csv", "is a device"),
        ("absent/results.csv", "cannot be written"),
        ("results.wav", "does not say the format"),
    ] {
        let said = refused(folder.path(), &["batch", "pairs.csv", "-o", output]);
        assert!(said.contains(output) && said.contains(reason), "{said}");
    }
    // A manifest that is a pipe is said to be one; nothing waits for its other end.
    let said = refused(folder.path(), &["batch", "pipe.csv", "-o", "results.csv"]);
    assert!(said.contains("pipe.csv") && said.contains("only once"), "{said}");
}

#[test]
fn results_never_replace_a_model() {
    let folder = folder();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/p862-nb.json");
    fs::copy(model, folder.path().join("own.csv")).unwrap();
    symlink("own.csv", folder.path().join("own.json")).unwrap();
    let batch = ["batch", "pairs.csv", "-o", "own.csv", "--model", "own.json"];
    assert!(refused(folder.path(), &batch).contains("own.json: the results would replace it"));
    let manifest = fs::read_to_string(folder.path().join("pairs.csv")).unwrap();
    fs::write(folder.path().join("pairs.csv"), manifest.replace(",nb", ",own.json")).unwrap();
    let said = refused(folder.path(), &["batch", "pairs.csv", "-o", "own.csv"]);
    assert!(said.contains("the results would replace it"), "{said}");
}

#[test]
fn pages_and_pictures_replace_no_recording_and_pictures_are_svg() {
    let folder = folder();
    let (reference, degraded) = &pairs(1)[0];
    fs::copy(reference, folder.path().join("a.wav")).unwrap();
    fs::copy(degraded, folder.path().join("call.html")).unwrap();
    let said = refused(folder.path(), &["report", "a.wav", "call.html", "-o", "call.html"]);
    assert!(said.contains("call.html: the results would replace it"), "{said}");
    let said = refused(folder.path(), &["report", "a.wav", "call.html", "-o", "new.wav"]);
    assert!(said.contains("has the name of a recording"), "{said}");
    let plot = ["summarize", "pairs.csv", "--plot", "ladder.png"];
    assert!(refused(folder.path(), &plot).contains("let the name end in .svg"));
    let plot = ["validate", "pairs.csv", "--plot", "scatter.png"];
    assert!(refused(folder.path(), &plot).contains("let the name end in .svg"));
}

#[test]
fn a_hundred_thousand_jobs_are_no_more_than_the_system_gives() {
    let folder = folder();
    let mut command = basilar();
    command.current_dir(folder.path()).args(["batch", "pairs.csv", "-j", "100000", "-o", "r.csv"]);
    command.assert().success();
}

#[test]
fn a_dangling_link_in_a_folder_costs_its_own_row_and_names_tell_what_was_looked_for() {
    let folder = folder();
    let (reference, degraded) = &pairs(1)[0];
    let [clean, coded] = ["clean", "coded"].map(|name| folder.path().join(name));
    for path in [&clean, &coded] {
        fs::create_dir(path).unwrap();
    }
    for name in ["talk", "talk_opus", "walk"] {
        fs::copy(reference, clean.join(format!("{name}.wav"))).unwrap();
    }
    fs::copy(degraded, coded.join("talk_opus_12.wav")).unwrap();
    fs::copy(degraded, coded.join("tulk_12.wav")).unwrap();
    symlink("nowhere.wav", coded.join("talk_6.wav")).unwrap();
    symlink(".", coded.join("around")).unwrap();
    let mut command = basilar();
    command.current_dir(folder.path());
    command.args(["batch", "--reference-dir", "clean", "--degraded-dir", "coded"]);
    command.args(["--match", "{reference}_{bitrate}.wav", "-o", "r.csv"]).assert().code(3);
    let rows: Vec<_> =
        basilar::table::read(&folder.path().join("r.csv")).unwrap().map(Result::unwrap).collect();
    let cell = |row: usize, column: &str| basilar::table::text(rows[row].get(column));
    assert_eq!(rows.len(), 3);
    assert_eq!(cell(0, "error_kind"), "not_found");
    assert!(cell(1, "reference").ends_with("talk_opus.wav") && cell(1, "bitrate") == "12");
    assert_ne!(cell(1, "mos_lqo"), "");
    assert!(cell(2, "error").contains("looked for tulk with any extension; nearest are talk and"));
}
