//! The rows of a table of results, as comparing and summarizing need them.

use crate::error::{Error, Result};
use crate::table::{self, Cells, number, text};
use std::path::Path;

/// The columns that name a row and its group.
pub(super) struct Keys<'a> {
    pub key: &'a [String],
    pub group_by: &'a [String],
}

/// What a row of the results says.
#[derive(Debug)]
pub(super) struct Row {
    /// Its place in the table, counted from 0.
    pub place: u64,
    /// The cells of the key's columns.
    pub key: String,
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

/// The rows of a table of results; every one must have the columns that are named.
pub(super) fn read<'a>(
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
        let mos_lqo = cells.get("mos_lqo");
        Ok(Row {
            place,
            key: named(keys.key)?.join(" "),
            group: if group.is_empty() { "all rows".to_owned() } else { group },
            mos_lqo: number(Some(mos_lqo.ok_or_else(|| missing(&name, "mos_lqo", &cells))?)),
            error: text(cells.get("error")),
            model: format!("{} {}", text(cells.get("model")), text(cells.get("model_version"))),
            cells,
        })
    }))
}

fn missing(name: &str, column: &str, cells: &Cells) -> Error {
    let found = cells.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    Error::NoColumn { name: name.to_owned(), column: column.to_owned(), found }
}
