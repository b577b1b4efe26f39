//! What rules find in the calls of a store at a time.

use super::rules::{Metric, Rule, Rules};
use crate::error::Result;
use crate::monitor::compare;
use crate::monitor::groups::{Grouping, groups, whole_hour};
use crate::monitor::question::Filter;
use crate::monitor::store::Store;
use crate::monitor::time::{Clock, HOUR_MS};
use crate::statistics::Proportion;
use std::collections::BTreeMap;

/// Windows from here on end on a whole hour, so that the sums of hours answer for them.
const ON_HOURS_FROM_MS: i64 = 6 * HOUR_MS;

/// Labels of a group.
pub(super) type Labels = BTreeMap<String, String>;

/// What a rule finds in a group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found<'r> {
    pub rule: &'r Rule,
    pub labels: Labels,
    /// The value as it is, by which an alert is cleared.
    pub value: f64,
    /// The value as far as it is sure, by which it fires.
    pub sure: f64,
    /// The calls that it rests on.
    pub calls: u64,
}

impl Found<'_> {
    pub fn fires(&self) -> bool {
        self.calls >= self.rule.min_calls && self.sure >= self.rule.fire
    }

    /// Whether an alert that fires goes on: few calls, or an unsure value, do not end it.
    pub fn goes_on(&self) -> bool {
        self.value >= self.rule.clear
    }
}

/// What all rules find.
pub(super) fn evaluate<'r>(store: &Store, rules: &'r Rules, at_ms: i64) -> Result<Vec<Found<'r>>> {
    let mut found = Vec::new();
    for rule in &rules.rules {
        found.extend(of_rule(store, rule, at_ms)?);
    }
    Ok(found)
}

fn of_rule<'r>(store: &Store, rule: &'r Rule, at_ms: i64) -> Result<Vec<Found<'r>>> {
    let to_ms = if rule.window_ms >= ON_HOURS_FROM_MS { whole_hour(at_ms) } else { at_ms };
    let from_ms = to_ms - rule.window_ms;
    let names: Vec<&str> = rule.group.iter().map(String::as_str).collect();
    let grouping = Grouping::of(&names, Clock::default(), false)?;
    // Two-sided intervals whose lower end is passed with the confidence that is asked for.
    let confidence = 2.0 * rule.confidence - 1.0;
    let labelled = |keys: Vec<String>, scale: String| {
        let mut labels: Labels = rule.group.iter().cloned().zip(keys).collect();
        if rule.metric.has_scale() {
            labels.insert("scale".to_owned(), scale);
        }
        labels
    };
    if rule.metric == Metric::PoorShareRise {
        let counts = compare::counts(store, &rule.filter, &grouping, from_ms, to_ms)?;
        return Ok(counts
            .into_iter()
            .filter_map(|((keys, scale), (now, before))| {
                let value = now.share()? - before.share()?;
                let (sure, _) = now.over(before, confidence)?;
                // The weeks before must say as much as the window itself.
                (before.of >= rule.min_calls).then(|| Found {
                    rule,
                    labels: labelled(keys, scale),
                    value,
                    sure,
                    calls: now.of,
                })
            })
            .collect());
    }
    let filter = Filter { mos_below: rule.mos, ..rule.filter.between(from_ms, to_ms) };
    let mut counts: BTreeMap<Labels, Proportion> = BTreeMap::new();
    for group in groups(store, &filter, &grouping)? {
        if rule.metric.has_scale() && group.scale.is_empty() {
            continue;
        }
        let (count, of) = match rule.metric {
            Metric::CallsBelow => (group.sum.calls, group.sum.calls),
            Metric::PoorCalls | Metric::PoorShare | Metric::PoorShareRise => {
                (group.sum.poor, group.sum.scored)
            }
            Metric::OneWayShare => (group.sum.one_way, group.sum.calls),
            Metric::NotSetUpShare => (group.sum.not_set_up, group.sum.calls),
            Metric::DroppedShare => (group.sum.dropped, group.sum.calls),
        };
        let sum = counts.entry(labelled(group.keys, group.scale)).or_default();
        sum.count += count;
        sum.of += of;
    }
    let found = counts.into_iter().map(|(labels, share)| {
        let (value, sure) = if rule.metric.is_count() {
            (share.count as f64, share.count as f64)
        } else {
            let low = share.interval(confidence).map_or(0.0, |(low, _)| low);
            (share.share().unwrap_or(0.0), low)
        };
        Found { rule, labels, value, sure, calls: share.of }
    });
    Ok(found.collect())
}
