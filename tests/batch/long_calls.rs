//! A batch of long recordings: a row for the whole, its thirds and every stretch, with the manifest's columns.

use crate::material::long_calls::{RATE, call, wav};
use crate::material::manifests;
use crate::material::near::assert_near;
use crate::material::program::{basilar, with_file_limit};
use basilar::table::{Cells, read, text};
use std::fs;
use std::path::{Path, PathBuf};

/// Two minutes whole, the same cut short, one that is not there, and a short pair.
fn manifest(folder: &Path) -> PathBuf {
    let path = |name: &str| folder.join(name);
    let call = call(15);
    wav(&path("reference.wav"), &call.reference);
    wav(&path("degraded.wav"), &call.degraded);
    wav(&path("short.wav"), &call.degraded[..call.degraded.len() - 30 * RATE]);
    wav(&path("sentence.wav"), &call.reference[..8 * RATE]);
    let rows = "1,reference.wav,degraded.wav\n2,reference.wav,missing.wav\n\
        3,reference.wav,short.wav\n4,sentence.wav,sentence.wav\n";
    fs::write(path("calls.csv"), format!("call,reference,degraded\n{rows}")).unwrap();
    path("calls.csv")
}

fn rows(results: &Path) -> Vec<Cells> {
    read(results).unwrap().map(Result::unwrap).collect()
}

#[test]
fn every_call_has_a_row_for_the_whole_its_thirds_and_each_stretch_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path());
    let path = |name: String| folder.path().join(name);
    for jobs in ["1", "3"] {
        let outputs = ["csv", "jsonl", "parquet"].map(|f| path(format!("{jobs}.{f}")));
        let outputs = outputs.iter().flat_map(|output| ["-o".into(), output.clone()]);
        let mut run = basilar();
        run.args(["batch", "--timeline", "--jobs", jobs]).arg(&manifest).args(outputs);
        let done = run.assert().code(3);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains("3 of 4 rows scored\n       1 not_found\n"), "{said}");
    }
    for format in ["csv", "jsonl", "parquet"] {
        let [one, three] = ["1", "3"].map(|jobs| fs::read(path(format!("{jobs}.{format}"))));
        assert!(one.unwrap() == three.unwrap(), "{format}");
    }
    let rows = rows(&path("1.jsonl".into()));
    let of = |call: &str| -> Vec<&Cells> {
        rows.iter().filter(|row| text(row.get("call")) == call).collect()
    };
    let parts = |call: &str| of(call).iter().map(|row| text(row.get("part"))).collect::<Vec<_>>();
    assert_eq!(parts("1")[..5], ["whole", "beginning", "middle", "end", "stretch"]);
    assert!(parts("1").len() > 12);
    assert_eq!(parts("2"), ["whole"]);
    assert_eq!(of("2")[0]["error_kind"], "not_found");
    assert_eq!(parts("3").len(), parts("1").len());
    assert_eq!(parts("4"), ["whole", "beginning", "middle", "end", "stretch"]);
    assert!(text(of("3")[0].get("warnings")).contains("not scored"));
    assert_eq!(of("3").last().unwrap()["error_kind"], "not_recorded");
    let json = basilar()
        .current_dir(folder.path())
        .args(["score", "--timeline", "--json", "reference.wav", "degraded.wav"])
        .assert()
        .success();
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    let whole = &json["scores"][0];
    let expected = [&whole["whole"], &whole["beginning"], &whole["middle"], &whole["end"]];
    let expected = expected.into_iter().chain(whole["stretches"].as_array().unwrap());
    for (row, expected) in of("1").iter().zip(expected) {
        for (column, precision) in [("mos_lqo", 5.1e-5), ("start_s", 5.1e-4), ("end_s", 5.1e-4)] {
            let [found, expected] = [&row[column], &expected[column]].map(|x| x.as_f64().unwrap());
            assert_near(found, expected, precision, format_args!("{column} of {row:?}"));
        }
    }
}

#[test]
fn parts_are_summarized_and_compared_by_their_columns() {
    let folder = tempfile::tempdir().unwrap();
    manifest(folder.path());
    let run = |arguments: &[&str], code: i32| {
        let done = basilar().current_dir(folder.path()).args(arguments).assert().code(code);
        String::from_utf8_lossy(&done.get_output().stdout).into_owned()
    };
    run(&["batch", "--timeline", "calls.csv", "-o", "results.csv"], 3);
    let summary = run(&["summarize", "results.csv", "--group-by", "part", "--worst", "0"], 0);
    let groups: Vec<_> =
        summary.lines().skip(1).map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(groups, ["beginning", "end", "middle", "stretch", "whole"], "{summary}");
    let key = "call,part,start_s";
    let compared = run(&["compare", "results.csv", "results.csv", "--key", key], 0);
    assert!(compared.contains("Passed"), "{compared}");
}

#[test]
fn columns_that_the_parts_need_are_refused_in_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("calls.csv");
    fs::write(&manifest, "reference,degraded,start_s\na.wav,b.wav,3\n").unwrap();
    let results = folder.path().join("results.csv");
    let run = |timeline: &[&str], code: i32| {
        let done =
            basilar().arg("batch").args(timeline).arg(&manifest).arg("-o").arg(&results).assert();
        String::from_utf8_lossy(&done.code(code).get_output().stderr).into_owned()
    };
    assert!(run(&["--timeline"], 2).contains("its column start_s is also one of the results"));
    run(&[], 3);
}

#[cfg(unix)]
#[test]
fn a_stopped_run_of_long_recordings_is_continued_and_ends_as_if_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifests::manifest(folder.path(), 40);
    let run = |limit: Option<u32>, output: &str, timeline: &str| {
        let mut command = with_file_limit(limit);
        command.arg("batch").arg(&manifest).arg("-o").arg(folder.path().join(output));
        command.args(["--resume", timeline].iter().filter(|word| !word.is_empty()));
        command.output().unwrap().status.code()
    };
    assert_eq!(run(None, "undisturbed.csv", "--timeline"), Some(0));
    assert_eq!(run(Some(24), "results.csv", "--timeline"), Some(2));
    let journal = fs::read_to_string(folder.path().join("results.csv.journal")).unwrap();
    let rows = journal.lines().filter(|line| line.contains("\"finished\"")).count();
    assert!((3..40).contains(&rows), "{rows}");
    assert_eq!(run(None, "results.csv", ""), Some(2), "a journal of other options is refused");
    assert_eq!(run(None, "results.csv", "--timeline"), Some(0));
    let [expected, found] =
        ["undisturbed.csv", "results.csv"].map(|name| fs::read(folder.path().join(name)).unwrap());
    assert!(expected == found);
}
