//! How far results may fall behind a baseline: for all rows, and for groups of them.

use super::measure::Measure;
use super::rows::Row;
use crate::error::{Error, Result};
use crate::table::text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// How much MOS-LQO a row may lose, where nothing else is said.
const MAX_DROP: f64 = 0.1;
/// The smallest fall of a mean that counts, in MOS-LQO, where nothing else is said.
const SMALLEST_EFFECT: f64 = 0.05;

/// Limits, each of which may be left open.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// How much MOS-LQO a row may lose; 0.1 where it is open.
    pub max_drop: Option<f64>,
    /// The least MOS-LQO that a row may have.
    pub min: Option<f64>,
    /// The smallest fall of a mean that counts, in MOS-LQO; 0.05 where it is open.
    pub smallest_effect: Option<f64>,
    /// How far measures of the connection may go, each in the unit of its column.
    pub measures: BTreeMap<Measure, f64>,
}

impl Limits {
    pub(super) fn drop(&self) -> f64 {
        self.max_drop.unwrap_or(MAX_DROP)
    }

    pub(super) fn effect(&self) -> f64 {
        self.smallest_effect.unwrap_or(SMALLEST_EFFECT)
    }

    /// These, and where they are open, `others`.
    #[must_use]
    pub fn or(self, others: &Self) -> Self {
        let mut measures = others.measures.clone();
        measures.extend(self.measures);
        Self {
            max_drop: self.max_drop.or(others.max_drop),
            min: self.min.or(others.min),
            smallest_effect: self.smallest_effect.or(others.smallest_effect),
            measures,
        }
    }

    /// The stricter of both, limit by limit.
    fn stricter(mut self, other: &Self) -> Self {
        let least = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::min);
        self.max_drop = least(self.max_drop, other.max_drop);
        self.smallest_effect = least(self.smallest_effect, other.smallest_effect);
        self.min = self.min.into_iter().chain(other.min).reduce(f64::max);
        for (&measure, &limit) in &other.measures {
            let own = self.measures.entry(measure).or_insert(limit);
            *own = own.min(limit);
        }
        self
    }

    fn set(&mut self, key: &str, value: &Value) -> std::result::Result<(), String> {
        let words = match value {
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::String(words) => words.clone(),
            _ => return Err(format!("{key} is neither a number nor a number with its unit")),
        };
        let mos = || mos(&words).map(Some);
        let named = |reason: String| format!("{key} = {words}: {reason}");
        match key {
            "max_drop" => self.max_drop = mos().map_err(named)?,
            "min" => self.min = mos().map_err(named)?,
            "smallest_effect" => self.smallest_effect = mos().map_err(named)?,
            _ => {
                let Some(measure) = Measure::all().find(|measure| measure.key() == key) else {
                    return Err(format!("{key} is no limit; {}", known_keys()));
                };
                self.measures.insert(measure, measure.limit(&words).map_err(named)?);
            }
        }
        Ok(())
    }
}

/// A difference or a score on the MOS scale in words.
///
/// # Errors
/// A sentence that says what may be given.
pub fn mos(word: &str) -> std::result::Result<f64, String> {
    match word.trim().parse() {
        Ok(value) if (0.0..=5.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 to 5".to_owned()),
    }
}

fn known_keys() -> String {
    let keys = ["max_drop", "min", "smallest_effect"].into_iter();
    let keys: Vec<&str> = keys.chain(Measure::all().map(Measure::key)).collect();
    format!("there are {}", keys.join(", "))
}

/// The limits of a file: those for all rows, and those for the rows that have a value in a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LimitsFile {
    path: PathBuf,
    /// For rows that no group has limits for.
    pub all: Limits,
    groups: Vec<GroupLimits>,
}

#[derive(Debug, Clone, PartialEq)]
struct GroupLimits {
    column: String,
    value: String,
    limits: Limits,
}

impl LimitsFile {
    /// Reads a TOML file: `max_drop = 0.2` for all rows, and under `[device.headset]` for those whose column `device` says
    /// `headset`. Where several groups of a row set one limit, the stricter holds.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, or holds a key that is no limit.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let invalid = |reason: String| Error::InvalidLimits { name: name.clone(), reason };
        let words = std::fs::read_to_string(path).map_err(|error| Error::from_io(&name, error))?;
        let table: Table = words.parse().map_err(|error: toml::de::Error| {
            invalid(error.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
        })?;
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        for (key, value) in &table {
            match value {
                Value::Table(column) => file.read_column(key, column).map_err(invalid)?,
                value => file.all.set(key, value).map_err(invalid)?,
            }
        }
        Ok(file)
    }

    fn read_column(&mut self, column: &str, values: &Table) -> std::result::Result<(), String> {
        for (value, limits) in values {
            let Value::Table(keys) = limits else {
                return Err(format!(
                    "{column}.{value} is no group; write [{column}.VALUE] and the limits below it"
                ));
            };
            let mut limits = Limits::default();
            for (key, limit) in keys {
                let set = limits.set(key, limit);
                set.map_err(|reason| format!("[{column}.{value}]: {reason}"))?;
            }
            self.groups.push(GroupLimits {
                column: column.to_owned(),
                value: value.clone(),
                limits,
            });
        }
        Ok(())
    }

    /// The limits of a row: those of its groups, and where they are open, `others`.
    pub(super) fn of_row(&self, row: &Row, others: &Limits) -> Limits {
        let own = self.groups.iter().filter(|group| group.holds(row));
        let own = own.fold(Limits::default(), |limits, group| limits.stricter(&group.limits));
        own.or(others)
    }

    /// Refuses groups that no row belongs to: a gate must not be open for a slip of the pen.
    pub(super) fn check<'a>(&self, rows: impl Iterator<Item = &'a Row> + Clone) -> Result<()> {
        let unused = self.groups.iter().find(|group| !rows.clone().any(|row| group.holds(row)));
        let Some(GroupLimits { column, value, .. }) = unused else { return Ok(()) };
        let mut found: Vec<String> =
            rows.filter_map(|row| Some(text(Some(row.cells.get(column)?)))).collect();
        found.sort();
        found.dedup();
        found.truncate(10);
        let found = match found.is_empty() {
            true => format!("there is no column {column}"),
            false => format!("the column {column} has {}", found.join(", ")),
        };
        Err(Error::InvalidLimits {
            name: self.path.display().to_string(),
            reason: format!("no row belongs to [{column}.{value}]; {found}"),
        })
    }
}

impl GroupLimits {
    fn holds(&self, row: &Row) -> bool {
        row.cells.get(&self.column).is_some_and(|cell| text(Some(cell)) == self.value)
    }
}
