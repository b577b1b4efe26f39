//! Limits beside the score: measures of the connection, groups of rows, what may stay unscored, what warns.

use crate::material::json_schema;
use crate::material::program::basilar;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str = "call,device,reference,degraded,mos_lqo,model,model_version,delay_ms,delay_jitter_ms,clock_drift_ppm,unheard_speech_ms,level_change_db,gain_range_db,warnings,error";

/// Six rows, each with what `change` makes of it.
fn results(folder: &Path, name: &str, change: impl Fn(usize, &mut Vec<String>)) -> PathBuf {
    let row = |call: usize| {
        let mut cells: Vec<String> = [
            &format!("call-{call}"),
            ["desk", "headset"][call % 2],
            "r.wav",
            &format!("d{call}.wav"),
            "4.0",
            "p862-wb",
            "1.0.0",
            "12.0",
            "0",
            "0",
            "0",
            "0.5",
            "1.5",
            "",
            "",
        ]
        .map(|cell| cell.to_string())
        .to_vec();
        change(call, &mut cells);
        cells.join(",") + "\n"
    };
    let path = folder.join(name);
    fs::write(&path, format!("{HEADER}\n{}", (0..6).map(row).collect::<String>())).unwrap();
    path
}

fn column(name: &str) -> usize {
    HEADER.split(',').position(|column| column == name).unwrap()
}

/// The same with one cell of the third row.
fn with(folder: &Path, column_name: &str, cell: &str) -> PathBuf {
    results(folder, "after.csv", |call, cells| {
        if call == 2 {
            cells[column(column_name)] = cell.to_owned();
        }
    })
}

fn compare(baseline: &Path, results: &Path, options: &[&str]) -> (i32, String) {
    let mut command = basilar();
    command.arg("compare").args([baseline, results]).args(["--key", "call"]).args(options);
    let run = command.output().unwrap();
    (run.status.code().unwrap(), String::from_utf8([run.stdout, run.stderr].concat()).unwrap())
}

/// What `--json` prints, before what is said on the other stream.
fn follows_its_schema(printed: &str) {
    let document = serde_json::Deserializer::from_str(printed).into_iter().next().unwrap().unwrap();
    let schema = fs::read_to_string("schemas/comparison-1.json").unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &document).unwrap();
}

#[test]
fn a_comparison_follows_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    for (column, cell) in [("mos_lqo", "3.5"), ("mos_lqo", ""), ("level_change_db", "9")] {
        let after = with(folder.path(), column, cell);
        let options = ["--json", "--max-level-change", "2dB", "--group-by", "device"];
        follows_its_schema(&compare(&baseline, &after, &options).1);
    }
}

#[test]
fn every_measure_of_the_connection_has_a_limit_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    for (option, limit, measured, cell, words) in [
        ("--max-delay-change", "20ms", "delay_ms", "32.4", "delay 12 to 32.4 ms"),
        ("--max-delay-jitter", "0.02s", "delay_jitter_ms", "21", "delay jitter 0 to 21 ms"),
        (
            "--max-level-change",
            "2dB",
            "level_change_db",
            "-1.6",
            "level change 0.5 to -1.6 dB (-2.1)",
        ),
        ("--max-pumping", "6", "gain_range_db", "11", "gain range 1.5 to 11.0 dB"),
        ("--max-drift", "100ppm", "clock_drift_ppm", "-480", "clock drift 0 to -480 ppm"),
        ("--max-unheard", "100ms", "unheard_speech_ms", "150", "unheard speech 0 to 150 ms"),
    ] {
        let after = with(folder.path(), measured, cell);
        let (code, said) = compare(&baseline, &after, &[]);
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains("note: ") == (measured != "delay_jitter_ms") || said.contains(option),
            "{said}"
        );
        let (code, said) = compare(&baseline, &after, &[option, limit]);
        assert_eq!(code, 1, "{option}: {said}");
        assert!(said.contains("Beyond a limit: 1\n  call-2: "), "{said}");
        assert!(said.contains(words.split(" to ").next().unwrap()), "{said}");
        let (code, said) = compare(&after, &after, &[option, limit]);
        assert_eq!(code, 0, "it was so before: {said}");
        let (code, said) = compare(&baseline, &after, &[option, "much"]);
        assert_eq!(code, 2, "{said}");
    }
    let empty = results(folder.path(), "empty.csv", |_, cells| {
        cells[column("clock_drift_ppm")] = String::new();
    });
    let (code, said) = compare(&baseline, &empty, &["--max-drift", "100"]);
    assert_eq!(code, 2, "what was not measured is not passed");
    assert!(said.contains("clock_drift_ppm is empty in every row"), "{said}");
    let bad = with(folder.path(), "level_change_db", "inf");
    let (code, said) = compare(&baseline, &bad, &[]);
    assert_eq!(code, 2);
    assert!(said.contains("row 3: the level_change_db \"inf\" is not a number"), "{said}");
    let old = folder.path().join("old.csv");
    fs::write(&old, "call,mos_lqo,model,model_version\ncall-0,4,p862-wb,1.0.0\n").unwrap();
    let (code, said) = compare(&old, &old, &["--max-drift", "100"]);
    assert_eq!(code, 2, "what was not measured is not passed");
    assert!(said.contains("no column clock_drift_ppm"), "{said}");
}

#[test]
fn limits_of_groups_come_from_a_file_and_slips_of_the_pen_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    let after =
        results(folder.path(), "after.csv", |_, cells| cells[column("mos_lqo")] = "3.85".into());
    let limits = folder.path().join("gate.toml");
    let gate = |text: &str| {
        fs::write(&limits, text).unwrap();
        let options = ["--smallest-effect", "1", "--limits", limits.to_str().unwrap()];
        compare(&baseline, &after, &options)
    };
    let (code, said) = gate("max_drop = 0.1\n[device.headset]\nmax_drop = 0.2\n");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Failed: of 6 rows, 3 dropped"), "{said}");
    let (code, said) = gate("max_drop = \"0.2\"\n[device.headset]\nmin = 3.9\n");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("3 below the minimum"), "{said}");
    assert_eq!(gate("max_drop = 0.2").0, 0);
    for (text, reason) in [
        ("max_dorp = 0.2", "max_dorp is no limit; there are max_drop"),
        ("[device.headset]\nmax_dorp = 1", "[device.headset]: max_dorp is no limit"),
        (
            "[device.hedset]\nmax_drop = 1",
            "no row belongs to [device.hedset]; the column device has desk, headset",
        ),
        ("[maker.x]\nmax_drop = 1", "there is no column maker"),
        ("[device]\nmax_drop = 1", "device.max_drop is no group"),
        ("max_drop = 9", "max_drop = 9: give a number from 0 to 5"),
        ("max_drift = \"1 dB\"", "max_drift = 1 dB: give a number"),
        ("max_drop = true", "neither a number"),
        ("max_drop = nan", "give a number from 0 to 5"),
        ("max_drop", "gate.toml"),
        ("max_drop = 1\nmax_drop = 2", "gate.toml"),
    ] {
        let (code, said) = gate(text);
        assert_eq!(code, 2, "{text}: {said}");
        assert!(said.contains(reason), "{text}: {said}");
    }
}

#[test]
fn a_baseline_is_replaced_by_what_was_reviewed_and_only_by_that() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    let after = with(folder.path(), "mos_lqo", "3.5");
    let (code, said) = compare(&baseline, &after, &["--update"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("Dropped: 1\n  call-2") && said.contains("now holds the results"),
        "{said}"
    );
    assert_eq!(fs::read(&baseline).unwrap(), fs::read(&after).unwrap());
    assert_eq!(compare(&baseline, &after, &[]).0, 0);
    let unscored = with(folder.path(), "mos_lqo", "");
    let (code, said) = compare(&baseline, &unscored, &["--update"]);
    assert_eq!(code, 2);
    assert!(said.contains("the baseline stays as it is: 1 rows"), "{said}");
    assert_eq!(compare(&baseline, &unscored, &["--update", "--allow-unscored", "1"]).0, 0);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn so_many_rows_may_stay_unscored() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    let after = with(folder.path(), "mos_lqo", "");
    assert_eq!(compare(&baseline, &after, &[]).0, 1);
    let (code, said) = compare(&baseline, &after, &["--allow-unscored", "1"]);
    assert_eq!(code, 0);
    assert!(said.contains("Could not be scored, tolerated: 1\n  call-2"), "{said}");
}

#[test]
fn renamed_rows_are_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    for (name, degraded) in [("kitchen", "d2.wav"), ("call-02", "other.wav")] {
        let after = results(folder.path(), "after.csv", |call, cells| {
            if call == 2 {
                (cells[0], cells[3]) = (name.into(), degraded.into());
            }
        });
        let (code, said) = compare(&baseline, &after, &[]);
        assert_eq!(code, 1);
        assert!(
            said.contains(&format!(
                "call-2: in the baseline but not in the results; renamed to {name}?"
            )),
            "{said}"
        );
        assert!(
            said.contains(&format!("{name}: MOS-LQO 4.00; not in the baseline; was it call-2?")),
            "{said}"
        );
    }
}

#[test]
fn warnings_are_told_and_fail_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    let after = with(folder.path(), "warnings", "d2.wav: hardly resembles the reference");
    let junit = folder.path().join("junit.xml");
    let options = ["--junit", junit.to_str().unwrap()];
    let (code, said) = compare(&baseline, &after, &options);
    assert_eq!(code, 0);
    assert!(said.contains("Warnings: 1\n  call-2: d2.wav: hardly resembles"), "{said}");
    assert!(fs::read_to_string(&junit).unwrap().contains("hardly resembles"));
    let (code, said) = compare(&baseline, &after, &["--fail-on-warning"]);
    assert_eq!(code, 1);
    assert!(said.contains("Failed: of 6 rows, 1 with a warning"), "{said}");
}

#[test]
fn what_is_printed_of_a_drop_is_true() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    for (score, words) in [
        ("3.8999", "MOS-LQO 4.0000 to 3.8999 (-0.1001), more than the 0.1 allowed"),
        ("3.896", "MOS-LQO 4.000 to 3.896 (-0.104), more than the 0.1 allowed"),
        ("3.85", "MOS-LQO 4.00 to 3.85 (-0.15), more than the 0.1 allowed"),
    ] {
        let (code, said) = compare(&baseline, &with(folder.path(), "mos_lqo", score), &[]);
        assert_eq!(code, 1);
        assert!(said.contains(words), "{said}");
    }
    let (code, said) = compare(&baseline, &with(folder.path(), "mos_lqo", "3.9"), &[]);
    assert_eq!(code, 0, "{said}");
    let (_, said) =
        compare(&baseline, &with(folder.path(), "mos_lqo", "3.5996"), &["--min", "3.6"]);
    assert!(said.contains("MOS-LQO 3.5996 is below the minimum of 3.6"), "{said}");
}

#[test]
fn reports_are_written_where_nothing_could_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    let bad = with(folder.path(), "mos_lqo", "nan");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (junit, markdown) = (path("junit.xml"), path("comment.md"));
    let options = ["--junit", &junit, "--markdown", &markdown, "--json"];
    let (code, said) = compare(&baseline, &bad, &options);
    assert_eq!(code, 2);
    follows_its_schema(&said);
    assert!(
        said.contains("\"passed\": false") && said.contains("\"error_kind\": \"invalid_row\""),
        "{said}"
    );
    let report = quick_junit::Report::deserialize_from_str(&fs::read_to_string(junit).unwrap());
    assert_eq!(report.unwrap().errors, 1);
    assert!(fs::read_to_string(markdown).unwrap().contains("Not compared: "));
    let unwritable = path("no/such/folder/junit.xml");
    let markdown = path("other.md");
    let (code, _) =
        compare(&baseline, &baseline, &["--junit", &unwritable, "--markdown", &markdown]);
    assert_eq!(code, 2);
    assert!(Path::new(&markdown).exists(), "one report that cannot be written hinders no other");
}

#[test]
fn talkers_count_as_talkers_and_where_none_is_named_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    let (_, said) = compare(&baseline, &baseline, &[]);
    assert!(said.contains("6 rows, talkers not named"), "{said}");
    let (_, said) = compare(&baseline, &baseline, &["--talker", "device"]);
    assert!(said.contains("6 rows of 2 talkers"), "{said}");
}

#[test]
fn a_group_whose_rows_fail_is_not_called_ok() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = results(folder.path(), "baseline.csv", |_, _| {});
    let after = with(folder.path(), "mos_lqo", "3");
    let (_, said) = compare(&baseline, &after, &["--group-by", "device"]);
    assert!(said.contains("FAIL desk: mean -0.333"), "{said}");
    assert!(said.contains("; 1 row fail") && said.contains("ok   headset: "), "{said}");
}
