//! Models and tables with numbers that nothing can be done with: refused in a sentence, at once.

use crate::material::program::{basilar, said};
use crate::material::{recordings, shared};
use basilar::{Error, Model, Scorer};
use std::fs;
use std::path::Path;

fn built_in(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name)).unwrap()
}

#[test]
fn models_with_absurd_numbers_are_refused_with_the_name_of_the_number() {
    for (model, from, to, named) in [
        ("basilar-fb.json", "\"rounds\": 5", "\"rounds\": 4611686018427387904", "level.rounds"),
        (
            "basilar-fb.json",
            "\"transform\": 512",
            "\"transform\": 1073741824",
            "periodicity.transform",
        ),
        ("basilar-fb.json", "\"highest\": 4.75", "\"highest\": 1e308", "mapping.highest"),
        ("basilar-fb.json", "\"block_s\": 0.005", "\"block_s\": 1e-300", "missing.block_s"),
        ("p862-wb.json", "\"silent_power\": 10000000.0", "\"silent_power\": -1.0", "silent_power"),
        ("p862-wb.json", "\"passes\": 12", "\"passes\": 100000000", "passes"),
    ] {
        let text = built_in(model);
        assert!(text.contains(from), "{from}");
        let refused = Model::from_json("own.json", &text.replace(from, to));
        let Err(Error::InvalidModel { reason, .. }) = refused else { panic!("{to} is refused") };
        assert!(reason.contains(named), "{reason}");
    }
    for name in ["model-highest", "model-response-range", "model-rounds", "model-transform"] {
        let Some(path) = shared::file(&format!("cases/tables/{name}.json")) else { continue };
        let refused = Model::from_json(name, &fs::read_to_string(path).unwrap());
        assert!(matches!(refused, Err(Error::InvalidModel { .. })), "{name}");
    }
}

/// Numbers may be possible each by itself and yet come to nothing together.
#[test]
fn no_model_gives_an_opinion_outside_its_range() {
    let reference = recordings::open("16k/horizons-en/reference.wav");
    let degraded = recordings::open("16k/horizons-en/opus-12-kbps.wav");
    for (from, to) in [
        ("\"span\": 4.0", "\"span\": 40.0"),
        ("\"zwicker_power\": 0.23", "\"zwicker_power\": 3.0"),
        ("\"slope\": -1.3669", "\"slope\": 1.3669"),
    ] {
        let text = built_in("p862-wb.json");
        assert!(text.contains(from), "{from}");
        let Ok(model) = Model::from_json("own.json", &text.replace(from, to)) else { continue };
        match Scorer::new(model).score(&reference, &degraded) {
            Ok(score) => assert!((0.99..=5.0).contains(&score.mos_lqo), "{to}: {}", score.mos_lqo),
            Err(error) => assert!(matches!(error, Error::InvalidModel { .. }), "{error}"),
        }
    }
}

#[test]
fn a_parquet_file_with_a_negative_offset_is_refused() {
    let Some(path) = shared::file("cases/tables/negative-offset.parquet") else { return };
    for command in ["summarize", "validate"] {
        let done = basilar().arg(command).arg(&path).assert().code(2);
        let said = said(&done);
        assert!(said.contains("negative-offset.parquet: ") && !said.contains("panicked"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_model_that_never_ends_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("endless.json");
    std::os::unix::fs::symlink("/dev/zero", &model).unwrap();
    let samples = recordings::folder().join("8k/carlo-it/reference.wav");
    let done =
        basilar().arg("score").args([&samples, &samples]).arg("--model").arg(&model).assert();
    assert!(said(&done.code(2)).contains("a pipe or device can be read only once"));
}
