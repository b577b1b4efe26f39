//! Manifests made from the samples, for the tests of batches.

use super::recordings::folder as samples;
use basilar::table::{self, Column, Kind, read, text};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// So many pairs of the samples, over and over, references in turn.
pub fn pairs(count: usize) -> Vec<(String, String)> {
    let conditions = read(&samples().join("conditions.csv")).unwrap().map(Result::unwrap);
    let narrow = conditions.filter(|cells| {
        cells["sample_rate"] == "8000" && text(cells.get("degraded")).starts_with("8k/")
    });
    let path =
        |cell: &serde_json::Value| samples().join(text(Some(cell))).to_str().unwrap().to_owned();
    let pairs: Vec<_> =
        narrow.map(|row| (path(&row["reference"]), path(&row["degraded"]))).collect();
    // A step that shares no factor with their number visits all, each reference again and again.
    let step = (7..).find(|step| pairs.len() % step != 0).unwrap();
    (0..count).map(|i| pairs[i * step % pairs.len()].clone()).collect()
}

/// A manifest of so many pairs with two columns of its own.
pub fn manifest(folder: &Path, rows: usize) -> PathBuf {
    let path = folder.join("manifest.csv");
    let pairs = pairs(rows).into_iter().enumerate();
    let rows: String = pairs
        .map(|(i, (reference, degraded))| {
            format!("{i},\"a \"\"{i}\"\", b\",{reference},{degraded}\n")
        })
        .collect();
    fs::write(&path, format!("call id,note,reference,degraded\n{rows}")).unwrap();
    path
}

/// Copies a table's first columns.
pub fn keep_columns(from: &Path, to: &Path, count: usize) {
    let rows: Vec<_> = read(from).unwrap().map(Result::unwrap).collect();
    let column = |name: &String| {
        let kind = rows.iter().filter_map(|row| Kind::of(&row[name])).next();
        Column { name: name.clone(), kind: kind.unwrap_or(Kind::Text) }
    };
    let columns: Vec<_> = rows[0].keys().take(count).map(column).collect();
    let file = File::create(to).unwrap();
    let mut writer = table::write(file, table::Format::of(to).unwrap(), &columns).unwrap();
    rows.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();
}
