//! The gate: what makes `basilar compare` fail, and that it says why.

use crate::material::program::basilar;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str = "reference,degraded,codec,device,mos_lqo,model,model_version,error";

/// Results of twelve rows: codec opus or amr, device a or b, about MOS-LQO 4, each changed by `change`.
fn results(folder: &Path, name: &str, change: impl Fn(usize) -> Option<f64>) -> PathBuf {
    let row = |i: usize| {
        let (codec, device) = (["opus", "amr"][i % 2], ["a", "b"][i / 6]);
        let score = change(i).map(|change| format!("{:.4}", 4.0 + i as f64 / 50.0 + change));
        let error = if score.is_some() { "" } else { "lost.wav: no such file; check the path" };
        let score = score.unwrap_or_default();
        format!("ref{i}.wav,deg{i}.wav,{codec},{device},{score},p862-wb,1.0.0,{error}\n")
    };
    let path = folder.join(name);
    fs::write(&path, format!("{HEADER}\n{}", (0..12).map(row).collect::<String>())).unwrap();
    path
}

/// Runs the comparison; its exit code and what it printed.
fn compare(baseline: &Path, results: &Path, options: &[&str]) -> (i32, String) {
    let run = basilar().arg("compare").arg(baseline).arg(results).args(options).output().unwrap();
    let said = [run.stdout, run.stderr].concat();
    (run.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn equal_results_pass() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_| Some(0.0));
    let (code, said) = compare(&baseline, &baseline, &["--group-by", "codec,device"]);
    assert_eq!((code, said.lines().last()), (0, Some("Passed: 12 rows")));
}

#[test]
fn a_row_that_drops_by_more_than_allowed_fails_and_is_named_with_both_scores() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_| Some(0.0));
    let after = results(folder.path(), "after.csv", |i| Some(if i == 5 { -0.25 } else { 0.0 }));
    let (code, said) = compare(&baseline, &after, &[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("ref5.wav deg5.wav: MOS-LQO 4.10 to 3.85 (-0.25), more than the 0.1 allowed"),
        "{said}"
    );
    assert_eq!(compare(&baseline, &after, &["--max-drop", "0.25"]).0, 0);
    assert_eq!(compare(&baseline, &after, &["--max-drop", "0.2499"]).0, 1);
}

#[test]
fn a_group_whose_mean_drops_significantly_fails_though_no_row_does() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_| Some(0.0));
    let small = |i: usize| 0.002 * (i % 3) as f64;
    let after = results(folder.path(), "after.csv", |i| {
        Some(if i % 2 == 0 { -0.06 - small(i) } else { small(i) - 0.002 })
    });
    let (code, said) = compare(&baseline, &after, &["--group-by", "codec"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("FELL opus: mean -0.062 (one-sided 99.5 % interval up to -0.0"),
        "{said}"
    );
    assert!(said.contains("ok   amr: mean"), "{said}");
    let smaller = ["--group-by", "codec", "--smallest-effect", "0.07"];
    assert_eq!(compare(&baseline, &after, &smaller).0, 0, "it is too small to count");
    let all = results(folder.path(), "all.csv", |i| Some(-0.06 - small(i)));
    assert_eq!(compare(&baseline, &all, &[]).0, 1, "without groups all rows are one");
}

#[test]
fn missing_and_newly_failing_rows_fail_and_old_failures_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |i| (i != 1).then_some(0.0));
    let same = results(folder.path(), "same.csv", |i| (i != 1).then_some(0.0));
    assert_eq!(compare(&baseline, &same, &[]).0, 0);
    let failing = results(folder.path(), "failing.csv", |i| (i > 2).then_some(0.0));
    let (code, said) = compare(&baseline, &failing, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("Could not be scored: 2\n  ref0.wav deg0.wav: could not be scored: lost.wav: no such file"), "{said}");
    let all = fs::read_to_string(&same).unwrap();
    fs::write(&same, all.lines().take(9).collect::<Vec<_>>().join("\n")).unwrap();
    let (code, said) = compare(&baseline, &same, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("4 missing"), "{said}");
}

#[test]
fn improvements_and_recoveries_are_listed_and_pass() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |i| (i != 1).then_some(0.0));
    let after = results(folder.path(), "after.csv", |i| Some(if i == 4 { 0.3 } else { 0.0 }));
    let (code, said) = compare(&baseline, &after, &[]);
    assert_eq!(code, 0);
    assert!(
        said.contains("Improved: 1\n  ref4.wav deg4.wav: MOS-LQO 4.08 to 4.38 (+0.30)"),
        "{said}"
    );
    assert!(said.contains("Recovered: 1\n"), "{said}");
}

#[test]
fn a_minimum_gates_with_and_without_a_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let after = results(folder.path(), "after.csv", |i| Some(if i == 7 { -1.0 } else { 0.0 }));
    let alone = |min: &str| {
        let run = basilar().arg("compare").arg(&after).args(["--min", min]).output().unwrap();
        (run.status.code().unwrap(), String::from_utf8(run.stdout).unwrap())
    };
    assert_eq!(alone("3").0, 0);
    let (code, said) = alone("3.6");
    assert_eq!(code, 1);
    assert!(said.contains("deg7.wav: MOS-LQO 3.14 is below the minimum of 3.6"), "{said}");
    assert_eq!(compare(&after, &after, &["--min", "3.6"]).0, 1);
    basilar().arg("compare").arg(&after).assert().code(2);
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_| Some(0.0));
    let other = folder.path().join("other.csv");
    fs::write(&other, fs::read_to_string(&baseline).unwrap().replace("1.0.0", "1.1.0")).unwrap();
    for (options, results, reason) in [
        (&["--key", "codec"][..], &baseline, "give --key the columns that tell rows apart"),
        (&["--key", "site"], &baseline, "no column site, only reference, degraded, codec"),
        (&["--group-by", "site"], &baseline, "no column site"),
        (&[], &other, "score both by the same model"),
    ] {
        let (code, said) = compare(&baseline, results, options);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn the_reports_for_ci_name_what_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let baseline = results(folder.path(), "baseline.csv", |_| Some(0.0));
    let after =
        results(folder.path(), "a|b.csv", |i| (i != 3).then_some(if i == 5 { -0.25 } else { 0.0 }));
    let (junit, markdown) = (path("junit.xml"), path("comment.md"));
    let options = ["--group-by", "codec", "--junit", &junit, "--markdown", &markdown, "--json"];
    let (code, json) = compare(&baseline, &after, &options);
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "basilar-comparison/1");
    assert_eq!(json["passed"], false);
    assert_eq!(json["groups"][0]["name"], "amr");
    assert_eq!(json["groups"][0]["rows"][2]["verdict"], "dropped");
    let report =
        quick_junit::Report::deserialize_from_str(&fs::read_to_string(junit).unwrap()).unwrap();
    assert_eq!((report.tests, report.failures), (12 + 2, 2));
    let suites: Vec<_> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(suites, ["amr", "opus"]);
    let markdown = fs::read_to_string(markdown).unwrap();
    assert!(
        markdown.starts_with(
            "### ❌ Listening quality\n\nFailed: of 12 rows, 1 dropped, 1 could not be scored"
        ),
        "{markdown}"
    );
    assert!(
        markdown.contains(
            "\n- ref5.wav deg5.wav: MOS-LQO 4.10 to 3.85 (-0.25), more than the 0.1 allowed"
        ),
        "{markdown}"
    );
}
