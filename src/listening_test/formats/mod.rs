//! The tables that votes come in: a row a vote, a column a listener, and what crowd tests by the P.808 toolkit write.

mod columns;
mod crowd;
mod long;
mod wide;

use crate::error::{Error, Result};
use crate::table::{self, Cells};
use columns::Columns;
use regex_lite::Regex;
use std::ops::RangeInclusive;
use std::path::Path;

/// How a table of votes is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A row a vote: who, which item, in which condition, how good; for P.835 three columns of votes.
    Long,
    /// A row an item, a column a listener; or a row a listener, a column an item.
    Wide,
    /// The answers of crowd workers as the P.808 toolkit collects them: a row an assignment.
    P808,
}

/// One vote as the table says it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub row: u64,
    pub listener: Option<String>,
    pub item: String,
    pub condition: Option<String>,
    pub reference: Option<String>,
    pub degraded: Option<String>,
    pub scale: Option<String>,
    pub score: f64,
}

/// A question whose answer is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Check {
    pub listener: String,
    pub passed: bool,
}

/// All votes of a table.
#[derive(Debug)]
pub(super) struct Ballot {
    name: String,
    pub entries: Vec<Entry>,
    pub checks: Vec<Check>,
    /// Rows that are no votes.
    pub refused: Vec<Error>,
}

impl Ballot {
    /// Reads the table; a row that is no vote costs itself only.
    pub fn read(path: &Path, layout: Option<Layout>, pattern: Option<&Regex>) -> Result<Self> {
        let name = path.display().to_string();
        let mut ballot =
            Self { name: name.clone(), entries: vec![], checks: vec![], refused: vec![] };
        let mut rows: Vec<(u64, Cells)> = Vec::new();
        for (row, cells) in (1..).zip(table::read(path)?) {
            match cells {
                Ok(cells) => rows.push((row, cells)),
                Err(error @ Error::InvalidRow { .. }) => ballot.refused.push(error),
                Err(error) => return Err(error),
            }
        }
        let Some((_, first)) = rows.first() else {
            return match ballot.refused.pop() {
                Some(error) => Err(error),
                None => Err(Error::EmptyTable { name }),
            };
        };
        let columns = Columns::of(first);
        match layout.unwrap_or_else(|| columns.layout()) {
            Layout::Long => long::read(&mut ballot, path, &columns, &rows)?,
            Layout::Wide => wide::read(&mut ballot, path, &columns, &rows)?,
            Layout::P808 => crowd::read(&mut ballot, path, &columns, &rows)?,
        }
        if let Some(pattern) = pattern {
            for entry in ballot.entries.iter_mut().filter(|entry| entry.condition.is_none()) {
                let found = pattern.captures(&entry.item).and_then(|groups| groups.get(1));
                entry.condition = found.map(|group| group.as_str().to_owned());
            }
        }
        Ok(ballot)
    }

    fn refuse(&mut self, row: u64, reason: String) {
        self.refused.push(Error::InvalidRow { name: self.name.clone(), row, reason });
    }

    /// Takes out votes that there cannot be.
    pub fn keep_within(&mut self, range: RangeInclusive<f64>) {
        let (kept, out) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| range.contains(&entry.score));
        self.entries = kept;
        for Entry { row, score, .. } in out {
            let (low, high) = (range.start(), range.end());
            self.refuse(
                row,
                format!(
                    "the vote {score} is not from {low} to {high}; correct it, or name the --method"
                ),
            );
        }
    }
}
