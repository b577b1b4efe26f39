//! A row an item and a column a listener, or a row a listener and a column an item.

use super::columns::{Columns, word};
use super::{Ballot, Entry};
use crate::error::{Error, Result};
use crate::table::{Cells, number, text};
use std::path::Path;

pub(super) fn read(
    ballot: &mut Ballot,
    path: &Path,
    columns: &Columns,
    rows: &[(u64, Cells)],
) -> Result<()> {
    let votes: Vec<&String> = columns.of_votes(rows).collect();
    if votes.is_empty() {
        return Err(Error::InvalidStudy {
            name: path.display().to_string(),
            reason: format!(
                "none of its columns {} holds votes; give the columns listener, item, condition and score",
                columns.all().join(", ")
            ),
        });
    }
    let by_listener = columns.listener.is_some();
    // vote_1, vote_2 … number the votes of an item, and say nothing of who gave them.
    let anonymous = votes.iter().all(|column| {
        let digits = column.to_ascii_lowercase();
        digits.strip_prefix("vote_").is_some_and(|rest| rest.parse::<u32>().is_ok())
    });
    for (row, cells) in rows {
        let named = word(cells, columns.item.as_ref());
        let condition = word(cells, columns.condition.as_ref());
        if !by_listener && named.is_none() && condition.is_none() {
            ballot.refuse(*row, "neither an item nor a condition is given; fill in a cell".into());
            continue;
        }
        for &column in &votes {
            let said = text(cells.get(column));
            if said.is_empty() || said.eq_ignore_ascii_case("nan") {
                continue;
            }
            let Some(score) = number(cells.get(column)) else {
                ballot.refuse(
                    *row,
                    format!("the vote {said:?} of {column} is not a number; correct it or leave it empty"),
                );
                continue;
            };
            let (listener, item, condition) = if by_listener {
                // A column may name an item and its condition: item/condition.
                let (item, of_item) = match column.rsplit_once('/') {
                    Some((item, condition)) => (item.to_owned(), Some(condition.to_owned())),
                    None => (column.clone(), None),
                };
                let listener = word(cells, columns.listener.as_ref());
                (listener, item, condition.clone().or(of_item))
            } else {
                let item = named.clone().or_else(|| condition.clone()).unwrap_or_default();
                ((!anonymous).then(|| column.clone()), item, condition.clone())
            };
            ballot.entries.push(Entry {
                row: *row,
                listener,
                item,
                condition,
                reference: word(cells, columns.reference.as_ref()),
                degraded: word(cells, columns.degraded.as_ref()),
                scale: word(cells, columns.scale.as_ref()),
                score,
            });
        }
    }
    Ok(())
}
