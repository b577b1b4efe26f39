//! The columns that rows carry from the manifest to the results.

use crate::table::{Cells, Column, Kind};
use std::collections::BTreeMap;

/// The carried columns of the rows so far, which may come in any order.
#[derive(Debug, Default)]
pub(super) struct Carried(BTreeMap<String, Seen>);

#[derive(Debug)]
struct Seen {
    /// The first row of the manifest that has the column, and the place among that row's cells.
    first: (u64, usize),
    kind: Option<Kind>,
}

impl Carried {
    /// Notes the cells of a row.
    pub fn insert(&mut self, row: u64, cells: &Cells) {
        for (place, (name, value)) in cells.iter().enumerate() {
            let (first, kind) = ((row, place), Kind::of(value));
            match self.0.get_mut(name) {
                Some(seen) => {
                    seen.first = seen.first.min(first);
                    seen.kind = Kind::of_both(seen.kind, kind);
                }
                None => {
                    self.0.insert(name.clone(), Seen { first, kind });
                }
            }
        }
    }

    /// Reference, degraded, the others in the order of their first cells.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        let paths = ["reference", "degraded"];
        let mut others: Vec<_> =
            self.0.iter().filter(|(name, _)| !paths.contains(&name.as_str())).collect();
        others.sort_unstable_by_key(|(_, seen)| seen.first);
        let paths = paths.map(|path| (path.to_owned(), self.0.get(path)));
        let others = others.into_iter().map(|(name, seen)| (name.clone(), Some(seen)));
        paths.into_iter().chain(others).map(|(name, seen)| {
            let kind = seen.and_then(|seen| seen.kind);
            Column { name, kind: kind.unwrap_or(Kind::Text) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_in_any_order_give_the_same_columns() {
        let rows = [
            (0, json!({"codec": "opus", "degraded": "a", "reference": "r", "bitrate": 6})),
            (1, json!({"degraded": "b", "talker": "ann", "bitrate": 7.5})),
            (2, json!({"degraded": "c", "site": null, "codec": 7, "talker": "bob"})),
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut carried = Carried::default();
            for (row, cells) in order.map(|row| &rows[row]) {
                carried.insert(*row, &serde_json::from_value(cells.clone()).unwrap());
            }
            let columns: Vec<_> =
                carried.columns().map(|column| (column.name, column.kind)).collect();
            let expected = [
                ("reference", Kind::Text),
                ("degraded", Kind::Text),
                ("codec", Kind::Text),
                ("bitrate", Kind::Number),
                ("talker", Kind::Text),
                ("site", Kind::Text),
            ];
            assert_eq!(columns, expected.map(|(name, kind)| (name.to_owned(), kind)));
        }
    }
}
