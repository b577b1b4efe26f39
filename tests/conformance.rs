//! Every score equals the ITU reference program's within 0.001, raw and MOS-LQO.

use basilar::{Model, Scorer, Signal};
use std::path::{Path, PathBuf};

const TOLERANCE: f64 = 0.001;

/// The folder of conformance material, if there is one.
fn shared() -> Option<PathBuf> {
    let folder =
        std::env::var_os("BASILAR_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    if folder.join("p862/scores.csv").exists() {
        return Some(folder.join("p862"));
    }
    assert!(
        std::env::var_os("BASILAR_REQUIRE_SHARED").is_none(),
        "no conformance material in {}",
        folder.display()
    );
    println!("skipped: no conformance material in {} (set BASILAR_SHARED)", folder.display());
    None
}

/// The rows of a table as lookups by column name.
fn rows(table: &Path) -> Vec<impl Fn(&str) -> String + use<>> {
    let text = std::fs::read_to_string(table)
        .unwrap_or_else(|error| panic!("{}: {error}", table.display()));
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let row = |cells: Vec<String>| {
        let header = header.clone();
        move |column: &str| {
            cells[header.iter().position(|name| name == column).expect("a known column")].clone()
        }
    };
    lines.map(row).collect()
}

/// Scores every row of `table` in `folder`; prints and checks the largest differences.
fn check(set: &str, model: Model, folder: &Path, table: &Path, raw: &str, mos_lqo: &str) {
    let scorer = Scorer::new(model);
    let (mut worst, mut worst_file, mut count) = ([0.0f64; 2], String::new(), 0);
    for row in rows(table) {
        let open = |column| Signal::open(folder.join(row(column))).unwrap();
        let score = scorer.score(&open("reference"), &open("degraded")).unwrap();
        let expected = |column| row(column).parse::<f64>().unwrap();
        let off =
            [(score.raw.unwrap() - expected(raw)).abs(), (score.mos_lqo - expected(mos_lqo)).abs()];
        if off[0].max(off[1]) > worst[0].max(worst[1]) {
            (worst, worst_file) = (off, row("degraded"));
        }
        count += 1;
    }
    println!(
        "{set:14} {count:3} pairs, largest difference raw {:.6} MOS-LQO {:.6} {worst_file}",
        worst[0], worst[1]
    );
    assert!(
        count > 0 && worst[0].max(worst[1]) <= TOLERANCE,
        "{set}: {worst_file} is off by {worst:?}"
    );
}

/// The four sets of a folder with the same files at 8 and 16 kHz.
fn check_all(prefix: &str, folder: &Path) {
    let table = folder.join("scores.csv");
    for (set, model, rate) in [
        ("nb8", Model::narrowband(), "8k"),
        ("nb16", Model::narrowband(), "16k"),
        ("wb", Model::wideband(), "16k"),
        ("wb_cor2", Model::wideband_corrigendum2(), "16k"),
    ] {
        let name = format!("{prefix}{set}");
        check(
            &name,
            model,
            &folder.join(rate),
            &table,
            &format!("{set}_raw"),
            &format!("{set}_mos"),
        );
    }
}

#[test]
fn annex_a() {
    let Some(p862) = shared() else { return };
    let folder = p862.join("annex-a");
    check(
        "annex_a",
        Model::narrowband(),
        &folder,
        &folder.join("expected.csv"),
        "raw_exact",
        "mos_lqo",
    );
}

#[test]
fn short_pairs() {
    let Some(p862) = shared() else { return };
    check_all("", &p862);
}

#[test]
fn long_pairs() {
    let Some(p862) = shared() else { return };
    check_all("long_", &p862.join("long"));
}
