//! The columns of a table of results: what they hold, and which of them make groups.

use super::super::rows::Row;
use crate::table::{number, text};
use std::collections::BTreeSet;

/// More groups than these are no overview.
pub(super) const MOST_GROUPS: usize = 60;

/// Sentences, and scores themselves, are nothing to group by.
const NO_GROUPS: [&str; 6] = ["mos_lqo", "mos", "causes", "warnings", "error", "degraded"];

/// A column of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OverviewColumn {
    /// Its name.
    pub name: String,
    /// Whether all that is written in it is numbers.
    pub is_number: bool,
    /// Whether anything is written in it.
    pub is_filled: bool,
    /// Whether its cells make groups: few that differ, each in several rows.
    pub groups: bool,
}

/// The columns of these rows, in the order in which they first appear.
pub(super) fn of(rows: &[Row]) -> Vec<OverviewColumn> {
    let mut names: Vec<&String> = Vec::new();
    let mut known: BTreeSet<&String> = BTreeSet::new();
    for row in rows {
        names.extend(row.cells.keys().filter(|name| known.insert(name)));
    }
    names.into_iter().map(|name| column(name, rows)).collect()
}

fn column(name: &str, rows: &[Row]) -> OverviewColumn {
    let mut column = OverviewColumn {
        name: name.to_owned(),
        is_number: true,
        is_filled: false,
        groups: !NO_GROUPS.contains(&name),
    };
    let mut different: BTreeSet<String> = BTreeSet::new();
    for row in rows {
        let written = text(row.cells.get(name));
        if !written.is_empty() {
            column.is_filled = true;
            let value = number(row.cells.get(name));
            column.is_number &= value.is_some();
            // Measures have decimals; what is counted or chosen has none.
            column.groups &= value.is_none_or(|value| value.fract() == 0.0);
        }
        if column.groups && different.insert(written) {
            column.groups = different.len() <= MOST_GROUPS;
        }
    }
    column.is_number &= column.is_filled;
    let several = different.len() > 1 && different.len() < rows.len();
    column.groups &= column.is_filled && several;
    column
}
