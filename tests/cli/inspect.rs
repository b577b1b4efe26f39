//! `basilar inspect`: findings without a reference as text, JSON, tables, and as a gate.

use crate::material::program::{basilar, printed, said};
use crate::material::{json_schema, recordings, wav};
use basilar::table::{read, text};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CLEAN: &str = "audio-samples/16k/horizons-en/reference.wav";

/// A folder with a clipped recording.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (samples, rate) = recordings::sample("16k/horizons-en/reference.wav");
    let clipped: Vec<f32> = samples.iter().map(|x| (4.0 * x).clamp(-0.25, 0.25)).collect();
    fs::create_dir(folder.path().join("calls")).unwrap();
    wav::write_rounded(&folder.path().join("calls/clipped.wav"), rate, &clipped);
    folder
}

fn clipped(folder: &TempDir) -> String {
    folder.path().join("calls/clipped.wav").display().to_string()
}

#[test]
fn a_clean_recording_and_a_clipped_one_read_so() {
    let folder = folder();
    let done = basilar().args(["inspect", CLEAN, &clipped(&folder)]).assert().code(0);
    let text = printed(&done);
    assert!(text.contains("8.739 s at 16000 Hz"), "{text}");
    assert!(text.contains("nothing was found wrong"), "{text}");
    assert!(text.contains("% of the speech clipped"), "{text}");
}

#[test]
fn the_gate_fails_on_what_it_is_told_to_and_says_why() {
    let path = clipped(&folder());
    for (rule, exit) in [("clipping", 1), ("any", 1), ("hum,one-way-call", 0)] {
        let folder = folder();
        let path = clipped(&folder);
        let done = basilar().args(["inspect", "--fail-on", rule, &path]).assert().code(exit);
        let failed = said(&done);
        assert_eq!(failed.contains(&format!("failed: {path}, mono: ")), exit == 1, "{failed}");
    }
    let done = basilar().args(["inspect", "--fail-on", "clippping", &path]).assert().code(2);
    assert!(said(&done).contains("name any of clipping, lost_speech"), "{}", said(&done));
}

#[test]
fn json_follows_its_schema_and_unreadable_files_have_their_sentence() {
    let folder = folder();
    let arguments = ["inspect", "--json", CLEAN, "missing.wav", &clipped(&folder)];
    let done = basilar().args(arguments).assert().code(3);
    let document: Value = serde_json::from_str(&printed(&done)).unwrap();
    let schema = fs::read_to_string("schemas/inspection-1.json").unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &document).unwrap();
    let recordings = document["recordings"].as_array().unwrap();
    assert_eq!(recordings[1]["error"], "missing.wav: no such file; check the path");
    let findings = &recordings[2]["channels"][0]["diagnosis"]["findings"];
    assert_eq!(findings[0]["kind"], "clipping", "{document}");
}

#[test]
fn folders_and_tables_become_tables_with_a_row_a_channel() {
    let folder = folder();
    let within = |name: &str| folder.path().join(name);
    wav::encode_float(
        fs::File::create(within("calls/stereo.wav")).unwrap(),
        8000,
        (0..8000).map(|n| [(f64::from(n) * 0.3).sin() as f32 * 0.1, 0.0]),
    );
    fs::write(within("calls.csv"), "file,site\ncalls/clipped.wav,north\ncalls/none.wav,south\n")
        .unwrap();
    let rows =
        |table: &str| -> Vec<_> { read(&within(table)).unwrap().map(|row| row.unwrap()).collect() };
    let run = |input: &str, output: &str, exit: i32| {
        let paths = [input, output].map(|name| within(name).display().to_string());
        let done = basilar().args(["inspect", &paths[0], "-o", &paths[1]]).assert().code(exit);
        assert_eq!(printed(&done), "");
    };
    run("calls", "of-folder.parquet", 0);
    let of_folder = rows("of-folder.parquet");
    let channels: Vec<String> = of_folder.iter().map(|row| text(row.get("channel"))).collect();
    assert_eq!(channels, ["mono", "left", "right"]);
    assert_eq!(text(of_folder[2].get("main_cause")), "nothing_heard");
    run("calls.csv", "of-table.csv", 3);
    let of_table = rows("of-table.csv");
    assert_eq!(text(of_table[0].get("site")), "north");
    assert_eq!(text(of_table[0].get("file")), "calls/clipped.wav");
    assert!(text(of_table[0].get("causes")).contains("clipping"), "{of_table:?}");
    assert_eq!(text(of_table[1].get("error_kind")), "not_found");
    let path = within("calls.csv").display().to_string();
    let done = basilar().args(["inspect", &path, "-o", &path]).assert().code(2);
    assert!(said(&done).contains("calls.csv"), "{}", said(&done));
    assert!(Path::new(&path).exists());
}

#[test]
fn standard_input_is_inspected_too() {
    let done = basilar().args(["inspect", "-"]).pipe_stdin(CLEAN).unwrap().assert().code(0);
    assert!(printed(&done).contains("nothing was found wrong"), "{}", printed(&done));
}
