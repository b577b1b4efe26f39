//! All that a page tells of a table of results: the whole, every way to group it, the course, what changed, the worst.

mod columns;
mod course;
mod groupings;

pub use columns::OverviewColumn;
pub use course::{Course, Interval};
pub use groupings::{Group, Groups};

use super::compare::{Comparison, Rules};
use super::limits::{Limits, LimitsFile};
use super::rows::{Keys, Row, read};
use crate::error::{Error, Result};
use crate::finding::NEGLIGIBLE_MOS;
use crate::table::{Cells, number, text};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Width of the steps in which scores are counted.
const STEP: f64 = 0.1;
/// The scale on which scores are counted, in steps from 1.
const STEPS: usize = 40;

/// What is asked of an overview.
#[derive(Debug, Clone)]
pub struct View {
    /// The columns that groups are made by first; chosen from the table where none are named.
    pub group_by: Vec<String>,
    /// The column that names who speaks.
    pub talker: String,
    /// The results of before.
    pub baseline: Option<PathBuf>,
    /// The columns that say which rows of the two tables belong together.
    pub key: Vec<String>,
    /// How much MOS-LQO a row may lose.
    pub max_drop: f64,
}

/// A table of results, seen as a whole.
#[derive(Debug)]
#[non_exhaustive]
pub struct Overview {
    /// The column that scores were taken from: `mos_lqo`, or `mos` of calls that were estimated alone.
    pub score_column: &'static str,
    /// Names and versions of the models, or the scales of estimates.
    pub models: Vec<String>,
    /// The columns of the table.
    pub columns: Vec<OverviewColumn>,
    /// Its rows.
    pub rows: Vec<Cells>,
    /// The score of each row; none where it could not be scored.
    pub scores: Vec<Option<f64>>,
    /// The table as a whole, a group for each model.
    pub whole: Groups,
    /// How many scores lie in each step of 0.1, from 1.0 on.
    pub distribution: Vec<usize>,
    /// The same of the baseline.
    pub baseline_distribution: Option<Vec<usize>>,
    /// Every way to group the rows, the one that was asked for or suits best first.
    pub groupings: Vec<Groups>,
    /// The scores over time, where there is a column of dates.
    pub course: Option<Course>,
    /// Each row against the baseline, in the order of the rows; those that are missing behind them.
    pub changes: Option<Comparison>,
    /// The same by groups, where columns are named that make them.
    pub group_changes: Option<Comparison>,
}

impl Overview {
    /// Reads a table of results, and the baseline if there is one.
    ///
    /// # Errors
    /// A table that cannot be read, has no rows or lacks a column; a baseline that cannot be compared with.
    pub fn of(results: &Path, view: &View) -> Result<Self> {
        let (rows, score_column) = scored_rows(results, &view.group_by)?;
        let models: BTreeSet<String> =
            rows.iter().filter(|row| row.mos_lqo.is_some()).map(|row| row.model.clone()).collect();
        let columns = columns::of(&rows);
        let (changes, group_changes) = changes(results, view, score_column)?;
        let baseline = match &view.baseline {
            Some(path) => Some(distribution(&scored_rows(path, &[])?.0)),
            None => None,
        };
        let grouper =
            groupings::Grouper { rows: &rows, talker: &view.talker, by_model: models.len() > 1 };
        Ok(Self {
            score_column,
            whole: grouper.groups(&[]),
            groupings: grouper.all(&view.group_by, &columns),
            course: course::of(&rows, &columns),
            distribution: distribution(&rows),
            baseline_distribution: baseline,
            columns,
            changes,
            group_changes,
            scores: rows.iter().map(|row| row.mos_lqo).collect(),
            rows: rows.into_iter().map(|row| row.cells).collect(),
            models: models.into_iter().collect(),
        })
    }

    /// The rows with the lowest scores, the lowest first, by their place in the table.
    pub fn worst(&self, count: usize) -> Vec<usize> {
        let mut scored: Vec<(f64, usize)> = self
            .scores
            .iter()
            .enumerate()
            .filter_map(|(row, score)| score.map(|score| (score, row)))
            .collect();
        scored.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        scored.into_iter().take(count).map(|(_, row)| row).collect()
    }
}

/// What a row's score fell for most; none where that costs next to nothing.
pub(crate) fn main_cause(cells: &Cells) -> Option<String> {
    let cause = text(cells.get("main_cause"));
    let counts = number(cells.get("cost_mos")).is_none_or(|cost| cost >= NEGLIGIBLE_MOS);
    (counts && !cause.is_empty()).then_some(cause)
}

/// The rows and the column of their scores. Where no row has a `mos_lqo`, as in calls without sound to compare, the
/// estimate `mos` is the score, and its scale stands for the model.
fn scored_rows(path: &Path, group_by: &[String]) -> Result<(Vec<Row>, &'static str)> {
    let keys = Keys { key: &[], group_by };
    let mut rows: Vec<Row> = read(path, &keys)?.collect::<Result<_>>()?;
    if rows.is_empty() {
        return Err(Error::EmptyTable { name: path.display().to_string() });
    }
    let estimate = |row: &Row| number(row.cells.get("mos")).filter(|mos| (1.0..=5.0).contains(mos));
    let scored = rows.iter().any(|row| row.mos_lqo.is_some());
    if scored || !rows.iter().any(|row| estimate(row).is_some()) {
        return Ok((rows, "mos_lqo"));
    }
    for row in &mut rows {
        row.mos_lqo = estimate(row);
        row.model = text(row.cells.get("scale"));
    }
    Ok((rows, "mos"))
}

/// Row by row, and group by group.
fn changes(
    results: &Path,
    view: &View,
    score_column: &str,
) -> Result<(Option<Comparison>, Option<Comparison>)> {
    let Some(baseline) = &view.baseline else { return Ok((None, None)) };
    if score_column != "mos_lqo" {
        return Err(Error::NothingToDraw {
            name: results.display().to_string(),
            reason: "no row has a mos_lqo to compare with a baseline; leave --baseline out, or score calls with --prompt".to_owned(),
        });
    }
    let compare = |group_by: &[String]| {
        let rules = Rules {
            key: view.key.clone(),
            group_by: group_by.to_vec(),
            talker: view.talker.clone(),
            limits: Limits { max_drop: Some(view.max_drop), ..Limits::default() },
            file: LimitsFile::default(),
            allow_unscored: 0,
            fail_on_warning: false,
        };
        Comparison::of(Some(baseline), results, &rules)
    };
    let groups = if view.group_by.is_empty() { None } else { Some(compare(&view.group_by)?) };
    Ok((Some(compare(&[])?), groups))
}

fn distribution(rows: &[Row]) -> Vec<usize> {
    let mut counts = vec![0; STEPS];
    for score in rows.iter().filter_map(|row| row.mos_lqo) {
        // Scores have four decimals: what is written 3.1 is in the step from 3.1.
        let step = ((score - 1.0) / STEP + 1e-6).floor().clamp(0.0, (STEPS - 1) as f64);
        counts[step as usize] += 1;
    }
    counts
}
