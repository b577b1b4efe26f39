//! Two tables of results, row by row and group by group: what fell, what rose, what is missing.

use super::reasons::reasons;
use super::rows::{Keys, Row, read};
use crate::error::{Error, Result};
use crate::rounding::signed;
use crate::statistics::{PairedTest, holm};
use crate::table::text;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// How unlikely by chance a group's drop must be to fail.
const SIGNIFICANCE: f64 = 0.05;

/// What is compared, and what fails.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The columns that say which rows belong together.
    pub key: Vec<String>,
    /// The columns whose cells name a row's group; without any, groups cannot fail.
    pub group_by: Vec<String>,
    /// How much MOS-LQO a row may lose.
    pub max_drop: f64,
    /// The least MOS-LQO that a row may have.
    pub min: Option<f64>,
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It fell by more than it may.
    Dropped,
    /// It is below the least that it may be.
    BelowMinimum,
    /// It is not in the results.
    Missing,
    /// It was scored in the baseline and could not be now.
    Failing,
    /// It could not be scored in the baseline either.
    StillFailing,
    /// It changed by no more than it may.
    Unchanged,
    /// It rose by more than it may fall.
    Improved,
    /// It could not be scored in the baseline and was now.
    Recovered,
    /// It is not in the baseline.
    New,
}

impl Verdict {
    /// Whether it makes the comparison fail.
    pub fn fails(self) -> bool {
        matches!(self, Self::Dropped | Self::BelowMinimum | Self::Missing | Self::Failing)
    }
}

/// One row in both tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RowComparison {
    /// The cells of the key's columns.
    pub key: String,
    /// MOS-LQO in the baseline.
    pub baseline: Option<f64>,
    /// MOS-LQO in the results.
    pub result: Option<f64>,
    /// What became of it.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub message: String,
}

/// The rows of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupComparison {
    /// The cells of the group's columns.
    pub name: String,
    /// Its rows, in the order of the results; missing ones at the end.
    pub rows: Vec<RowComparison>,
    /// Whether its mean fell; `None` where no row was scored in both tables.
    pub test: Option<PairedTest>,
    /// The test's probability as the number of groups demands it (Holm, 1979).
    pub adjusted_p: Option<f64>,
    /// Whether its mean fell significantly.
    pub dropped: bool,
}

/// Two tables of results, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Name and version of this form.
    pub schema: &'static str,
    /// Whether nothing fell, is missing, or fails anew.
    pub passed: bool,
    /// The groups in the order of their names; a single one where none were asked for.
    pub groups: Vec<GroupComparison>,
}

impl Comparison {
    /// Compares results with a baseline, or without one with the rules' minimum alone.
    ///
    /// # Errors
    /// A table that cannot be read, lacks a column or has a key twice; scores of different models.
    pub fn of(baseline: Option<&Path>, results: &Path, rules: &Rules) -> Result<Self> {
        let keys = Keys { key: &rules.key, group_by: &rules.group_by };
        let mut before = match baseline {
            Some(path) => by_key(read(path, &keys)?, path)?,
            None => HashMap::new(),
        };
        let after = by_key(read(results, &keys)?, results)?;
        let mut after: Vec<_> = after.into_iter().collect();
        after.sort_by_key(|(_, row)| row.place);
        let mut groups: BTreeMap<String, Vec<RowComparison>> = BTreeMap::new();
        for (key, row) in after {
            let earlier = before.remove(&key);
            let key = key.join(" ");
            if let Some(earlier) = &earlier {
                same_model(results, &key, earlier, &row)?;
            }
            let compared = rules.judge(key, baseline.is_some(), earlier.as_ref(), &row);
            groups.entry(row.group).or_default().push(compared);
        }
        let mut missing: Vec<_> = before.into_iter().collect();
        missing.sort_by_key(|(_, row)| row.place);
        for (key, row) in missing {
            groups.entry(row.group.clone()).or_default().push(absent(key.join(" "), &row));
        }
        Ok(Self::conclude(groups, rules))
    }

    fn conclude(groups: BTreeMap<String, Vec<RowComparison>>, rules: &Rules) -> Self {
        let tests: Vec<_> =
            groups.values().map(|rows| PairedTest::of(&differences(rows))).collect();
        let p = |test: &Option<PairedTest>| test.and_then(|test| test.p);
        let mut adjusted = holm(&tests.iter().filter_map(p).collect::<Vec<_>>()).into_iter();
        let groups: Vec<_> = groups
            .into_iter()
            .zip(tests)
            .map(|((name, rows), test)| {
                let adjusted_p = p(&test).and_then(|_| adjusted.next());
                let significant = adjusted_p.is_some_and(|p| p < SIGNIFICANCE);
                let dropped = significant && !rules.group_by.is_empty();
                GroupComparison { name, rows, test, adjusted_p, dropped }
            })
            .collect();
        let passes = |group: &GroupComparison| {
            !group.dropped && !group.rows.iter().any(|row| row.verdict.fails())
        };
        let passed = groups.iter().all(passes);
        Self { schema: "basilar-comparison/1", passed, groups }
    }

    /// The rows of a verdict, with the group of each.
    pub fn rows(&self, verdict: Verdict) -> impl Iterator<Item = (&str, &RowComparison)> {
        self.groups.iter().flat_map(move |group| {
            let rows = group.rows.iter().filter(move |row| row.verdict == verdict);
            rows.map(|row| (group.name.as_str(), row))
        })
    }
}

impl Rules {
    fn judge(&self, key: String, baseline: bool, before: Option<&Row>, row: &Row) -> RowComparison {
        let earlier = before.and_then(|row| row.mos_lqo);
        let (verdict, message) = match (earlier, row.mos_lqo) {
            (None, None) if before.is_some() => {
                (Verdict::StillFailing, format!("could not be scored, as before: {}", row.error))
            }
            (_, None) => (Verdict::Failing, format!("could not be scored: {}", row.error)),
            (_, Some(now)) if self.min.is_some_and(|min| now < min) => {
                let min = self.min.unwrap_or_default();
                let cause = text(row.cells.get("main_cause"));
                let cause = if cause.is_empty() { cause } else { format!(", mainly {cause}") };
                let message = format!("MOS-LQO {now:.2} is below the minimum of {min}{cause}");
                (Verdict::BelowMinimum, message)
            }
            (Some(then), Some(now)) => {
                let (verdict, message) = self.judge_change(then, now);
                let reasons = before.map(|before| reasons(&before.cells, &row.cells));
                match reasons.filter(|why| !why.is_empty() && verdict != Verdict::Unchanged) {
                    Some(reasons) => (verdict, format!("{message}: {reasons}")),
                    None => (verdict, message),
                }
            }
            (None, Some(now)) if before.is_some() => {
                (Verdict::Recovered, format!("MOS-LQO {now:.2}; could not be scored before"))
            }
            (None, Some(now)) if baseline => {
                (Verdict::New, format!("MOS-LQO {now:.2}; not in the baseline"))
            }
            (None, Some(now)) => (Verdict::Unchanged, format!("MOS-LQO {now:.2}")),
        };
        RowComparison { key, baseline: earlier, result: row.mos_lqo, verdict, message }
    }

    fn judge_change(&self, then: f64, now: f64) -> (Verdict, String) {
        let change = format!("MOS-LQO {then:.2} to {now:.2} ({})", signed(now - then, 2));
        // Half of the last decimal of the results, so that a drop of exactly what is allowed passes.
        let allowed = self.max_drop + 5e-5;
        if then - now > allowed {
            (Verdict::Dropped, format!("{change}, more than the {} allowed", self.max_drop))
        } else if now - then > allowed {
            (Verdict::Improved, change)
        } else {
            (Verdict::Unchanged, change)
        }
    }
}

fn absent(key: String, row: &Row) -> RowComparison {
    let (verdict, message) = match row.mos_lqo {
        Some(_) => (Verdict::Missing, "in the baseline but not in the results".to_owned()),
        None => (Verdict::StillFailing, "gone; it could not be scored before".to_owned()),
    };
    RowComparison { key, baseline: row.mos_lqo, result: None, verdict, message }
}

fn differences(rows: &[RowComparison]) -> Vec<f64> {
    rows.iter().filter_map(|row| Some(row.result? - row.baseline?)).collect()
}

fn by_key(
    rows: impl Iterator<Item = Result<Row>>,
    path: &Path,
) -> Result<HashMap<Vec<String>, Row>> {
    let mut by_key = HashMap::new();
    for row in rows {
        let row = row?;
        let key = row.key.clone();
        if by_key.insert(key.clone(), row).is_some() {
            let (name, key) = (path.display().to_string(), key.join(" "));
            return Err(Error::AmbiguousRows { name, key });
        }
    }
    // A gate that passes because nothing was scored says nothing of the quality.
    if by_key.is_empty() {
        return Err(Error::EmptyTable { name: path.display().to_string() });
    }
    Ok(by_key)
}

/// Scores of different models, or of different versions of one, mean different things.
fn same_model(results: &Path, key: &str, before: &Row, after: &Row) -> Result<()> {
    if before.model == after.model || before.mos_lqo.is_none() || after.mos_lqo.is_none() {
        return Ok(());
    }
    Err(Error::DifferentModels {
        name: results.display().to_string(),
        reason: format!(
            "{key} was scored by {} and in the baseline by {}; score both by the same model",
            after.model, before.model
        ),
    })
}
