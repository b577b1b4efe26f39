//! `basilar alerts`: rules over a store, and who is told.

use super::{Exit, Result, data, output, say_warning};
use basilar::monitor::alerts::{self, Alert, Rules, State, Target};
use basilar::monitor::{Clock, Store, iso};
use basilar::report::printable;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// Checks alert rules over the calls of a store, and tells Alertmanager or a webhook
///
/// Rules are a TOML file: a metric, a group, a window, a value from which on they fire and one below which they are
/// resolved. States are kept in the store; run it from cron or a timer.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar alerts check --store calls.db --rules rules.toml
  basilar alerts check --store calls.db --rules rules.toml --alertmanager http://localhost:9093
  basilar alerts check --store calls.db --rules rules.toml --json | jq '.alerts[].summary'

A rule:
  [[rule]]
  name = \"Bad calls at a site\"
  metric = \"calls_below\"
  mos = 3.5
  group = [\"site\"]
  window = \"15m\"
  fire = 5

Exit codes: 0 nothing fires, 1 something fires, 2 wrong usage, 3 someone could not be told.")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(Check),
}

/// Evaluates the rules once
#[derive(Debug, clap::Args)]
struct Check {
    /// The store.
    #[arg(long, value_name = "FILE.db")]
    store: PathBuf,
    /// The rules.
    #[arg(long, value_name = "FILE.toml")]
    rules: PathBuf,
    /// An Alertmanager to tell, beside those of the rules.
    #[arg(long, value_name = "URL")]
    alertmanager: Vec<String>,
    /// A webhook to tell, beside those of the rules.
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,
    /// The time at which they are evaluated.
    #[arg(long, value_name = "TIME", default_value = "now")]
    at: String,
    /// Print one JSON object (schema basilar-alerts/1).
    #[arg(long)]
    json: bool,
}

/// 0 nothing fires, 1 something fires, 2 wrong usage, 3 someone could not be told.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let Command::Check(check) = &arguments.command;
    let mut rules = Rules::open(&check.rules)?;
    rules.targets.extend(check.alertmanager.iter().map(|url| Target::alertmanager(url)));
    rules.targets.extend(check.webhook.iter().map(|url| Target::webhook(url)));
    // A store is made by ingest: here a wrong name is an error.
    let mut store = Store::open_existing(&check.store)?;
    let at_ms = Clock::default().moment(&check.at, Clock::now_ms())?;
    let checked = alerts::check(&mut store, &rules, at_ms)?;
    let fires = |alert: &&Alert| alert.state == State::Firing && !alert.inhibited;
    let told =
        checked.alerts.iter().filter(|alert| alert.state != State::Resolved || alert.is_new());
    let summary = |alert: &Alert| {
        let rule = rules.rules.iter().find(|rule| rule.name == alert.rule);
        rule.map_or_else(|| alert.rule.clone(), |rule| alert.summary(rule))
    };
    if check.json {
        let alerts: Vec<_> = told
            .map(|alert| {
                json!({
                    "rule": alert.rule, "labels": alert.labels, "state": alert.state, "since": iso(alert.since_ms),
                    "fired": alert.fired_ms.map(iso), "resolved": alert.resolved_ms.map(iso), "value": alert.value,
                    "calls": alert.calls, "inhibited": alert.inhibited, "summary": summary(alert),
                })
            })
            .collect();
        let mut out = data();
        writeln!(
            out,
            "{}",
            json!({"schema": "basilar-alerts/1", "at": iso(at_ms), "alerts": alerts})
        )?;
        out.flush()?;
    } else {
        let mut out = output();
        for alert in told {
            let quiet = if alert.inhibited { " (inhibited)" } else { "" };
            writeln!(out, "{:<8} {}{quiet}", alert.state.name(), printable(&summary(alert)))?;
        }
        out.flush()?;
    }
    checked.undelivered.iter().for_each(say_warning);
    Ok(if !checked.undelivered.is_empty() {
        Exit::NotScored
    } else if checked.alerts.iter().any(|alert| fires(&alert)) {
        Exit::GateFailed
    } else {
        Exit::Done
    })
}
