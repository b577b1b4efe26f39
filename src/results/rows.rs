//! The rows of a table of results, as comparing and summarizing need them.

use super::measure::Measure;
use crate::error::{Error, Result};
use crate::table::{self, Cells, number, text};
use serde_json::Value;
use std::ops::RangeInclusive;
use std::path::Path;

/// What a MOS-LQO can be: P.862.1 gives down to 0.999.
const SCORES: RangeInclusive<f64> = 0.99..=5.0;

/// The columns that name a row and its group.
pub(crate) struct Keys<'a> {
    pub key: &'a [String],
    pub group_by: &'a [String],
}

/// What a row of the results says.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its place in the table, counted from 0.
    pub place: u64,
    /// The cells of the key's columns.
    pub key: Vec<String>,
    /// The cells of the group's columns, a dash for an empty one; `all rows` without such columns.
    pub group: String,
    /// Its score, unless it could not be scored.
    pub mos_lqo: Option<f64>,
    /// Why it could not be scored.
    pub error: String,
    /// Name and version of the model.
    pub model: String,
    /// All its cells.
    pub cells: Cells,
}

impl Row {
    /// A measure of the connection, where it is known.
    pub fn measure(&self, measure: Measure) -> Option<f64> {
        number(self.cells.get(measure.column()))
    }

    /// What the score should be read with; empty for nothing.
    pub fn warnings(&self) -> String {
        text(self.cells.get("warnings"))
    }
}

/// The rows of a table of results; every one must have the columns that are named.
pub(crate) fn read<'a>(
    path: &Path,
    keys: &'a Keys<'a>,
) -> Result<impl Iterator<Item = Result<Row>> + use<'a>> {
    let name = path.display().to_string();
    Ok((0..).zip(table::read(path)?).map(move |(place, cells)| {
        let cells = cells?;
        let named = |columns: &[String]| {
            let cell = |column: &String| match cells.get(column) {
                Some(cell) => Ok(text(Some(cell))),
                None => Err(missing(&name, column, &cells)),
            };
            columns.iter().map(cell).collect::<Result<Vec<_>>>()
        };
        let group = named(keys.group_by)?
            .iter()
            .map(|cell| if cell.is_empty() { "–" } else { cell })
            .collect::<Vec<_>>()
            .join(" ");
        let mos_lqo = cells.get("mos_lqo").ok_or_else(|| missing(&name, "mos_lqo", &cells))?;
        let invalid = |reason| Error::InvalidRow { name: name.clone(), row: place + 1, reason };
        Measure::all().try_for_each(|measure| check(&cells, measure.column())).map_err(invalid)?;
        Ok(Row {
            place,
            key: named(keys.key)?,
            group: if group.is_empty() { "all rows".to_owned() } else { group },
            mos_lqo: score(mos_lqo).map_err(invalid)?,
            error: text(cells.get("error")),
            model: format!("{} {}", text(cells.get("model")), text(cells.get("model_version"))),
            cells,
        })
    }))
}

/// The score in a cell, none in an empty one. What is written there but is no score is refused: a gate must not pass it.
fn score(cell: &Value) -> std::result::Result<Option<f64>, String> {
    let written = text(Some(cell));
    match number(Some(cell)) {
        None if written.is_empty() => Ok(None),
        Some(mos_lqo) if SCORES.contains(&mos_lqo) => Ok(Some(mos_lqo)),
        _ => Err(format!(
            "the mos_lqo {written:?} is not a score from {} to {}; score the row again",
            SCORES.start(),
            SCORES.end()
        )),
    }
}

/// Refuses a cell that should hold a number and holds something else: a gate must not take it for nothing.
fn check(cells: &Cells, column: &str) -> std::result::Result<(), String> {
    let written = text(cells.get(column));
    if written.is_empty() || number(cells.get(column)).is_some() {
        return Ok(());
    }
    Err(format!("the {column} {written:?} is not a number; score the row again"))
}

pub(super) fn missing(name: &str, column: &str, cells: &Cells) -> Error {
    let found = cells.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    Error::NoColumn { name: name.to_owned(), column: column.to_owned(), found }
}
