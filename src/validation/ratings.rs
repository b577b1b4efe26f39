//! The table of ratings: which pairs people listened to, and what they said.

use super::opinion::Opinion;
use crate::error::{Error, Result};
use crate::table::{self, Cells, number, text};
use std::path::{Path, PathBuf};

/// The columns that a table of ratings must have.
const REQUIRED: [&str; 3] = ["reference", "degraded", "score"];

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rating {
    pub reference: String,
    pub degraded: String,
    pub opinion: Opinion,
    pub condition: Option<String>,
    pub scale: Option<String>,
    pub dataset: Option<String>,
}

/// All rows that are ratings, and why the others are not.
#[derive(Debug)]
pub(super) struct Ratings {
    pub rows: Vec<Rating>,
    pub refused: Vec<Error>,
    /// All columns of the table.
    pub columns: Vec<String>,
    folder: PathBuf,
}

impl Ratings {
    /// Reads the table; a row that is no rating costs itself only.
    pub fn read(path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut ratings = Self { rows: vec![], refused: vec![], columns: vec![], folder };
        for (row, cells) in (1..).zip(table::read(path)?) {
            let cells = match cells {
                Ok(cells) => cells,
                Err(error @ Error::InvalidRow { .. }) => {
                    ratings.refused.push(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            if ratings.columns.is_empty() {
                table::check_columns(path, &cells, &REQUIRED)?;
                ratings.columns = cells.keys().cloned().collect();
            }
            match rating(&cells) {
                Ok(rating) => ratings.rows.push(rating),
                Err(reason) => {
                    let name = path.display().to_string();
                    ratings.refused.push(Error::InvalidRow { name, row, reason });
                }
            }
        }
        if ratings.rows.is_empty() && ratings.refused.is_empty() {
            return Err(Error::EmptyTable { name: path.display().to_string() });
        }
        Ok(ratings)
    }

    /// A path as the table means it.
    pub fn path(&self, cell: &str) -> PathBuf {
        self.folder.join(cell)
    }
}

fn rating(cells: &Cells) -> std::result::Result<Rating, String> {
    let word = |column: &str| Some(text(cells.get(column))).filter(|word| !word.is_empty());
    let required = |column: &str| {
        word(column).ok_or_else(|| format!("no {column} is given; fill in that cell"))
    };
    let at_least = |column: &str, least: f64| match (word(column), finite(cells, column)) {
        (None, _) => Ok(None),
        (_, Some(value)) if value >= least => Ok(Some(value)),
        (Some(word), _) => Err(format!(
            "the {column} {word:?} is not a number of at least {least}; correct it or leave it empty"
        )),
    };
    let said = required("score")?;
    let score = finite(cells, "score").ok_or_else(|| {
        format!("the score {said:?} is not a number; correct it or remove the row")
    })?;
    let votes = at_least("votes", 1.0)?.map(|votes| votes as u32);
    Ok(Rating {
        reference: required("reference")?,
        degraded: required("degraded")?,
        opinion: Opinion::new(score, at_least("standard_error", 0.0)?, votes),
        condition: word("condition"),
        scale: word("scale"),
        dataset: word("dataset"),
    })
}

/// A cell as a number that can be reckoned with; NaN, which some programs write for nothing, is none.
pub(super) fn finite(cells: &Cells, column: &str) -> Option<f64> {
    number(cells.get(column)).filter(|value| value.is_finite())
}
