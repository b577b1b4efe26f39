//! What was: the calls of a store listed worst first, summed, and set against the weeks before.

use super::call::{Call, Issues, Verdict};
use super::compare::{self, Compared};
use super::groups::{self, Group, Grouping};
use super::ingest::{STORED, stored};
use super::question::Filter;
use super::store::Store;
use crate::error::Result;
use crate::rounding::rounded;
use crate::table::{Cells, Column, Kind};
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use serde_json::json;

/// Questions about some calls of a store.
#[derive(Debug)]
pub struct History<'a> {
    store: &'a Store,
    filter: Filter,
    clock: super::time::Clock,
}

/// A call in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its number in the store.
    pub id: i64,
    /// The call.
    pub call: Call,
}

/// Confidence of intervals.
pub(super) const CONFIDENCE: f64 = 0.95;

impl<'a> History<'a> {
    /// Of these calls.
    ///
    /// # Errors
    /// As [`Store::settings`].
    pub fn of(store: &'a Store, filter: Filter) -> Result<Self> {
        Ok(Self { store, filter, clock: store.settings()?.clock()? })
    }

    /// Sums by columns and by one of `hour`, `day` and `week`: the worst first, or in the order of time.
    ///
    /// # Errors
    /// [`Error::InvalidQuestion`](crate::Error::InvalidQuestion) for what is no column, and what the store says.
    pub fn groups(&self, by: &[&str]) -> Result<Vec<Group>> {
        let grouping = Grouping::of(by, self.clock.clone(), true)?;
        let mut filter = self.filter.clone();
        // Sums of hours answer for whole hours.
        filter.from_ms = filter.from_ms.map(groups::whole_hour);
        let mut groups = groups::groups(self.store, &filter, &grouping)?;
        let sureness = |group: &Group| {
            group.sum.poor_share().interval(CONFIDENCE).map_or(-1.0, |(low, _)| low)
        };
        groups.sort_by(|a, b| {
            let worse = sureness(b).total_cmp(&sureness(a));
            a.period_ms
                .cmp(&b.period_ms)
                .then(worse)
                .then_with(|| (&a.keys, &a.scale).cmp(&(&b.keys, &b.scale)))
        });
        Ok(groups)
    }

    /// The calls of the last week, or since the filter's beginning if that is later, against the same hours of the four
    /// weeks before.
    ///
    /// # Errors
    /// As [`groups`](Self::groups).
    pub fn against_before(&self, by: &[&str], now_ms: i64) -> Result<Vec<Compared>> {
        let grouping = Grouping::of(by, self.clock.clone(), false)?;
        let to_ms = groups::whole_hour(self.filter.to_ms.unwrap_or(now_ms));
        let from_ms = self.filter.from_ms.map_or(i64::MIN, groups::whole_hour);
        compare::compare(self.store, &self.filter, &grouping, from_ms, to_ms)
    }

    /// The so many worst calls of each scale, or of those that are poor or have an issue: those with a silent direction first, then by their MOS; calls without a
    /// MOS are listed where they were one-way, not set up or dropped.
    ///
    /// # Errors
    /// As [`groups`](Self::groups).
    pub fn worst(&self, most: usize, only_bad: bool) -> Result<Vec<Listed>> {
        let condition = self.filter.condition(self.store, "started", 1)?;
        let join = if condition.carried { "JOIN details USING (id)" } else { "" };
        // As the index has it that holds only these.
        let bad = if only_bad { "AND (verdict = 1 OR issues > 0)" } else { "" };
        let sql = format!(
            "SELECT id, started, duration, site, trunk, codec, endpoint, scale, mos, verdict, issues, loss, jitter FROM (
                 SELECT {STORED}, row_number() OVER (
                     PARTITION BY scale ORDER BY issues & 1 DESC, mos, issues DESC, started DESC) AS place
                 FROM calls {join} WHERE {} {bad}
                   AND (mos IS NOT NULL OR issues > 0))
             WHERE place <= ? ORDER BY scale = 0, scale, place",
            condition.sql
        );
        let most = Value::Integer(i64::try_from(most).unwrap_or(i64::MAX));
        let values = condition.values.into_iter().chain([most]);
        let words = self.store.words()?;
        self.store.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let listed = statement.query_map(params_from_iter(values), |row| {
                let (mut call, numbers) = stored(row)?;
                call.words = numbers.map(|number| words.get(&number).cloned().unwrap_or_default());
                Ok(Listed { id: row.get(0)?, call })
            })?;
            listed.collect()
        })
    }
}

/// The columns of sums by these.
pub fn columns(by: &[&str]) -> Vec<Column> {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind };
    let numbers = [
        "poor_share",
        "poor_share_low",
        "poor_share_high",
        "mos_p10",
        "mos_p50",
        "mos_p90",
        "loss_pct_p50",
        "loss_pct_p95",
        "jitter_ms_p50",
        "jitter_ms_p95",
        "minutes",
    ];
    let counts = ["calls", "scored", "poor", "one_way", "not_set_up", "dropped"];
    by.iter()
        .map(|name| column(name, Kind::Text))
        .chain((!by.contains(&"scale")).then(|| column("scale", Kind::Text)))
        .chain(counts.map(|name| column(name, Kind::Integer)))
        .chain(numbers.map(|name| column(name, Kind::Number)))
        .collect()
}

impl Group {
    /// As a row of a table with [`columns`].
    pub fn cells(&self, by: &[&str]) -> Cells {
        let sum = &self.sum;
        let mut cells = self.named(by);
        let share = sum.poor_share();
        let interval = share.interval(CONFIDENCE);
        let number =
            |value: Option<f64>, decimals| json!(value.map(|value| rounded(value, decimals)));
        for (name, count) in [
            ("calls", sum.calls),
            ("scored", sum.scored),
            ("poor", sum.poor),
            ("one_way", sum.one_way),
            ("not_set_up", sum.not_set_up),
            ("dropped", sum.dropped),
        ] {
            cells.insert(name.to_owned(), count.into());
        }
        for (name, value) in [
            ("poor_share", number(share.share(), 5)),
            ("poor_share_low", number(interval.map(|(low, _)| low), 5)),
            ("poor_share_high", number(interval.map(|(_, high)| high), 5)),
            ("mos_p10", number(sum.mos.percentile(0.1), 2)),
            ("mos_p50", number(sum.mos.percentile(0.5), 2)),
            ("mos_p90", number(sum.mos.percentile(0.9), 2)),
            ("loss_pct_p50", number(sum.loss.percentile(0.5), 3)),
            ("loss_pct_p95", number(sum.loss.percentile(0.95), 3)),
            ("jitter_ms_p50", number(sum.jitter.percentile(0.5), 2)),
            ("jitter_ms_p95", number(sum.jitter.percentile(0.95), 2)),
            ("minutes", number(Some(sum.minutes), 2)),
        ] {
            cells.insert(name.to_owned(), value);
        }
        cells
    }

    fn named(&self, by: &[&str]) -> Cells {
        let period = self.period_ms.map(super::time::iso).unwrap_or_default();
        let mut keys = self.keys.iter();
        let mut cells = Cells::new();
        for name in by {
            let value = match groups::Period::of(name) {
                Some(_) => period.clone(),
                None => keys.next().cloned().unwrap_or_default(),
            };
            cells.insert((*name).to_owned(), value.into());
        }
        cells.entry("scale").or_insert_with(|| self.scale.as_str().into());
        cells
    }
}

impl Compared {
    /// The columns of a comparison by these.
    pub fn columns(by: &[&str]) -> Vec<Column> {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        by.iter()
            .map(|name| column(name, Kind::Text))
            .chain((!by.contains(&"scale")).then(|| column("scale", Kind::Text)))
            .chain(
                ["scored", "poor", "before_scored", "before_poor"]
                    .map(|name| column(name, Kind::Integer)),
            )
            .chain(
                ["poor_share", "before_poor_share", "difference_low", "difference_high", "p"]
                    .map(|name| column(name, Kind::Number)),
            )
            .chain([column("change", Kind::Text)])
            .collect()
    }

    /// As a row of a table.
    pub fn cells(&self, by: &[&str]) -> Cells {
        let mut cells: Cells =
            by.iter().zip(&self.keys).map(|(name, key)| ((*name).to_owned(), json!(key))).collect();
        cells.entry("scale").or_insert_with(|| self.scale.as_str().into());
        let number = |value: Option<f64>| json!(value.map(|value| rounded(value, 5)));
        for (name, value) in [
            ("scored", json!(self.now.of)),
            ("poor", json!(self.now.count)),
            ("before_scored", json!(self.before.of)),
            ("before_poor", json!(self.before.count)),
            ("poor_share", number(self.now.share())),
            ("before_poor_share", number(self.before.share())),
            ("difference_low", number(self.difference.map(|(low, _)| low))),
            ("difference_high", number(self.difference.map(|(_, high)| high))),
            ("p", number(Some(self.p))),
            ("change", json!(self.change.name())),
        ] {
            cells.insert(name.to_owned(), value);
        }
        cells
    }
}

impl Listed {
    /// The columns of a list.
    pub fn columns() -> Vec<Column> {
        [
            ("id", Kind::Integer),
            ("started", Kind::Text),
            ("duration_s", Kind::Number),
            ("site", Kind::Text),
            ("trunk", Kind::Text),
            ("codec", Kind::Text),
            ("endpoint", Kind::Text),
            ("scale", Kind::Text),
            ("mos", Kind::Number),
            ("verdict", Kind::Text),
            ("one_way", Kind::Boolean),
            ("not_set_up", Kind::Boolean),
            ("dropped", Kind::Boolean),
            ("loss_pct", Kind::Number),
            ("jitter_ms", Kind::Number),
        ]
        .map(|(name, kind)| Column { name: name.to_owned(), kind })
        .into()
    }

    /// As a row of a table.
    pub fn cells(&self) -> Cells {
        let Call {
            started_ms, duration_s, words, mos, verdict, issues, loss_pct, jitter_ms, ..
        } = &self.call;
        let [site, trunk, codec, endpoint, scale] = words;
        let Issues { one_way, not_set_up, dropped } = issues;
        let verdict: Verdict = *verdict;
        let cells = json!({
            "id": self.id, "started": super::time::iso(*started_ms), "duration_s": duration_s, "site": site,
            "trunk": trunk, "codec": codec, "endpoint": endpoint, "scale": scale, "mos": mos,
            "verdict": verdict.name(), "one_way": one_way, "not_set_up": not_set_up, "dropped": dropped,
            "loss_pct": loss_pct, "jitter_ms": jitter_ms,
        });
        match cells {
            serde_json::Value::Object(cells) => cells,
            _ => Cells::new(),
        }
    }
}
