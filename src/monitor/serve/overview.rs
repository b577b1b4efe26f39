//! What the page shows at first: poor shares by site, trunk, codec and endpoint with their course and what changed.

use super::Served;
use super::answers::{Asked, AskedFor, answer};
use crate::error::{Error, Result};
use crate::monitor::history::CONFIDENCE;
use crate::monitor::question::Dimension;
use crate::monitor::store::Store;
use crate::monitor::time::{DAY_MS, HOUR_MS, WEEK_MS, iso, now_ms, parse_span};
use crate::rounding::rounded;
use crate::statistics::Proportion;
use axum::extract::State;
use axum::response::Response;
use rusqlite::params_from_iter;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of a table at most; the worst are shown.
const MOST_ROWS: usize = 200;
/// Fewer scored calls, now or before, and a change is not told.
const LEAST_CALLS: u64 = 30;
/// The longest window.
const LONGEST_MS: i64 = 400 * DAY_MS;

pub(super) async fn overview(State(served): State<Arc<Served>>, query: AskedFor) -> Response {
    answer(served, query, |question, store| overview_of(store, question)).await
}

/// Hours since 1970 that are looked at.
struct Window {
    from: i64,
    to: i64,
    /// Where the hours begin that are set against those of the weeks before.
    compared_from: i64,
    /// Hours of a point of the course.
    step: i64,
}

impl Window {
    fn of(store: &Store, asked: &Asked) -> Result<Self> {
        let span_ms = parse_span(asked.window.as_deref().unwrap_or("7d"))?;
        if !(HOUR_MS..=LONGEST_MS).contains(&span_ms) {
            let reason = "give a window of 1h to 400d".to_owned();
            return Err(Error::InvalidQuestion { given: "window".to_owned(), reason });
        }
        let until_ms = match asked.until.as_deref() {
            None => now_ms(),
            Some("newest") => newest(store)?.unwrap_or_else(now_ms),
            Some(text) => store.settings()?.clock()?.moment(text, now_ms())?,
        };
        // The hour that runs counts too.
        let to = until_ms.div_euclid(HOUR_MS) + 1;
        let from = to - span_ms.div_euclid(HOUR_MS);
        let step = if span_ms <= 2 * DAY_MS { 1 } else { 24 * (span_ms / (90 * DAY_MS) + 1) };
        Ok(Self { from, to, compared_from: from.max(to - WEEK_MS / HOUR_MS), step })
    }

    fn points(&self) -> usize {
        usize::try_from((self.to - self.from + self.step - 1) / self.step).unwrap_or(0)
    }

    /// The point of the course that an hour belongs to; the last point ends with the window.
    fn point(&self, hour: i64) -> Option<usize> {
        let back = (self.to - 1 - hour).div_euclid(self.step);
        self.points().checked_sub(1 + usize::try_from(back).ok()?)
    }

    /// Whether an hour is one of the four weeks before that is compared with.
    fn is_before(&self, hour: i64) -> bool {
        const WEEK: i64 = WEEK_MS / HOUR_MS;
        (1..=4).any(|week| (self.compared_from..self.to).contains(&(hour + week * WEEK)))
    }
}

/// What is summed of a group.
#[derive(Clone, Default)]
struct Sum {
    calls: u64,
    issues: [u64; 3],
    poor: Proportion,
    now: Proportion,
    before: Proportion,
    course: Vec<Proportion>,
}

impl Sum {
    fn add(&mut self, hour: i64, window: &Window, counts: &[u64; 6]) {
        let [calls, scored, poor, issues @ ..] = *counts;
        let more = |sum: &mut Proportion| {
            sum.of += scored;
            sum.count += poor;
        };
        if hour >= window.from {
            self.calls += calls;
            self.issues.iter_mut().zip(issues).for_each(|(sum, count)| *sum += count);
            more(&mut self.poor);
            if let Some(point) = window.point(hour) {
                self.course.resize(window.points(), Proportion::default());
                self.course.get_mut(point).map(more);
            }
            if hour >= window.compared_from {
                more(&mut self.now);
            }
        } else if window.is_before(hour) {
            more(&mut self.before);
        }
        // A window longer than a week holds weeks before as well.
        if hour >= window.from && hour < window.compared_from && window.is_before(hour) {
            more(&mut self.before);
        }
    }

    fn told(&self) -> Value {
        let share = |share: Proportion| share.share().map(|share| rounded(share, 5));
        let interval = self.poor.interval(CONFIDENCE);
        let [one_way, not_set_up, dropped] = self.issues;
        json!({
            "calls": self.calls, "scored": self.poor.of, "poor": self.poor.count, "poor_share": share(self.poor),
            "poor_share_low": interval.map(|(low, _)| rounded(low, 5)),
            "poor_share_high": interval.map(|(_, high)| rounded(high, 5)),
            "one_way": one_way, "not_set_up": not_set_up, "dropped": dropped,
            "course": self.course.iter().map(|point| share(*point)).collect::<Vec<_>>(),
            "before": share(self.before), "before_scored": self.before.of, "change": self.change(),
        })
    }

    fn change(&self) -> &'static str {
        if self.now.of < LEAST_CALLS || self.before.of < LEAST_CALLS {
            return "too few";
        }
        match self.now.over(self.before, 0.99) {
            Some((low, _)) if low > 0.0 => "worse",
            Some((_, high)) if high < 0.0 => "better",
            _ => "no difference seen",
        }
    }

    fn sureness(&self) -> f64 {
        self.poor.interval(CONFIDENCE).map_or(-1.0, |(low, _)| low)
    }
}

type Sums = HashMap<(i64, i64), Sum>;

fn overview_of(store: &Store, asked: &Asked) -> Result<Value> {
    let window = Window::of(store, asked)?;
    // The window says from when to when.
    let mut filter = Asked { since: None, until: None, ..asked.clone() }.filter(store)?;
    let before = window.compared_from - 4 * WEEK_MS / HOUR_MS;
    filter.from_ms = Some(window.from.min(before) * HOUR_MS);
    filter.to_ms = Some(window.to * HOUR_MS);
    let condition = filter.condition(store, "hour", HOUR_MS)?;
    let sql = format!(
        "SELECT hour, site, trunk, codec, endpoint, scale, calls, scored, poor, one_way, not_set_up, dropped
         FROM hours WHERE {}",
        condition.sql
    );
    // The four dimensions, and all together by scale.
    let mut sums: [Sums; 5] = Default::default();
    store.read(|connection| {
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(condition.values))?;
        while let Some(row) = rows.next()? {
            let hour: i64 = row.get(0)?;
            if hour < window.from && !window.is_before(hour) {
                continue;
            }
            let scale: i64 = row.get(5)?;
            let mut counts = [0; 6];
            for (place, count) in (6..).zip(&mut counts) {
                *count = row.get(place)?;
            }
            for (place, sums) in sums.iter_mut().enumerate() {
                let word = if place < 4 { row.get(1 + place)? } else { 0 };
                sums.entry((word, scale)).or_default().add(hour, &window, &counts);
            }
        }
        Ok(())
    })?;
    let words = store.words()?;
    let word = |number: i64| words.get(&number).cloned().unwrap_or_default();
    let told = |sums: &Sums, name: Option<&str>| -> Vec<Value> {
        let mut rows: Vec<_> = sums.iter().filter(|(_, sum)| sum.calls > 0).collect();
        rows.sort_by(|a, b| {
            b.1.sureness()
                .total_cmp(&a.1.sureness())
                .then(b.1.calls.cmp(&a.1.calls))
                .then(a.0.cmp(b.0))
        });
        let rows = rows.into_iter().take(MOST_ROWS).map(|((number, scale), sum)| {
            let mut row = sum.told();
            row["scale"] = word(*scale).into();
            if name.is_some() {
                row["name"] = word(*number).into();
            }
            row
        });
        rows.collect()
    };
    let starts: Vec<String> = (0..window.points())
        .map(|at| iso((window.to - (window.points() - at) as i64 * window.step) * HOUR_MS))
        .collect();
    let mut groups = serde_json::Map::new();
    for (dimension, sums) in Dimension::ALL.into_iter().zip(&sums).take(4) {
        groups.insert(dimension.name().to_owned(), told(sums, Some(dimension.name())).into());
    }
    Ok(json!({
        "from": iso(window.from * HOUR_MS), "until": iso(window.to * HOUR_MS), "newest": newest(store)?.map(iso),
        "starts": starts, "all": told(&sums[4], None), "groups": groups,
    }))
}

/// When the newest call began.
fn newest(store: &Store) -> Result<Option<i64>> {
    store.read(|connection| {
        connection.query_row("SELECT max(started) FROM calls", [], |row| row.get(0))
    })
}
