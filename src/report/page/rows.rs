//! The rows of a table of results as a page holds them: column by column, each text once.

use crate::results::{Overview, OverviewColumn, RowComparison};
use crate::rounding::rounded;
use crate::table::{number, text};
use serde::Serialize;
use std::collections::HashMap;

/// The columns that are shown first, where they are filled; the others are chosen.
const SHOWN: [&str; 9] =
    ["degraded", "mos_lqo", "quality", "main_cause", "causes", "error", "verdict", "change", "why"];
/// What else is shown of calls.
const SHOWN_OF_CALLS: [&str; 6] =
    ["mos", "scale", "started", "loss_pct", "jitter_max_ms", "one_way"];
/// The first column of the results; those before it were carried from the manifest.
const FIRST_RESULT: [&str; 2] = ["mos_lqo", "part"];

/// A table of results.
#[derive(Serialize)]
pub(super) struct Table<'a> {
    rows: usize,
    columns: Vec<Column<'a>>,
    /// Pages of pairs: the row, and the page's address.
    pages: Vec<(usize, &'a str)>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    shown: bool,
    cells: Cells,
}

/// What stands in a column.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Cells {
    Numbers(Vec<Option<f64>>),
    /// Every text once, and for each row which one it is.
    Texts {
        texts: Vec<String>,
        at: Vec<u32>,
    },
}

impl<'a> Table<'a> {
    pub fn of(overview: &'a Overview, pages: &'a HashMap<usize, String>) -> Self {
        let mut pages: Vec<(usize, &str)> =
            pages.iter().map(|(row, page)| (*row, page.as_str())).collect();
        pages.sort_unstable();
        let carried = overview
            .columns
            .iter()
            .position(|column| FIRST_RESULT.contains(&column.name.as_str()))
            .unwrap_or(0);
        let is_of_calls = overview.columns.iter().any(|column| column.name == "ssrc");
        let shown = |place: usize, name: &str| {
            let carried = place < carried && name != "reference" && !is_of_calls;
            carried || SHOWN.contains(&name) || is_of_calls && SHOWN_OF_CALLS.contains(&name)
        };
        let filled = overview.columns.iter().enumerate().filter(|(_, column)| column.is_filled);
        let column = |(place, column): (usize, &'a OverviewColumn)| Column {
            name: &column.name,
            shown: shown(place, &column.name),
            cells: cells(overview, column),
        };
        let mut columns: Vec<Column> = filled.map(column).collect();
        columns.extend(changes(overview));
        Self { rows: overview.rows.len(), columns, pages }
    }
}

fn cells(overview: &Overview, column: &OverviewColumn) -> Cells {
    let cells = overview.rows.iter().map(|row| row.get(&column.name));
    if column.is_number {
        return Cells::Numbers(cells.map(number).collect());
    }
    Cells::texts(cells.map(text))
}

impl Cells {
    fn texts(cells: impl Iterator<Item = String>) -> Self {
        let (mut texts, mut places) = (Vec::new(), HashMap::new());
        let at = cells.map(|cell| {
            *places.entry(cell).or_insert_with_key(|cell: &String| {
                texts.push(cell.clone());
                texts.len() as u32 - 1
            })
        });
        let at = at.collect();
        Self::Texts { texts, at }
    }
}

/// What became of each row since the baseline, as columns.
fn changes(overview: &Overview) -> Vec<Column<'static>> {
    let Some(changes) = &overview.changes else { return Vec::new() };
    let rows = || changes.groups.iter().flat_map(|group| &group.rows).take(overview.rows.len());
    let change = |row: &RowComparison| Some(rounded(row.result? - row.baseline?, 4));
    // Behind the scores stands why they differ.
    let why = |row: &RowComparison| {
        row.message.split_once(": ").map_or(String::new(), |(_, why)| why.to_owned())
    };
    let verdict = |row: &RowComparison| {
        let name = serde_json::to_value(row.verdict).unwrap_or_default();
        text(Some(&name)).replace('_', " ")
    };
    vec![
        Column {
            name: "baseline",
            shown: false,
            cells: Cells::Numbers(rows().map(|row| row.baseline).collect()),
        },
        Column { name: "change", shown: true, cells: Cells::Numbers(rows().map(change).collect()) },
        Column { name: "verdict", shown: true, cells: Cells::texts(rows().map(verdict)) },
        Column { name: "why", shown: true, cells: Cells::texts(rows().map(why)) },
    ]
}
