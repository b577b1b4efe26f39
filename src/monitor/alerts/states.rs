//! The states of alerts, which survive restarts: pending, firing, resolved.

use super::evaluation::{Found, Labels};
use super::rules::{Metric, Rule, Rules};
use crate::error::Result;
use crate::monitor::store::Store;
use crate::monitor::time::DAY_MS;
use rusqlite::{Connection, Transaction, params};
use serde::Serialize;
use std::collections::BTreeMap;

/// How an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The value is reached, not yet for long enough.
    Pending,
    /// It is reached for long enough.
    Firing,
    /// It is no longer.
    Resolved,
}

impl State {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "firing" => Self::Firing,
            "resolved" => Self::Resolved,
            _ => Self::Pending,
        }
    }
}

/// An alert: a rule on a group of calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// The rule.
    pub rule: String,
    /// The group.
    pub labels: BTreeMap<String, String>,
    /// How it stands.
    pub state: State,
    /// Since when the value is reached, in ms since 1970.
    pub since_ms: i64,
    /// Since when it fires.
    pub fired_ms: Option<i64>,
    /// When it was resolved.
    pub resolved_ms: Option<i64>,
    /// The last value: a number of calls or a share.
    pub value: f64,
    /// The calls behind it.
    pub calls: u64,
    /// Whether a firing alert on a parent group keeps it quiet.
    pub inhibited: bool,
    /// Whether this check changed its state.
    #[serde(skip)]
    pub(super) changed: bool,
}

impl Alert {
    /// Whether the check that told of it changed its state.
    pub fn is_new(&self) -> bool {
        self.changed
    }

    /// What it says, in a sentence.
    pub fn summary(&self, rule: &Rule) -> String {
        let group: Vec<String> = self
            .labels
            .iter()
            .map(|(name, value)| {
                format!("{name} {}", if value.is_empty() { "unknown" } else { value })
            })
            .collect();
        let (per_cent, window) = (100.0 * self.value, span_words(rule.window_ms));
        let what = match rule.metric {
            Metric::CallsBelow => {
                format!("{:.0} calls with MOS below {}", self.value, rule.mos.unwrap_or_default())
            }
            Metric::PoorCalls => format!("{:.0} poor of {} calls", self.value, self.calls),
            Metric::PoorShare => format!("{per_cent:.1} % of {} calls poor", self.calls),
            Metric::PoorShareRise => {
                format!(
                    "poor calls up by {per_cent:.1} points on the four weeks before ({} calls)",
                    self.calls
                )
            }
            Metric::OneWayShare => format!("{per_cent:.1} % of {} calls one-way", self.calls),
            Metric::NotSetUpShare => format!("{per_cent:.1} % of {} calls not set up", self.calls),
            Metric::DroppedShare => format!("{per_cent:.1} % of {} calls dropped", self.calls),
        };
        let of = if group.is_empty() { "all calls".to_owned() } else { group.join(", ") };
        format!("{}: {of}: {what} within {window}", self.rule)
    }
}

/// A span in the largest unit that divides it.
fn span_words(ms: i64) -> String {
    let units = [(DAY_MS, "d"), (3_600_000, "h"), (60_000, "m")];
    let unit = units.into_iter().find(|(unit, _)| ms % unit == 0);
    unit.map_or_else(|| format!("{}s", ms / 1000), |(unit, name)| format!("{}{name}", ms / unit))
}

/// Takes every alert to its next state, and keeps that; all that are, and those that were resolved just now or before.
pub(super) fn advance(
    store: &mut Store,
    rules: &Rules,
    found: Vec<Found>,
    at_ms: i64,
) -> Result<Vec<Alert>> {
    store.write(|transaction| {
        let mut known: BTreeMap<(String, Labels), Alert> = all(transaction)?
            .into_iter()
            .map(|alert| ((alert.rule.clone(), alert.labels.clone()), alert))
            .collect();
        let mut next = Vec::new();
        for found in &found {
            let before = known.remove(&(found.rule.name.clone(), found.labels.clone()));
            if let Some(alert) = step(before, found, at_ms) {
                next.push(alert);
            }
        }
        // What is found no more has no calls, or no rule.
        next.extend(known.into_values().filter_map(|alert| ended(alert, at_ms)));
        transaction.execute("DELETE FROM alerts", [])?;
        for alert in &next {
            write(transaction, alert, at_ms)?;
        }
        let kept = "SELECT rule, labels FROM alerts";
        transaction
            .execute(&format!("DELETE FROM deliveries WHERE (rule, labels) NOT IN ({kept})"), [])?;
        inhibit(&mut next, rules);
        Ok(next)
    })
}

fn step(before: Option<Alert>, found: &Found, at_ms: i64) -> Option<Alert> {
    let fresh = |state| Alert {
        rule: found.rule.name.clone(),
        labels: found.labels.clone(),
        state,
        since_ms: at_ms,
        fired_ms: None,
        resolved_ms: None,
        value: 0.0,
        calls: 0,
        inhibited: false,
        changed: true,
    };
    let open = before.clone().filter(|alert| alert.state != State::Resolved);
    let mut alert = match open {
        Some(alert) if alert.state == State::Firing && !found.goes_on() => {
            return ended(alert, at_ms);
        }
        Some(alert) if alert.state == State::Pending && !found.fires() => return None,
        Some(alert) => alert,
        None if found.fires() => fresh(State::Pending),
        // Kept for a while, for whoever has not heard of its end.
        None => return before.and_then(|alert| ended(alert, at_ms)),
    };
    alert.value = found.value;
    alert.calls = found.calls;
    if alert.state == State::Pending && at_ms - alert.since_ms >= found.rule.for_ms {
        (alert.state, alert.fired_ms, alert.changed) = (State::Firing, Some(at_ms), true);
    }
    Some(alert)
}

/// An alert whose value is reached no more.
fn ended(alert: Alert, at_ms: i64) -> Option<Alert> {
    match alert.state {
        State::Pending => None,
        State::Firing => {
            Some(Alert { state: State::Resolved, resolved_ms: Some(at_ms), changed: true, ..alert })
        }
        State::Resolved => {
            alert.resolved_ms.filter(|resolved| at_ms - resolved < DAY_MS).map(|_| alert)
        }
    }
}

/// Marks alerts below a parent group that fires.
fn inhibit(alerts: &mut [Alert], rules: &Rules) {
    let parents: Vec<(String, Labels)> = alerts
        .iter()
        .filter(|alert| alert.state == State::Firing)
        .map(|alert| (alert.rule.clone(), alert.labels.clone()))
        .collect();
    for alert in alerts {
        let Some(rule) = rules.rules.iter().find(|rule| rule.name == alert.rule) else { continue };
        alert.inhibited = parents.iter().any(|(parent, labels)| {
            rule.inhibited_by.contains(parent)
                && labels
                    .iter()
                    .all(|(name, value)| name == "scale" || alert.labels.get(name) == Some(value))
        });
    }
}

fn write(transaction: &Transaction, alert: &Alert, at_ms: i64) -> rusqlite::Result<()> {
    let labels = serde_json::to_string(&alert.labels).unwrap_or_default();
    let state = alert.state.name();
    transaction.execute(
        "INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            alert.rule,
            labels,
            state,
            alert.since_ms,
            alert.fired_ms,
            alert.resolved_ms,
            alert.value,
            alert.calls
        ],
    )?;
    if alert.changed {
        transaction.execute(
            "INSERT INTO alert_log VALUES (NULL, ?, ?, ?, ?, ?, ?)",
            params![at_ms, alert.rule, labels, state, alert.value, alert.calls],
        )?;
    }
    Ok(())
}

fn all(connection: &Connection) -> rusqlite::Result<Vec<Alert>> {
    let mut statement = connection.prepare_cached(
        "SELECT rule, labels, state, since, fired, resolved, value, calls FROM alerts",
    )?;
    let alerts = statement.query_map([], |row| {
        Ok(Alert {
            rule: row.get(0)?,
            labels: serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default(),
            state: State::of(&row.get::<_, String>(2)?),
            since_ms: row.get(3)?,
            fired_ms: row.get(4)?,
            resolved_ms: row.get(5)?,
            value: row.get(6)?,
            calls: row.get(7)?,
            inhibited: false,
            changed: false,
        })
    })?;
    alerts.collect()
}

/// All alerts as the last check left them.
pub(super) fn current(store: &Store) -> Result<Vec<Alert>> {
    store.read(all)
}
