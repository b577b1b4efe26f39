//! A batch takes model files as `basilar score --model` does, for all rows or in a column of the manifest.

use crate::material::manifests;
use crate::material::program::{basilar, with_file_limit};
use crate::material::recordings::folder as samples;
use basilar::table::{Cells, read, text};
use std::fs;
use std::path::Path;

fn rows(results: &Path) -> Vec<Cells> {
    read(results).unwrap().map(Result::unwrap).collect()
}

#[test]
fn rows_name_built_in_models_and_model_files_relative_to_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("lists")).unwrap();
    fs::create_dir(path("lists/mine")).unwrap();
    let wide = samples().parent().unwrap().join("models/p862-wb.json");
    let wide = fs::read_to_string(wide).unwrap();
    let lenient = wide.replacen("\"name\": \"p862-wb\"", "\"name\": \"lab-wb\"", 1);
    assert_ne!(wide, lenient);
    fs::write(path("lists/mine/lab.json"), &lenient).unwrap();
    fs::write(path("lists/broken.json"), &lenient[..lenient.len() / 2]).unwrap();
    let talker = samples().join("16k/horizons-en");
    let [reference, degraded] =
        ["reference.wav", "opus-12-kbps.wav"].map(|file| talker.join(file).display().to_string());
    let models = ["", "nb", "p862-wb", "mine/lab.json", "broken.json", "gone.json", "p863"];
    let lines: String =
        models.iter().map(|model| format!("{reference},{degraded},{model}\n")).collect();
    fs::write(path("lists/pairs.csv"), format!("reference,degraded,model\n{lines}")).unwrap();
    let mut command = basilar();
    command.current_dir(folder.path()).args(["batch", "lists/pairs.csv", "-o", "results.csv"]);
    command.args(["--model", "lists/mine/lab.json"]).assert().code(3);
    let rows = rows(&path("results.csv"));
    let cells = |column: &str| rows.iter().map(|row| text(row.get(column))).collect::<Vec<_>>();
    assert_eq!(cells("model")[..4], ["lab-wb", "p862-nb", "p862-wb", "lab-wb"]);
    assert_eq!(cells("mos_lqo")[0], cells("mos_lqo")[2]);
    assert_eq!(cells("error_kind")[3..], ["", "invalid_model", "not_found", "unknown_model"]);
    for (error, remedy) in cells("error")[4..].iter().zip(["models/", "check the path", "auto, nb"])
    {
        assert!(error.contains(remedy), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_is_not_continued_with_a_model_file_that_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = manifests::manifest(folder.path(), 60);
    let model = folder.path().join("lab.json");
    let built_in = fs::read_to_string(samples().parent().unwrap().join("models/p862-nb.json"));
    let built_in = built_in.unwrap();
    fs::write(&model, &built_in).unwrap();
    let output = folder.path().join("results.csv");
    let run = |limit: Option<u32>| {
        let mut command = with_file_limit(limit);
        command.arg("batch").arg(&manifest).arg("-o").arg(&output).arg("--resume");
        command.arg("--model").arg(&model).output().unwrap()
    };
    assert_eq!(run(Some(8)).status.code(), Some(2));
    fs::write(&model, built_in.replacen("\"low\": 0.999", "\"low\": 0.998", 1)).unwrap();
    let refused = run(None);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("other options"), "{said}");
    fs::write(&model, built_in).unwrap();
    assert_eq!(run(None).status.code(), Some(0));
}
