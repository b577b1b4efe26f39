//! Scores that other programs gave to the rated clips: each column of numbers is a metric.

use super::ratings::{Rating, Ratings, finite};
use crate::error::{Error, Result};
use crate::table::{self, Cells, text};
use std::collections::HashMap;
use std::path::Path;

/// The scores of one metric, one for each rating, where it gave one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peer {
    pub name: String,
    pub scores: Vec<Option<f64>>,
}

/// Reads the metrics of a table, which names clips by `degraded` and, if it has it, `reference`, as the ratings do.
///
/// Columns that the ratings have too are theirs, and no metrics.
pub(super) fn read(path: &Path, ratings: &Ratings) -> Result<Vec<Peer>> {
    let name = || path.display().to_string();
    let invalid = |reason: String| Error::InvalidStudy { name: name(), reason };
    let rows = table::read(path)?.collect::<Result<Vec<Cells>>>()?;
    let first = rows.first().ok_or_else(|| Error::EmptyTable { name: name() })?;
    table::check_columns(path, first, &["degraded"])?;
    let with_reference = first.contains_key("reference");
    let mut by_clip = HashMap::new();
    for (row, cells) in (1..).zip(&rows) {
        let clip =
            (with_reference.then(|| text(cells.get("reference"))), text(cells.get("degraded")));
        if let Some((earlier, _)) = by_clip.insert(clip, (row, cells)) {
            let reason = format!("the same clip as row {earlier}; keep one of the two");
            return Err(Error::InvalidRow { name: name(), row, reason });
        }
    }
    let of = |rating: &Rating| {
        let reference = with_reference.then(|| rating.reference.clone());
        by_clip.get(&(reference, rating.degraded.clone())).map(|(_, cells)| *cells)
    };
    if !ratings.rows.iter().any(|rating| of(rating).is_some()) {
        return Err(invalid("none of its clips is in the ratings; name them as there".into()));
    }
    let columns = first.keys().filter(|column| !ratings.columns.contains(column));
    let mut peers = Vec::new();
    for column in columns.filter(|column| rows.iter().any(|cells| finite(cells, column).is_some()))
    {
        check_numbers(&rows, column).map_err(|(row, word)| Error::InvalidRow {
            name: name(),
            row,
            reason: format!("the {column} {word:?} is not a number; correct it or leave it empty"),
        })?;
        let score = |rating| of(rating).and_then(|cells| finite(cells, column));
        let scores = ratings.rows.iter().map(score).collect();
        peers.push(Peer { name: column.clone(), scores });
    }
    if peers.is_empty() {
        return Err(invalid(
            "it has no column of numbers besides the ratings' own; add scores".into(),
        ));
    }
    Ok(peers)
}

/// The first cell of a metric that is neither a number nor empty, with its row.
fn check_numbers(rows: &[Cells], column: &str) -> std::result::Result<(), (u64, String)> {
    for (row, cells) in (1..).zip(rows) {
        let word = text(cells.get(column));
        let nothing = word.is_empty() || word.eq_ignore_ascii_case("nan");
        if !nothing && finite(cells, column).is_none() {
            return Err((row, word));
        }
    }
    Ok(())
}
