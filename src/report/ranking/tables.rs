//! A ranking for other programs: the systems as CSV, the differences as a table of any format.

use crate::ranking::Ranking;
use crate::table::{self, Cells, Column, Format, Kind};
use serde_json::Value;
use std::fs::File;
use std::io::{Result, Write};

/// Writes a row a system, best first.
///
/// # Errors
/// What the writer says.
pub fn systems(ranking: &Ranking, out: &mut impl Write) -> Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let columns = ["rows", "mean", "low", "high", "group"];
    csv.write_record(ranking.by.iter().map(String::as_str).chain(columns))?;
    for system in &ranking.systems {
        let end = |end: Option<f64>| end.map_or(String::new(), |end| format!("{end:.4}"));
        let numbers = [
            system.rows.to_string(),
            format!("{:.4}", system.mean),
            end(system.interval.map(|ends| ends.0)),
            end(system.interval.map(|ends| ends.1)),
            system.letters.clone(),
        ];
        csv.write_record(system.system.iter().cloned().chain(numbers))?;
    }
    csv.flush()
}

/// Writes a row for every pair of systems, the better one first.
///
/// # Errors
/// What the operating system says.
pub fn differences(ranking: &Ranking, file: File, format: Format) -> Result<()> {
    let text = ["better", "worse"].map(|name| (name, Kind::Text));
    let numbers = ["difference", "standard_error", "degrees", "low", "high", "p"];
    let numbers = numbers.map(|name| (name, Kind::Number));
    let columns = text.into_iter().chain(numbers).chain([("more_items", Kind::Integer)]);
    let columns: Vec<Column> =
        columns.map(|(name, kind)| Column { name: name.to_owned(), kind }).collect();
    let mut writer = table::write(file, format, &columns)?;
    for pair in &ranking.differences {
        let cells: [(&str, Value); 9] = [
            ("better", pair.better.join(" ").into()),
            ("worse", pair.worse.join(" ").into()),
            ("difference", pair.difference.into()),
            ("standard_error", pair.standard_error.into()),
            ("degrees", pair.degrees.into()),
            ("low", pair.interval.map(|ends| ends.0).into()),
            ("high", pair.interval.map(|ends| ends.1).into()),
            ("p", pair.p.into()),
            ("more_items", pair.more_items.into()),
        ];
        let cells: Cells =
            cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        writer.write(&cells)?;
    }
    writer.finish()
}
