//! The results of a batch: in the manifest's order, the same bytes whatever the number of jobs, in every format.

use crate::material::manifests::{self, manifest};
use crate::material::near::assert_near;
use crate::material::program::basilar;
use basilar::table::{read, text};
use std::fs;

#[test]
fn the_results_are_the_same_bytes_whatever_the_number_of_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path(), 24);
    for jobs in ["1", "2", "7"] {
        let output = |format: &str| folder.path().join(format!("{jobs}.{format}"));
        basilar()
            .args(["batch", "--jobs", jobs])
            .arg(&manifest)
            .args(["csv", "jsonl", "parquet"].iter().flat_map(|f| ["-o".into(), output(f)]))
            .assert()
            .success();
        for format in ["csv", "jsonl", "parquet"] {
            let first = fs::read(folder.path().join(format!("1.{format}"))).unwrap();
            assert!(first == fs::read(output(format)).unwrap(), "{jobs} jobs, {format}");
        }
    }
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 3 * 3 + 1, "no journal and no unfinished file is left: {left:?}");
}

#[test]
fn rows_stand_in_the_manifests_order_with_their_own_columns_and_the_scores_of_basilar_score() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifest(folder.path(), 12);
    let results = folder.path().join("results.parquet");
    basilar().arg("batch").arg(&manifest).arg("-o").arg(&results).assert().success();
    let asked: Vec<_> = read(&manifest).unwrap().map(Result::unwrap).collect();
    let given: Vec<_> = read(&results).unwrap().map(Result::unwrap).collect();
    assert_eq!(asked.len(), given.len());
    for (asked, given) in asked.iter().zip(&given) {
        for (column, cell) in asked {
            assert_eq!(&given[column], cell, "{column}");
        }
        let open = |column| ::basilar::Signal::open(text(given.get(column))).unwrap();
        let (reference, degraded) = (open("reference"), open("degraded"));
        let model = ::basilar::Model::for_sample_rate(reference.sample_rate());
        let score = ::basilar::Scorer::new(model).score(&reference, &degraded).unwrap();
        let found = given["mos_lqo"].as_f64().unwrap();
        assert_near(found, score.mos_lqo, 5.1e-5, text(given.get("degraded")));
        assert_eq!(given["model"], score.model);
        assert_eq!(given["error"], serde_json::Value::Null);
    }
}

#[test]
fn a_manifest_may_be_csv_tsv_json_lines_or_parquet_and_carries_its_own_types() {
    let folder = tempfile::tempdir().unwrap();
    let pair = manifests::pairs(1).remove(0);
    let lines: String = [24, 32]
        .map(|rate| {
            serde_json::json!({ "reference": pair.0, "degraded": pair.1, "bitrate": rate,
                "loss": 0.5, "lab": true, "site": "Aachen, Süd" })
        })
        .map(|row| row.to_string() + "\n")
        .concat();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.jsonl"), lines).unwrap();
    let steps = [("a.jsonl", "b.parquet"), ("b.parquet", "c.csv"), ("c.csv", "d.tsv")];
    for (manifest, results) in steps {
        // The results' own columns would be taken twice; a manifest holds the carried ones.
        let carried = path(&format!("carried-{manifest}"));
        manifests::keep_columns(&path(manifest), &carried, 6);
        basilar().arg("batch").arg(&carried).arg("-o").arg(path(results)).assert().success();
    }
    let parquet: Vec<_> = read(&path("b.parquet")).unwrap().map(Result::unwrap).collect();
    assert_eq!(parquet[1]["bitrate"], 32);
    assert_eq!(parquet[1]["loss"], 0.5);
    assert_eq!(parquet[1]["lab"], true);
    let tsv = fs::read_to_string(path("d.tsv")).unwrap();
    assert!(tsv.contains("\t32\t0.5\ttrue\tAachen, Süd\t"), "{tsv}");
}

#[test]
fn two_folders_are_matched_by_name_or_by_a_pattern_whose_parts_become_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["references", "same", "coded"] {
        fs::create_dir(path(name)).unwrap();
    }
    let (reference, degraded) = manifests::pairs(1).remove(0);
    fs::copy(&reference, path("references/anna.wav")).unwrap();
    fs::copy(&degraded, path("same/anna.flac")).unwrap();
    fs::copy(&degraded, path("same/berta.flac")).unwrap();
    fs::copy(&degraded, path("coded/anna_opus-24.flac")).unwrap();
    fs::write(path("coded/notes.txt"), "not a recording").unwrap();
    let folders = |degraded: &str| {
        let mut command = basilar();
        command.arg("batch").arg("--reference-dir").arg(path("references"));
        command.arg("--degraded-dir").arg(path(degraded)).arg("-o").arg(path("results.csv"));
        command
    };
    folders("same").assert().code(3);
    let rows: Vec<_> = read(&path("results.csv")).unwrap().map(Result::unwrap).collect();
    assert!(text(rows[0].get("mos_lqo")).parse::<f64>().unwrap() > 1.0);
    assert_eq!(rows[1]["error_kind"], "no_reference");
    folders("coded").args(["--match", "{reference}_{codec}-{bitrate}.flac"]).assert().success();
    let rows: Vec<_> = read(&path("results.csv")).unwrap().map(Result::unwrap).collect();
    assert_eq!(
        (rows.len(), &rows[0]["codec"], &rows[0]["bitrate"]),
        (1, &"opus".into(), &"24".into())
    );
}
