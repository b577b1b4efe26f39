//! What Prometheus reads: counters of all that was ever taken, with labels that stay few.

use super::{Served, refused};
use crate::error::Result;
use crate::monitor::call::Verdict;
use crate::monitor::store::Store;
use crate::monitor::time::now_ms;
use crate::monitor::totals;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// Values that a label takes at most; those that came later are "other".
const MOST_VALUES: usize = 200;
/// Sets of labels that a metric takes at most.
const MOST_SETS: usize = 2000;

pub(super) async fn metrics(State(served): State<Arc<Served>>) -> Response {
    match served.ask(text).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
            .into_response(),
        Err(error) => refused(&error),
    }
}

type Labels = [i64; 3];

/// All metrics in Prometheus' text format.
fn text(store: &Store) -> Result<String> {
    let words = store.words()?;
    let word = |number: i64| match words.get(&number) {
        None => "other",
        Some(word) if word.is_empty() => "unknown",
        Some(word) => word,
    };
    let mut out = String::new();
    // Writing into a String does not fail.
    let mut line = |line: std::fmt::Arguments| {
        let _ = writeln!(out, "{line}");
    };
    let calls = bounded(totals_of_calls(store)?);
    let counters = [
        (
            "basilar_calls_total",
            "Calls by how they sounded.",
            "verdict",
            Verdict::ALL.map(Verdict::name),
        ),
        (
            "basilar_call_issues_total",
            "Calls with what a MOS does not say.",
            "issue",
            ["one_way", "not_set_up", "dropped"],
        ),
    ];
    for (name, help, label, values) in counters {
        line(format_args!("# HELP {name} {help}\n# TYPE {name} counter"));
        for ((labels, value), count) in
            calls.iter().filter(|((_, value), _)| values.contains(&value.as_str()))
        {
            let [site, trunk, codec] = labels.map(|number| quoted(word(number)));
            line(format_args!(
                "{name}{{site={site},trunk={trunk},codec={codec},{label}=\"{value}\"}} {count}"
            ));
        }
    }
    for (metric, name, help, unit) in [
        ("mos", "basilar_call_mos", "MOS of calls, each scale by itself.", 1.0),
        ("loss", "basilar_call_loss_ratio", "Share of packets lost in calls.", 0.01),
        ("jitter", "basilar_call_jitter_seconds", "Mean interarrival jitter of calls.", 0.001),
    ] {
        line(format_args!("# HELP {name} {help}\n# TYPE {name} histogram"));
        for (scale, bins, sum) in totals_of(store, metric)?.into_iter().take(MOST_VALUES) {
            let mut histogram = totals::histogram(metric);
            histogram.merge_bytes(&bins);
            let labels = if metric == "mos" {
                format!("scale={},", quoted(word(scale)))
            } else {
                String::new()
            };
            for (bound, count) in
                histogram.cumulative().filter(|(bound, _)| metric != "mos" || told(*bound))
            {
                let bound = crate::rounding::rounded(bound * unit, 6);
                line(format_args!("{name}_bucket{{{labels}le=\"{bound}\"}} {count}"));
            }
            let (count, own) = (histogram.count(), labels.trim_end_matches(','));
            let own = if own.is_empty() { String::new() } else { format!("{{{own}}}") };
            line(format_args!("{name}_bucket{{{labels}le=\"+Inf\"}} {count}"));
            line(format_args!("{name}_sum{own} {}\n{name}_count{own} {count}", sum * unit));
        }
    }
    line(format_args!(
        "# HELP basilar_ingest_errors_total Files and rows that could not be taken.\n# TYPE basilar_ingest_errors_total counter"
    ));
    for (kind, count) in failures(store)? {
        line(format_args!("basilar_ingest_errors_total{{kind={}}} {count}", quoted(&kind)));
    }
    let (newest, taken) = newest(store)?;
    for (name, help, value) in [
        (
            "basilar_ingest_lag_seconds",
            "Time since the newest call began.",
            newest.map(|newest| now_ms() - newest),
        ),
        (
            "basilar_last_ingest_timestamp_seconds",
            "When the last call was taken, since 1970.",
            taken,
        ),
    ] {
        line(format_args!("# HELP {name} {help}\n# TYPE {name} gauge"));
        if let Some(value) = value {
            line(format_args!("{name} {}", value as f64 / 1e3));
        }
    }
    line(format_args!("# HELP basilar_alerts Alerts by their state.\n# TYPE basilar_alerts gauge"));
    let alerts = crate::monitor::alerts::current(store)?;
    for state in ["pending", "firing"] {
        let count = alerts.iter().filter(|alert| alert.state.name() == state).count();
        line(format_args!("basilar_alerts{{state=\"{state}\"}} {count}"));
    }
    line(format_args!(
        "# HELP basilar_build_info The version that serves this.\n# TYPE basilar_build_info gauge\nbasilar_build_info{{version=\"{}\"}} 1",
        env!("CARGO_PKG_VERSION")
    ));
    Ok(out)
}

/// Bounds of MOS that are told: those of the E-model's categories, R of 50, 60, 70, 80 and 90, and some between.
fn told(bound: f64) -> bool {
    [1.5, 2.0, 2.6, 3.1, 3.6, 4.0, 4.3, 4.6, 5.0].iter().any(|told| (told - bound).abs() < 1e-9)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// Counts under labels that take few values: the first that came keep their own, so that no counter ever falls.
fn bounded(calls: Vec<(Labels, String, u64)>) -> BTreeMap<(Labels, String), u64> {
    let first = |place: usize| -> BTreeSet<i64> {
        let all: BTreeSet<i64> = calls.iter().map(|(labels, ..)| labels[place]).collect();
        all.into_iter().take(MOST_VALUES).collect()
    };
    let named = [first(0), first(1), first(2)];
    let sets: BTreeSet<(i64, Labels)> = calls
        .iter()
        .map(|(labels, ..)| (labels.iter().copied().max().unwrap_or(0), *labels))
        .collect();
    let sets: BTreeSet<Labels> =
        sets.into_iter().take(MOST_SETS).map(|(_, labels)| labels).collect();
    let mut bounded = BTreeMap::new();
    for (labels, value, count) in calls {
        let mut own = if sets.contains(&labels) { labels } else { [-1; 3] };
        for (label, named) in own.iter_mut().zip(&named) {
            if !named.contains(label) {
                *label = -1;
            }
        }
        *bounded.entry((own, value)).or_default() += count;
    }
    bounded
}

fn totals_of_calls(store: &Store) -> Result<Vec<(Labels, String, u64)>> {
    store.read(|connection| {
        let mut statement =
            connection.prepare_cached("SELECT site, trunk, codec, verdict, calls FROM totals")?;
        let rows = statement.query_map([], |row| {
            Ok(([row.get(0)?, row.get(1)?, row.get(2)?], row.get(3)?, row.get(4)?))
        })?;
        rows.collect()
    })
}

fn totals_of(store: &Store, metric: &str) -> Result<Vec<(i64, Vec<u8>, f64)>> {
    store.read(|connection| {
        let sql = "SELECT scale, bins, sum FROM total_histograms WHERE metric = ? ORDER BY scale";
        let mut statement = connection.prepare_cached(sql)?;
        let rows =
            statement.query_map([metric], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    })
}

fn failures(store: &Store) -> Result<Vec<(String, u64)>> {
    store.read(|connection| {
        let mut statement =
            connection.prepare_cached("SELECT kind, count FROM failures ORDER BY kind")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    })
}

/// When the newest call began, and when the last was taken.
fn newest(store: &Store) -> Result<(Option<i64>, Option<i64>)> {
    store.read(|connection| {
        let newest =
            connection.query_row("SELECT max(started) FROM calls", [], |row| row.get(0))?;
        let last = "SELECT taken FROM calls WHERE id = (SELECT max(id) FROM calls)";
        let taken = rusqlite::OptionalExtension::optional(
            connection.query_row(last, [], |row| row.get(0)),
        )?;
        Ok((newest, taken))
    })
}
