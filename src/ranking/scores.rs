//! The scores of a table of results, by system and by what was coded.

use super::Question;
use crate::error::{Error, Result};
use crate::results::rows::{Keys, read};
use crate::statistics::Factor;
use crate::table::{Cells, text};
use std::path::Path;

/// The rows that have a score.
pub(super) struct Scores {
    pub values: Vec<f64>,
    /// The cells that name the system of each.
    pub systems: Vec<Vec<String>>,
    /// The columns that name what was coded.
    pub block: Vec<String>,
    /// Their cells.
    coded: Vec<Vec<String>>,
    pub failed: usize,
    pub notes: Vec<String>,
}

impl Scores {
    pub fn read(results: &Path, question: &Question) -> Result<Self> {
        let name = || results.display().to_string();
        let mut scores = Self {
            values: Vec::new(),
            systems: Vec::new(),
            block: question.block.clone(),
            coded: Vec::new(),
            failed: 0,
            notes: Vec::new(),
        };
        let keys = Keys { key: &question.block, group_by: &question.by };
        let mut model = None;
        let mut without = 0;
        for (place, row) in read(results, &keys)?.enumerate() {
            let row = row?;
            if place == 0 && question.block.is_empty() {
                scores.block = blocks_of(&row.cells);
            }
            let Some(value) = row.mos_lqo else {
                scores.failed += 1;
                continue;
            };
            let named = |columns: &[String]| -> Vec<String> {
                columns.iter().map(|column| text(row.cells.get(column))).collect()
            };
            let coded = named(&scores.block);
            if coded.iter().any(String::is_empty) {
                without += 1;
                continue;
            }
            if model.get_or_insert_with(|| row.model.clone()) != &row.model
                && !question.by.iter().any(|column| column == "model")
            {
                return Err(Error::DifferentModels {
                    name: name(),
                    reason: format!(
                        "the rows were scored by different models, {} among them; rank the scores of one model at a time",
                        row.model
                    ),
                });
            }
            scores.values.push(value);
            scores.systems.push(named(&question.by));
            scores.coded.push(coded);
        }
        if without > 0 {
            scores.notes.push(format!(
                "left out for an empty {}: {without}; fill in these cells",
                scores.block.join(" or ")
            ));
        }
        if scores.values.is_empty() {
            return Err(match scores.failed + without {
                0 => Error::EmptyTable { name: name() },
                _ => Error::InvalidStudy {
                    name: name(),
                    reason: "none of its rows can be ranked; see the column error".to_owned(),
                },
            });
        }
        Ok(scores)
    }

    /// What was coded, from the outermost to the innermost; a talker's items are no one else's.
    pub fn blocks(&self) -> Vec<Factor> {
        let block = |count: usize| {
            let cells = self.coded.iter().map(|coded| &coded[..=count]);
            Factor::new(&self.block[count], cells)
        };
        (0..self.block.len()).map(block).collect()
    }

    /// The cells that name each system.
    pub fn labels(&self, systems: &Factor) -> Vec<Vec<String>> {
        let mut labels = vec![Vec::new(); systems.count()];
        for (&system, cells) in systems.levels.iter().zip(&self.systems) {
            labels[system].clone_from(cells);
        }
        labels
    }
}

/// The columns that usually name what was coded, as far as the table has them.
fn blocks_of(first: &Cells) -> Vec<String> {
    let there = |column: &&str| first.contains_key(*column);
    let item = ["item", "reference"].into_iter().find(there);
    Some("talker").filter(there).into_iter().chain(item).map(str::to_owned).collect()
}
