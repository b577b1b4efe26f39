//! Two tables of results, row by row and group by group: what fell, what rose, what is missing.

use super::limits::{Limits, LimitsFile};
use super::measure::Measure;
use super::renamed::point_out_renamed;
use super::rows::{Keys, Row, missing, read};
use super::talkers::OverTalkers;
use super::verdict::{GroupComparison, RowComparison, Verdict};
use crate::error::{Error, Result};
use crate::rounding::fixed;
use crate::statistics::{PairedTest, holm};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// How unlikely by chance the fall of a mean must be to fail: one false alarm in a hundred comparisons at most, however
/// much the rows differ by chance.
pub(super) const SIGNIFICANCE: f64 = 0.01;

/// What is compared, and what fails.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The columns that say which rows belong together.
    pub key: Vec<String>,
    /// The columns whose cells name a row's group; without any, all rows are one.
    pub group_by: Vec<String>,
    /// The column that names who speaks.
    pub talker: String,
    /// How far results may fall behind the baseline.
    pub limits: Limits,
    /// The same for groups of rows.
    pub file: LimitsFile,
    /// So many rows may fail to be scored that could be scored before.
    pub allow_unscored: usize,
    /// Whether a row with a warning fails.
    pub fail_on_warning: bool,
}

/// Two tables of results, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Name and version of this form.
    pub schema: &'static str,
    /// Whether nothing fell, is missing, or fails anew.
    pub passed: bool,
    /// What should be known besides, in sentences: measures that moved and have no limit.
    pub notes: Vec<String>,
    /// The groups in the order of their names; a single one where none were asked for.
    pub groups: Vec<GroupComparison>,
}

/// The rows of a table by their keys.
type ByKey = HashMap<Vec<String>, Row>;

impl Comparison {
    /// Compares results with a baseline, or without one with the rules' minimum and sizes alone.
    ///
    /// # Errors
    /// A table that cannot be read, lacks a column or has a key twice; scores of different models; limits for groups that
    /// no row belongs to.
    pub fn of(baseline: Option<&Path>, results: &Path, rules: &Rules) -> Result<Self> {
        let keys = Keys { key: &rules.key, group_by: &rules.group_by };
        let before = match baseline {
            Some(path) => Some(by_key(read(path, &keys)?, path)?),
            None => None,
        };
        let after = by_key(read(results, &keys)?, results)?;
        rules.file.check(after.values())?;
        rules.check_columns(results, after.values())?;
        if let Some((path, before)) = baseline.zip(before.as_ref()) {
            rules.check_columns(path, before.values())?;
            for (key, row) in &after {
                let earlier = before.get(key);
                earlier
                    .map_or(Ok(()), |earlier| same_model(results, &key.join(" "), earlier, row))?;
            }
        }
        Ok(Self::of_rows(before, after, rules))
    }

    /// The same of rows that were read.
    pub(super) fn of_rows(before: Option<ByKey>, after: ByKey, rules: &Rules) -> Self {
        let baseline = before.is_some();
        let mut before = before.unwrap_or_default();
        let mut after: Vec<_> = after.into_iter().collect();
        after.sort_by_key(|(_, row)| row.place);
        let mut groups: BTreeMap<String, Vec<RowComparison>> = BTreeMap::new();
        let mut unscored = 0;
        let mut new = Vec::new();
        for (key, row) in after {
            let earlier = before.remove(&key);
            let mut compared = rules.judge(key.join(" "), baseline, earlier.as_ref(), &row);
            if compared.verdict == Verdict::Failing && unscored < rules.allow_unscored {
                unscored += 1;
                compared.verdict = Verdict::Tolerated;
            }
            let rows = groups.entry(row.group.clone()).or_default();
            if compared.verdict == Verdict::New {
                new.push((row.group.clone(), rows.len(), row));
            }
            rows.push(compared);
        }
        let mut gone: Vec<_> = before.into_values().collect();
        gone.sort_by_key(|row| row.place);
        let first_gone = |rows: &Vec<RowComparison>| rows.len();
        let gone: Vec<_> = gone
            .into_iter()
            .map(|row| {
                let rows = groups.entry(row.group.clone()).or_default();
                let place = first_gone(rows);
                rows.push(rules.absent(&row));
                (row.group.clone(), place, row)
            })
            .collect();
        point_out_renamed(&mut groups, &gone, &new);
        Self::conclude(groups, rules)
    }

    fn conclude(groups: BTreeMap<String, Vec<RowComparison>>, rules: &Rules) -> Self {
        let tested: Vec<_> = groups
            .values()
            .map(|rows| {
                let differences = differences(rows);
                let (over, values) = differences.values();
                (over, differences.talkers(), PairedTest::of(&values))
            })
            .collect();
        let levels = levels(&tested.iter().map(|tested| tested.2).collect::<Vec<_>>());
        let groups: Vec<_> = groups
            .into_iter()
            .zip(tested.into_iter().zip(levels))
            .map(|((name, rows), ((over, talkers, test), (adjusted_p, level)))| {
                let effects = rows.iter().map(|row| row.smallest_effect);
                let smallest_effect =
                    effects.reduce(f64::min).unwrap_or_else(|| rules.limits.effect());
                let significant = adjusted_p.is_some_and(|p| p < SIGNIFICANCE);
                // Half of the last decimal of the results.
                let counts = test.is_some_and(|test| test.mean <= 5e-5 - smallest_effect);
                GroupComparison {
                    name,
                    rows,
                    test,
                    over,
                    talkers,
                    adjusted_p,
                    upper: test.and_then(|test| test.upper(level)),
                    confidence: 1.0 - level,
                    smallest_effect,
                    dropped: significant && counts,
                }
            })
            .collect();
        let passed = groups.iter().all(GroupComparison::passes);
        Self { schema: "basilar-comparison/1", passed, notes: notes(&groups), groups }
    }

    /// The rows of a verdict, with the group of each.
    pub fn rows(&self, verdict: Verdict) -> impl Iterator<Item = (&str, &RowComparison)> {
        self.all_rows().filter(move |(_, row)| row.verdict == verdict)
    }

    /// All rows, with the group of each.
    pub fn all_rows(&self) -> impl Iterator<Item = (&str, &RowComparison)> {
        self.groups.iter().flat_map(|group| group.rows.iter().map(|row| (group.name.as_str(), row)))
    }
}

impl Rules {
    /// Refuses a table that lacks a measure which has a limit.
    fn check_columns<'a>(
        &self,
        path: &Path,
        mut rows: impl Iterator<Item = &'a Row> + Clone,
    ) -> Result<()> {
        let limited = rows.clone().map(|row| self.file.of_row(row, &self.limits));
        let measures: std::collections::BTreeSet<Measure> =
            limited.flat_map(|limits| limits.measures.into_keys()).collect();
        let name = path.display().to_string();
        let scored = rows.clone().filter(|row| row.mos_lqo.is_some());
        let Some(first) = rows.next() else { return Ok(()) };
        for measure in measures {
            let column = measure.column();
            if !first.cells.contains_key(column) {
                return Err(missing(&name, column, &first.cells));
            }
            let mut scored = scored.clone().peekable();
            if scored.peek().is_some() && scored.all(|row| row.measure(measure).is_none()) {
                let reason = format!(
                    "its column {column} is empty in every row, so that {} holds nothing; score without --score-only",
                    measure.option()
                );
                return Err(Error::InvalidLimits { name, reason });
            }
        }
        Ok(())
    }

    fn absent(&self, row: &Row) -> RowComparison {
        let (verdict, message) = match row.mos_lqo {
            Some(_) => (Verdict::Missing, "in the baseline but not in the results".to_owned()),
            None => (Verdict::StillFailing, "gone; it could not be scored before".to_owned()),
        };
        RowComparison {
            key: row.key.join(" "),
            baseline: row.mos_lqo,
            result: None,
            verdict,
            message,
            beyond: Vec::new(),
            warnings: String::new(),
            talker: String::new(),
            noticed: Vec::new(),
            smallest_effect: self.file.of_row(row, &self.limits).effect(),
        }
    }
}

/// The changes of the rows that were scored in both tables.
fn differences(rows: &[RowComparison]) -> OverTalkers {
    let mut differences = OverTalkers::default();
    for row in rows {
        if let (Some(then), Some(now)) = (row.baseline, row.result) {
            differences.insert(now - then, &row.talker);
        }
    }
    differences
}

/// Each test's probability as their number demands it, and the level at which it is tested itself (Holm, 1979): the
/// least probable at the whole level over all tests, the next over all but one, and so on.
fn levels(tests: &[Option<PairedTest>]) -> Vec<(Option<f64>, f64)> {
    let p: Vec<f64> = tests.iter().filter_map(|test| test.and_then(|test| test.p)).collect();
    let mut adjusted = holm(&p).into_iter();
    let levels = tests.iter().map(|test| match test.and_then(|test| test.p) {
        Some(own) => {
            let smaller = p.iter().filter(|other| **other < own).count();
            (adjusted.next(), SIGNIFICANCE / (p.len() - smaller) as f64)
        }
        None => (None, SIGNIFICANCE),
    });
    levels.collect()
}

/// What moved and has no limit, a sentence a measure.
fn notes(groups: &[GroupComparison]) -> Vec<String> {
    let note = |measure: Measure| {
        let rows = groups.iter().flat_map(|group| &group.rows);
        let noticed: Vec<_> = rows
            .flat_map(|row| row.noticed.iter().map(move |noticed| (row, noticed)))
            .filter(|(_, noticed)| noticed.measure == measure)
            .collect();
        let moved = |noticed: &super::measure::Beyond| {
            (noticed.result - noticed.baseline.unwrap_or(0.0)).abs()
        };
        let (row, worst) = noticed.iter().max_by(|a, b| moved(a.1).total_cmp(&moved(b.1)))?;
        let rows = if noticed.len() == 1 { "row" } else { "rows" };
        let told = worst.message.split(", more than").next().unwrap_or_default();
        Some(format!(
            "no limit for {} moved {rows} was asked for, most in {}: {told}; {} {} makes it fail",
            noticed.len(),
            row.key,
            measure.option(),
            fixed(measure.usual(), 0),
        ))
    };
    Measure::all().filter_map(note).collect()
}

fn by_key(rows: impl Iterator<Item = Result<Row>>, path: &Path) -> Result<ByKey> {
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
