//! Totals of all that was ever taken, which only grow: what Prometheus asks for.

use super::aggregate::Histogram;
use super::call::{Call, Verdict};
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::HashMap;

/// Adds to the totals of a transaction.
#[derive(Debug, Default)]
pub(super) struct Totals {
    calls: HashMap<([i64; 3], &'static str), u64>,
    histograms: HashMap<(&'static str, i64), (Histogram, f64)>,
}

/// Names of what there are histograms of.
pub(super) const METRICS: [&str; 3] = ["mos", "loss", "jitter"];

/// An empty histogram of a metric.
pub(super) fn histogram(metric: &str) -> Histogram {
    match metric {
        "mos" => Histogram::of_mos(),
        "loss" => Histogram::of_loss(),
        _ => Histogram::of_jitter(),
    }
}

/// What is counted of a call: its verdict, and each of what its MOS does not say.
pub(super) fn counted(call: &Call) -> impl Iterator<Item = &'static str> {
    let issues = [
        (call.issues.one_way, "one_way"),
        (call.issues.not_set_up, "not_set_up"),
        (call.issues.dropped, "dropped"),
    ];
    std::iter::once(call.verdict.name())
        .chain(issues.into_iter().filter_map(|(is, name)| is.then_some(name)))
}

impl Totals {
    pub fn add(&mut self, call: &Call, words: &[i64; 5]) {
        let [site, trunk, codec, _, scale] = *words;
        for name in counted(call) {
            *self.calls.entry(([site, trunk, codec], name)).or_default() += 1;
        }
        let numbers = [call.mos, call.loss_pct, call.jitter_ms];
        for (metric, number) in METRICS.into_iter().zip(numbers) {
            let Some(number) = number else { continue };
            // Only a MOS has a scale.
            let scale = if metric == "mos" { scale } else { 0 };
            let (bins, sum) =
                self.histograms.entry((metric, scale)).or_insert_with(|| (histogram(metric), 0.0));
            bins.add(number);
            *sum += number;
        }
    }

    pub fn write(&self, transaction: &Transaction) -> rusqlite::Result<()> {
        let mut write = transaction.prepare_cached(
            "INSERT INTO totals VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
        )?;
        for (([site, trunk, codec], verdict), calls) in &self.calls {
            write.execute(params![site, trunk, codec, verdict, calls])?;
        }
        for ((metric, scale), (bins, sum)) in &self.histograms {
            let known = "SELECT bins, sum FROM total_histograms WHERE metric = ? AND scale = ?";
            let known: Option<(Vec<u8>, f64)> = transaction
                .query_row(known, params![metric, scale], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (mut bins, mut sum) = (bins.clone(), *sum);
            if let Some((bytes, more)) = known {
                bins.merge_bytes(&bytes);
                sum += more;
            }
            let write = "INSERT OR REPLACE INTO total_histograms VALUES (?, ?, ?, ?)";
            transaction.execute(write, params![metric, scale, bins.to_bytes(), sum])?;
        }
        Ok(())
    }
}

/// Counts what could not be taken, by the kind of error.
pub(super) fn failure(transaction: &Transaction, kind: &str, count: u64) -> rusqlite::Result<()> {
    let write = "INSERT INTO failures VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count";
    transaction.execute(write, params![kind, count]).map(drop)
}

impl Verdict {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Good, Self::Poor, Self::Unscored];
}
