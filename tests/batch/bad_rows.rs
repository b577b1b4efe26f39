//! A bad file costs its own row, which says what is wrong and how to mend it.

use crate::material::manifests::pairs;
use crate::material::program::basilar;
use crate::material::wav;
use basilar::table::{read, text};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every kind of rubbish: the degraded cell of its row, its error's kind, and what the message must name.
fn rubbish(folder: &Path) -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let path = |name: &str| folder.join(name);
    let speech: Vec<i16> = {
        let (reference, _) = pairs(1).remove(0);
        hound::WavReader::open(reference).unwrap().samples().map(Result::unwrap).collect()
    };
    fs::write(path("empty.wav"), "").unwrap();
    wav::write(&path("silent.wav"), 8000, &vec![0; 64_000]);
    wav::write(&path("short.wav"), 8000, &speech[..1000]);
    wav::write(&path("slow.wav"), 100, &speech);
    wav::write(&path("whole.wav"), 8000, &speech);
    let whole = fs::read(path("whole.wav")).unwrap();
    fs::write(path("truncated.wav"), &whole[..whole.len() / 2]).unwrap();
    fs::write(path("text.wav"), "these are words, not samples").unwrap();
    fs::create_dir(path("folder.wav")).unwrap();
    let name = |name: &str| name.as_bytes().to_vec();
    vec![
        (name("missing.wav"), "not_found", "check the path"),
        (name("empty.wav"), "empty", "copy it again"),
        (name("truncated.wav"), "truncated", "copy the file again"),
        (name("silent.wav"), "silent", "check that the right file"),
        (name("short.wav"), "too_short", "give at least"),
        (name("slow.wav"), "sample_rate", "correct the header"),
        (name("text.wav"), "unknown_format", "give WAV"),
        (name("folder.wav"), "is_directory", "name an audio file"),
        (b"M\xfcller.wav".to_vec(), "invalid_row", "not UTF-8; rename the file"),
        (vec![b'a'; 4000], "name_too_long", "shorten"),
        (b"d/".repeat(2000), "not_found", "check the path"),
        (name(""), "missing_path", "fill in that cell"),
    ]
}

#[test]
fn a_manifest_with_ten_percent_rubbish_completes_and_each_bad_row_says_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let rubbish = rubbish(folder.path());
    let mut manifest = b"degraded,reference,talker\n".to_vec();
    let mut expected = Vec::new();
    for (i, (reference, degraded)) in pairs(rubbish.len() * 10).into_iter().enumerate() {
        let bad = (i % 10 == 3).then(|| &rubbish[i / 10]);
        manifest.extend(bad.map_or(degraded.as_bytes(), |(name, ..)| name));
        manifest.extend(format!(",{reference},talker {i}\n").bytes());
        expected.push(bad.map(|(_, kind, remedy)| (*kind, *remedy)));
    }
    fs::write(folder.path().join("manifest.csv"), manifest).unwrap();
    let results = folder.path().join("results.csv");
    let run = basilar()
        .arg("batch")
        .arg(folder.path().join("manifest.csv"))
        .arg("-o")
        .arg(&results)
        .assert();
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    run.code(3);
    let rows: Vec<_> = read(&results).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), expected.len());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (row, expected) in rows.iter().zip(&expected) {
        let cell = |column| text(row.get(column));
        match expected {
            None => assert!(cell("mos_lqo").parse::<f64>().is_ok(), "{row:?}"),
            Some((kind, remedy)) => {
                *kinds.entry(kind).or_default() += 1;
                assert_eq!(cell("error_kind"), *kind, "{row:?}");
                assert!(cell("error").contains(remedy), "{row:?}");
                assert_eq!(cell("mos_lqo"), "");
            }
        }
    }
    for (kind, count) in kinds {
        assert!(said.contains(&format!("{count} {kind}")), "{kind} {count} in {said}");
    }
}

#[test]
fn rows_that_are_not_json_or_have_too_few_cells_cost_only_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (reference, degraded) = pairs(1).remove(0);
    let good = serde_json::json!({ "reference": reference, "degraded": degraded });
    fs::write(path("a.jsonl"), format!("{good}\n{{\"reference\":\n\n{good}\n")).unwrap();
    fs::write(path("a.csv"), format!("reference,degraded\nx\n{reference},{degraded}\n")).unwrap();
    for (manifest, bad, rows) in [("a.jsonl", 1, 3), ("a.csv", 0, 2)] {
        let results = path("results.jsonl");
        basilar().arg("batch").arg(path(manifest)).arg("-o").arg(&results).assert().code(3);
        let written: Vec<_> = read(&results).unwrap().map(Result::unwrap).collect();
        assert_eq!(written.len(), rows);
        for (i, row) in written.iter().enumerate() {
            let expected = if i == bad { "invalid_row".into() } else { serde_json::Value::Null };
            assert_eq!(row["error_kind"], expected, "{manifest} {row:?}");
        }
    }
}

#[test]
fn a_manifest_that_cannot_be_meant_is_refused_before_anything_is_scored() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("no-degraded.csv"), "reference,deg\na,b\n").unwrap();
    fs::write(path("taken.csv"), "reference,degraded,mos_lqo\na,b,3\n").unwrap();
    fs::write(path("table.xls"), "reference,degraded\na,b\n").unwrap();
    fs::write(path("not.parquet"), "reference,degraded\na,b\n").unwrap();
    for (manifest, reason) in [
        ("no-degraded.csv", "no column degraded, only reference, deg"),
        ("taken.csv", "mos_lqo is also one of the results"),
        ("table.xls", "let it end in .csv"),
        ("not.parquet", "not a Parquet file"),
        ("missing.csv", "no such file"),
    ] {
        let run = basilar().arg("batch").arg(path(manifest)).arg("-o").arg(path("r.csv")).assert();
        let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        run.code(2);
        assert!(said.contains(reason), "{manifest}: {said}");
        assert!(!path("r.csv").exists() && !path("r.csv.partial").exists());
    }
}
