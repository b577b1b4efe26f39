//! Telling alerts: to an Alertmanager at every check, as Prometheus does; to a webhook when something changed, and again
//! after a while; to a log.

use super::rules::{Rule, Rules, Target};
use super::states::{Alert, State};
use crate::error::{Error, Result};
use crate::monitor::store::Store;
use crate::monitor::time::iso;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::hash::Hasher;
use std::io::Write;
use std::time::Duration;
use twox_hash::XxHash3_64;

/// How long a target may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a target was told last of an alert.
struct Told {
    state: String,
    fired_ms: Option<i64>,
    time_ms: i64,
}

/// Tells everyone what they are to know; whom it could not be told.
pub(super) fn deliver(
    store: &mut Store,
    rules: &Rules,
    alerts: &[Alert],
    at_ms: i64,
) -> Result<Vec<Error>> {
    let mut undelivered = Vec::new();
    if let Some(log) = &rules.log
        && let Err(source) = write_log(log, rules, alerts, at_ms)
    {
        undelivered.push(Error::Unwritable { name: log.display().to_string(), source });
    }
    for target in &rules.targets {
        let mut due = Vec::new();
        for alert in alerts {
            let Some(rule) = rules.rules.iter().find(|rule| rule.name == alert.rule) else {
                // A rule that was taken out; its alert is resolved for those who heard of it.
                if alert.state == State::Resolved && is_due(store, target, alert, i64::MAX, at_ms)?
                {
                    due.push((alert, None));
                }
                continue;
            };
            if is_due(store, target, alert, rule.repeat_ms, at_ms)? {
                due.push((alert, Some(rule)));
            }
        }
        if due.is_empty() {
            continue;
        }
        match send(target, rules, &due, at_ms) {
            Ok(()) => note(store, target, &due, at_ms)?,
            Err(reason) => {
                undelivered.push(Error::Undelivered { target: target.url.clone(), reason })
            }
        }
    }
    Ok(undelivered)
}

fn is_due(
    store: &Store,
    target: &Target,
    alert: &Alert,
    repeat_ms: i64,
    at_ms: i64,
) -> Result<bool> {
    let told = told(store, target, alert)?;
    let same = told.filter(|told| told.fired_ms == alert.fired_ms);
    Ok(match (alert.state, same) {
        (State::Pending, _) => false,
        (State::Firing, _) if alert.inhibited => false,
        (State::Firing, None) => true,
        (State::Firing, Some(told)) => target.is_alertmanager || at_ms - told.time_ms >= repeat_ms,
        // Who never heard that it fired need not hear that it is over.
        (State::Resolved, told) => told.is_some_and(|told| told.state == "firing"),
    })
}

fn told(store: &Store, target: &Target, alert: &Alert) -> Result<Option<Told>> {
    let labels = serde_json::to_string(&alert.labels).unwrap_or_default();
    store.read(|connection| {
        connection
            .query_row(
                "SELECT state, fired, time FROM deliveries WHERE rule = ? AND labels = ? AND target = ?",
                params![alert.rule, labels, target.url],
                |row| Ok(Told { state: row.get(0)?, fired_ms: row.get(1)?, time_ms: row.get(2)? }),
            )
            .optional()
    })
}

fn note(
    store: &mut Store,
    target: &Target,
    due: &[(&Alert, Option<&Rule>)],
    at_ms: i64,
) -> Result<()> {
    store.write(|transaction| {
        for (alert, _) in due {
            let labels = serde_json::to_string(&alert.labels).unwrap_or_default();
            transaction.execute(
                "INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, ?, ?)",
                params![alert.rule, labels, target.url, alert.state.name(), alert.fired_ms, at_ms],
            )?;
        }
        Ok(())
    })
}

fn send(
    target: &Target,
    rules: &Rules,
    due: &[(&Alert, Option<&Rule>)],
    at_ms: i64,
) -> std::result::Result<(), String> {
    let (url, body) = if target.is_alertmanager {
        let alerts: Vec<Value> =
            due.iter().map(|(alert, rule)| posted(alert, *rule, rules, target, at_ms)).collect();
        (format!("{}/api/v2/alerts", target.url.trim_end_matches('/')), Value::from(alerts))
    } else {
        (target.url.clone(), webhook(rules, due))
    };
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
    let mut request = agent.post(&url).header("Content-Type", "application/json");
    for (name, value) in &target.headers {
        request = request.header(name, value);
    }
    let sent = request.send(body.to_string().as_bytes());
    sent.map(drop).map_err(|error| error.to_string())
}

/// An alert as Alertmanager's API v2 takes it.
fn posted(alert: &Alert, rule: Option<&Rule>, rules: &Rules, target: &Target, at_ms: i64) -> Value {
    let ends_ms = alert.resolved_ms.unwrap_or(at_ms + target.expires_ms);
    let mut value = told_of(alert, rule, rules);
    value["endsAt"] = iso(ends_ms).into();
    value
}

fn told_of(alert: &Alert, rule: Option<&Rule>, rules: &Rules) -> Value {
    let mut labels = json!(rule.map(|rule| &rule.labels).cloned().unwrap_or_default());
    for (name, value) in &alert.labels {
        labels[label_name(name)] = value.as_str().into();
    }
    labels["alertname"] = alert.rule.as_str().into();
    let summary = rule.map_or_else(|| alert.rule.clone(), |rule| alert.summary(rule));
    json!({
        "labels": labels,
        "annotations": {"summary": summary, "value": alert.value.to_string(), "calls": alert.calls.to_string()},
        "startsAt": iso(alert.fired_ms.unwrap_or(alert.since_ms)),
        "generatorURL": rules.page.as_deref().map(|page| link(page, alert)).unwrap_or_default(),
    })
}

/// A column's name as Prometheus lets a label be called.
fn label_name(column: &str) -> String {
    let name: String =
        column.chars().map(|x| if x.is_ascii_alphanumeric() { x } else { '_' }).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// The page, with the group of an alert chosen.
fn link(page: &str, alert: &Alert) -> String {
    let encoded = |text: &str| -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        text.bytes()
            .map(
                |byte| {
                    if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }
                },
            )
            .collect()
    };
    let chosen: Vec<String> = alert
        .labels
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    format!("{}/#{}", page.trim_end_matches('/'), chosen.join("&"))
}

/// What an Alertmanager would send to a webhook (version 4).
fn webhook(rules: &Rules, due: &[(&Alert, Option<&Rule>)]) -> Value {
    let any_fires = due.iter().any(|(alert, _)| alert.state == State::Firing);
    let alerts: Vec<Value> = due
        .iter()
        .map(|(alert, rule)| {
            let mut value = told_of(alert, *rule, rules);
            value["status"] =
                if alert.state == State::Firing { "firing" } else { "resolved" }.into();
            // What an Alertmanager writes for an alert that has not ended.
            value["endsAt"] =
                alert.resolved_ms.map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), iso).into();
            let mut hash = XxHash3_64::new();
            hash.write(value["labels"].to_string().as_bytes());
            value["fingerprint"] = format!("{:016x}", hash.finish()).into();
            value
        })
        .collect();
    let common = |part: &str| -> Value {
        let mut common = alerts[0][part].clone();
        if let Some(common) = common.as_object_mut() {
            common.retain(|name, value| alerts.iter().all(|alert| alert[part][name] == *value));
        }
        common
    };
    json!({
        "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "receiver": "basilar",
        "status": if any_fires { "firing" } else { "resolved" },
        "groupLabels": {}, "commonLabels": common("labels"), "commonAnnotations": common("annotations"),
        "externalURL": rules.page.clone().unwrap_or_default(), "alerts": alerts,
    })
}

fn write_log(
    log: &std::path::Path,
    rules: &Rules,
    alerts: &[Alert],
    at_ms: i64,
) -> std::io::Result<()> {
    let changed: Vec<&Alert> = alerts.iter().filter(|alert| alert.changed).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let mut lines = String::new();
    for alert in changed {
        let rule = rules.rules.iter().find(|rule| rule.name == alert.rule);
        let summary = rule.map(|rule| alert.summary(rule));
        let line = json!({
            "time": iso(at_ms), "rule": alert.rule, "labels": alert.labels, "state": alert.state,
            "value": alert.value, "calls": alert.calls, "inhibited": alert.inhibited, "summary": summary,
        });
        lines += &format!("{line}\n");
    }
    OpenOptions::new().append(true).create(true).open(log)?.write_all(lines.as_bytes())
}
