//! A row a vote.

use super::columns::{Columns, word};
use super::{Ballot, Check, Entry};
use crate::error::{Error, Result};
use crate::table::{Cells, number};
use std::path::Path;

pub(super) fn read(
    ballot: &mut Ballot,
    path: &Path,
    columns: &Columns,
    rows: &[(u64, Cells)],
) -> Result<()> {
    let missing = |column: &str| Error::NoColumn {
        name: path.display().to_string(),
        column: column.to_owned(),
        found: columns.all().join(", "),
    };
    let votes: Vec<(Option<&str>, &String)> = match &columns.score {
        Some(score) => vec![(None, score)],
        None => columns.p835.iter().map(|(scale, column)| (Some(*scale), column)).collect(),
    };
    if votes.is_empty() {
        return Err(missing("score"));
    }
    let item =
        columns.item.as_ref().or(columns.condition.as_ref()).ok_or_else(|| missing("item"))?;
    for (row, cells) in rows {
        let listener = word(cells, columns.listener.as_ref());
        if columns.listener.is_some() && listener.is_none() {
            ballot.refuse(*row, "no listener is given; fill in that cell".into());
            continue;
        }
        let Some(item) = word(cells, Some(item)) else {
            ballot.refuse(*row, format!("no {item} is given; fill in that cell"));
            continue;
        };
        if let Some(listener) = listener.as_ref().filter(|_| is_check(cells, columns)) {
            match check(cells, columns, votes[votes.len() - 1].1) {
                Some(passed) => ballot.checks.push(Check { listener: listener.clone(), passed }),
                None => {
                    ballot.refuse(*row, "the question's answer is no number; correct it".into())
                }
            }
            continue;
        }
        for &(scale, column) in &votes {
            let Some(said) = word(cells, Some(column)) else {
                ballot.refuse(
                    *row,
                    format!("no {column} is given; fill in that cell or remove the row"),
                );
                continue;
            };
            let Some(score) = number(cells.get(column)) else {
                ballot.refuse(
                    *row,
                    format!("the {column} {said:?} is not a number; correct it or remove the row"),
                );
                continue;
            };
            ballot.entries.push(Entry {
                row: *row,
                listener: listener.clone(),
                item: item.clone(),
                condition: word(cells, columns.condition.as_ref()),
                reference: word(cells, columns.reference.as_ref()),
                degraded: word(cells, columns.degraded.as_ref()),
                scale: scale.map(str::to_owned).or_else(|| word(cells, columns.scale.as_ref())),
                score,
            });
        }
    }
    Ok(())
}

/// Whether the row is a question whose answer is known, and no vote.
fn is_check(cells: &Cells, columns: &Columns) -> bool {
    [&columns.gold, &columns.trap].into_iter().any(|column| word(cells, column.as_ref()).is_some())
}

/// Whether it was answered right: a trapping question as it asks, a gold question within one (P.808).
fn check(cells: &Cells, columns: &Columns, column: &String) -> Option<bool> {
    let given = number(cells.get(column))?;
    let right = |column: &Option<String>| number(cells.get(column.as_ref()?));
    match (right(&columns.trap), right(&columns.gold)) {
        (Some(asked), _) => Some(given == asked),
        (None, Some(known)) => Some((given - known).abs() <= 1.0),
        (None, None) => None,
    }
}
