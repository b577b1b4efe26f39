//! Every score equals the ITU reference program's within 0.001, raw and MOS-LQO.

use crate::material::recordings::rows;
use crate::material::shared;
use basilar::{Model, Scorer, Signal};
use std::path::Path;

const TOLERANCE: f64 = 0.001;

/// Scores every row of `table` in `folder`; prints and checks the largest differences.
fn check(set: &str, model: Model, folder: &Path, table: &Path, raw: &str, mos_lqo: &str) {
    let scorer = Scorer::new(model);
    let (mut worst, mut worst_file, mut count) = ([0.0f64; 2], String::new(), 0);
    for row in rows(table) {
        let open = |column: &str| Signal::open(folder.join(&row[column])).unwrap();
        let score = scorer.score(&open("reference"), &open("degraded")).unwrap();
        let expected = |column: &str| row[column].parse::<f64>().unwrap();
        let off =
            [(score.raw.unwrap() - expected(raw)).abs(), (score.mos_lqo - expected(mos_lqo)).abs()];
        if off[0].max(off[1]) > worst[0].max(worst[1]) {
            (worst, worst_file) = (off, row["degraded"].clone());
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

/// The four sets of a table whose folder has the same files at 8 and 16 kHz.
fn check_all(prefix: &str, table: &Path) {
    let folder = table.parent().unwrap();
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
            table,
            &format!("{set}_raw"),
            &format!("{set}_mos"),
        );
    }
}

#[test]
fn annex_a() {
    let Some(table) = shared::file("p862/annex-a/expected.csv") else { return };
    let folder = table.parent().unwrap();
    check("annex_a", Model::narrowband(), folder, &table, "raw_exact", "mos_lqo");
}

#[test]
fn short_pairs() {
    let Some(table) = shared::file("p862/scores.csv") else { return };
    check_all("", &table);
}

#[test]
fn long_pairs() {
    let Some(table) = shared::file("p862/long/scores.csv") else { return };
    check_all("long_", &table);
}
