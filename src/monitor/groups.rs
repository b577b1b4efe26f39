//! Calls summed by columns and times, from hours where they can answer and from the calls themselves where not.

use super::aggregate::Aggregate;
use super::hours;
use super::ingest::{STORED, stored};
use super::question::{Column, Dimension, Filter, json_path};
use super::store::Store;
use super::time::{Clock, HOUR_MS};
use crate::error::{Error, Result};
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use std::collections::HashMap;

/// The length of a time by which calls are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// An hour of UTC.
    Hour,
    /// A day of the store's time zone.
    Day,
    /// A week of it, from Monday on.
    Week,
}

impl Period {
    /// The period of this name.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "hour" => Some(Self::Hour),
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            _ => None,
        }
    }

    fn start(self, clock: &Clock, ms: i64) -> i64 {
        match self {
            Self::Hour => ms.div_euclid(HOUR_MS) * HOUR_MS,
            Self::Day => clock.day(ms),
            Self::Week => clock.week(ms),
        }
    }
}

/// Some calls that have something in common, on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What stands in the columns that were asked for, in their order.
    pub keys: Vec<String>,
    /// When their period began.
    pub period_ms: Option<i64>,
    /// The scale of their MOS; empty for calls without one.
    pub scale: String,
    /// What they come to.
    pub sum: Aggregate,
}

/// By what calls are summed.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    pub columns: Vec<Column>,
    pub period: Option<Period>,
    pub clock: Clock,
    /// Whether histograms are wanted beside the counts.
    pub histograms: bool,
}

impl Grouping {
    /// By these columns; `hour`, `day` and `week` among them are periods.
    pub fn of(names: &[&str], clock: Clock, histograms: bool) -> Result<Self> {
        let mut grouping = Self { columns: Vec::new(), period: None, clock, histograms };
        for name in names {
            match Period::of(name) {
                Some(_) if grouping.period.is_some() => {
                    let reason = "calls are summed by one of hour, day and week".to_owned();
                    return Err(Error::InvalidQuestion { given: (*name).to_owned(), reason });
                }
                Some(period) => grouping.period = Some(period),
                None => grouping.columns.push(Column::of(name)?),
            }
        }
        Ok(grouping)
    }

    fn of_hours(&self) -> bool {
        self.columns.iter().all(|column| matches!(column, Column::Dimension(_)))
    }
}

/// What tells one group from another while they are summed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    period_ms: Option<i64>,
    scale: i64,
    words: Vec<i64>,
    texts: Vec<String>,
}

/// Starts of days and weeks, each asked of the calendar once.
struct Periods<'a> {
    grouping: &'a Grouping,
    known: HashMap<i64, i64>,
}

impl Periods<'_> {
    fn of(&mut self, ms: i64) -> Option<i64> {
        let period = self.grouping.period?;
        // Zones are off by quarters of an hour, not by less.
        let quarter = ms.div_euclid(HOUR_MS / 4);
        let start = || period.start(&self.grouping.clock, quarter * (HOUR_MS / 4));
        Some(*self.known.entry(quarter).or_insert_with(start))
    }
}

/// The sums of the calls that are meant, in no order.
pub(super) fn groups(store: &Store, filter: &Filter, grouping: &Grouping) -> Result<Vec<Group>> {
    let whole = |bound: Option<i64>| bound.is_none_or(|ms| ms.rem_euclid(HOUR_MS) == 0);
    let hours =
        grouping.of_hours() && filter.of_hours()? && whole(filter.from_ms) && whole(filter.to_ms);
    let sums =
        if hours { of_hours(store, filter, grouping)? } else { of_calls(store, filter, grouping)? };
    let words = store.words()?;
    let word = |number: &i64| words.get(number).cloned().unwrap_or_default();
    let named = sums.into_iter().map(|(key, sum)| {
        let (mut numbers, mut texts) = (key.words.iter(), key.texts.into_iter());
        let keys = grouping.columns.iter().map(|column| match column {
            Column::Dimension(_) => numbers.next().map(&word).unwrap_or_default(),
            Column::Carried(_) => texts.next().unwrap_or_default(),
        });
        Group { keys: keys.collect(), period_ms: key.period_ms, scale: word(&key.scale), sum }
    });
    Ok(named.collect())
}

type Sums = HashMap<Key, Aggregate>;

/// Where a dimension stands among the five words of a row.
fn place(dimension: Dimension) -> usize {
    dimension as usize
}

fn of_hours(store: &Store, filter: &Filter, grouping: &Grouping) -> Result<Sums> {
    let condition = filter.condition(store, "hour", HOUR_MS)?;
    let histograms = if grouping.histograms { ", minutes, mos, loss, jitter" } else { "" };
    let sql = format!(
        "SELECT hour, site, trunk, codec, endpoint, scale, calls, scored, poor, one_way, not_set_up, dropped{histograms}
         FROM hours WHERE {}",
        condition.sql
    );
    let mut periods = Periods { grouping, known: HashMap::new() };
    store.read(|connection| {
        let mut sums = Sums::new();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(condition.values))?;
        while let Some(row) = rows.next()? {
            let words = |column: &Column| match column {
                Column::Dimension(dimension) => Some(row.get(1 + place(*dimension))),
                Column::Carried(_) => None,
            };
            let key = Key {
                period_ms: periods.of(row.get::<_, i64>(0)? * HOUR_MS),
                scale: row.get(5)?,
                words: grouping
                    .columns
                    .iter()
                    .filter_map(words)
                    .collect::<rusqlite::Result<_>>()?,
                texts: Vec::new(),
            };
            let sum = sums.entry(key).or_default();
            if grouping.histograms {
                hours::merge_row(sum, row, 6)?;
            } else {
                hours::merge_counts(sum, row, 6)?;
            }
        }
        Ok(sums)
    })
}

fn of_calls(store: &Store, filter: &Filter, grouping: &Grouping) -> Result<Sums> {
    let condition = filter.condition(store, "started", 1)?;
    let carried: Vec<&String> = grouping
        .columns
        .iter()
        .filter_map(|column| match column {
            Column::Carried(name) => Some(name),
            Column::Dimension(_) => None,
        })
        .collect();
    let cells = ", coalesce(CAST(json_extract(columns, ?) AS TEXT), '')".repeat(carried.len());
    let join =
        if condition.carried || !carried.is_empty() { "JOIN details USING (id)" } else { "" };
    let sql = format!("SELECT {STORED}{cells} FROM calls {join} WHERE {}", condition.sql);
    let paths = carried.iter().map(|name| Value::Text(json_path(name)));
    let values: Vec<Value> = paths.chain(condition.values).collect();
    let mut periods = Periods { grouping, known: HashMap::new() };
    store.read(|connection| {
        let mut sums = Sums::new();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let (call, words) = stored(row)?;
            let own = |column: &Column| match column {
                Column::Dimension(dimension) => Some(words[place(*dimension)]),
                Column::Carried(_) => None,
            };
            let texts = (13..13 + carried.len()).map(|place| row.get(place));
            let key = Key {
                period_ms: periods.of(call.started_ms),
                scale: words[place(Dimension::Scale)],
                words: grouping.columns.iter().filter_map(own).collect(),
                texts: texts.collect::<rusqlite::Result<_>>()?,
            };
            sums.entry(key).or_default().add(&call);
        }
        Ok(sums)
    })
}

/// The beginning of a time's hour.
pub(super) fn whole_hour(ms: i64) -> i64 {
    ms.div_euclid(HOUR_MS) * HOUR_MS
}
