//! A year of calls with incidents that are known, and rules that must find them.

use super::random::Random;
use basilar::Result;
use basilar::monitor::Store;
use basilar::monitor::alerts::{self, Rules, State};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How large a year is, and how bad its incidents are.
#[derive(Debug, Clone, Copy)]
pub struct Year {
    pub calls: u64,
    pub sites: usize,
    pub trunks: usize,
    /// Poor calls in the busy hours of the trunk that is too narrow.
    pub busy_poor: f64,
    /// What the roll-out adds to the poor share of the codec.
    pub codec_poor: f64,
}

/// 10⁶ calls over 40 sites.
pub const LARGE: Year =
    Year { calls: 1_000_000, sites: 40, trunks: 4, busy_poor: 0.30, codec_poor: 0.12 };
/// What a test has the time for.
pub const SMALL: Year =
    Year { calls: 60_000, sites: 5, trunks: 2, busy_poor: 0.75, codec_poor: 0.30 };

/// 2025-01-01T00:00:00Z, a Wednesday.
pub const START_MS: i64 = 1_735_689_600_000;
const HOUR_MS: i64 = 3_600_000;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// What went wrong: the label that an alert must carry, and from which day to which.
#[derive(Debug, Clone, Copy)]
pub struct Incident {
    pub name: &'static str,
    pub rule: &'static str,
    pub label: (&'static str, &'static str),
    pub days: (i64, i64),
    /// For how long after its end alerts still see it, in days.
    pub seen_for: i64,
}

pub const INCIDENTS: [Incident; 4] = [
    Incident {
        name: "a site degraded for a day",
        rule: "Poor calls at a site",
        label: ("site", "site-03"),
        days: (100, 101),
        seen_for: 2,
    },
    Incident {
        name: "a codec after a roll-out",
        rule: "A codec got worse",
        label: ("codec", "opus"),
        days: (200, 214),
        seen_for: 4,
    },
    Incident {
        name: "a slow decline",
        rule: "A site declines",
        label: ("site", "site-02"),
        days: (120, 330),
        seen_for: 29,
    },
    Incident {
        name: "busy hours of a trunk",
        rule: "Poor calls on a trunk",
        label: ("trunk", "trunk-1"),
        days: (260, 300),
        seen_for: 1,
    },
];

/// The rules that find them.
const RULES: &str = r#"
[[rule]]
name = "Poor calls at a site"
metric = "poor_share"
group = ["site"]
window = "12h"
fire = 0.15
clear = 0.10
min_calls = 15
confidence = 0.99999

[[rule]]
name = "A codec got worse"
metric = "poor_share_rise"
group = ["codec"]
window = "3d"
fire = 0.02
clear = 0.01
min_calls = 30
confidence = 0.99999

[[rule]]
name = "A site declines"
metric = "poor_share"
group = ["site"]
window = "28d"
fire = 0.08
clear = 0.06
confidence = 0.99999

[[rule]]
name = "Poor calls on a trunk"
metric = "poor_share"
group = ["trunk"]
window = "2h"
fire = 0.12
clear = 0.08
min_calls = 10
confidence = 0.99999
"#;

/// Calls an hour of a weekday, relative to the mean.
const HOURS: [f64; 24] = [
    0.1, 0.05, 0.05, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 2.4, 2.6, 2.4, 1.8, 2.0, 2.3, 2.2, 2.0, 1.4,
    0.9, 0.6, 0.5, 0.4, 0.3, 0.2,
];

/// A call as it was made.
#[derive(Debug, Clone)]
pub struct Made {
    pub started_ms: i64,
    pub site: usize,
    pub trunk: usize,
    pub codec: &'static str,
    /// By how much incidents made it likelier to be poor.
    pub excess: f64,
    /// As a row of a table.
    pub row: Map<String, Value>,
}

impl Year {
    /// The calls of the year in the order of time.
    pub fn calls(self) -> impl Iterator<Item = Made> {
        let weight = |hour: i64| {
            // Day 0 is a Wednesday.
            let weekend = matches!((hour / 24 + 2) % 7, 5 | 6);
            HOURS[(hour % 24) as usize] * if weekend { 0.3 } else { 1.0 }
        };
        let all: f64 = (0..365 * 24).map(weight).sum();
        let (mut dice, mut due, mut number) = (Random(7), 1e-6, 0);
        (0..365 * 24).flat_map(move |hour| {
            due += self.calls as f64 * weight(hour) / all;
            let count = due as u64;
            due -= count as f64;
            let mut starts: Vec<i64> =
                (0..count).map(|_| (dice.uniform() * HOUR_MS as f64) as i64).collect();
            starts.sort_unstable();
            let calls: Vec<_> = starts
                .into_iter()
                .map(|start| {
                    number += 1;
                    self.call(&mut dice, number, hour, START_MS + hour * HOUR_MS + start)
                })
                .collect();
            calls
        })
    }

    /// The same as rows of a table.
    pub fn rows(self) -> impl Iterator<Item = Map<String, Value>> {
        self.calls().map(|call| call.row)
    }

    fn call(self, dice: &mut Random, number: u64, hour: i64, started_ms: i64) -> Made {
        let site = dice.below(self.sites);
        let trunk = dice.below(self.trunks);
        let codec = CODECS[dice.below(CODECS.len())];
        let phone = ["Yealink T46", "Snom D785", "Cisco 8841", "softphone"][dice.below(4)];
        let (day, of_day) = (hour / 24, hour % 24);
        // Sites differ, and everywhere it is somewhat worse when it is busy.
        let mut poor = 0.02 + 0.02 * site as f64 / self.sites as f64;
        if (9..=11).contains(&of_day) {
            poor *= 1.4;
        }
        if codec == "G729" {
            poor += 0.01;
        }
        let mut excess = 0.0;
        if site == 3 && day == 100 {
            excess += 0.5;
        }
        if codec == "opus" && (200..214).contains(&day) {
            excess += self.codec_poor;
        }
        if site == 2 && (120..330).contains(&day) {
            excess += 0.22 * (day - 120) as f64 / 210.0;
        }
        if trunk == 1 && (260..300).contains(&day) && (9..=11).contains(&of_day) {
            excess += self.busy_poor;
        }
        let is_poor = dice.uniform() < poor + excess;
        let spread = dice.uniform();
        let mos = if is_poor { 1.6 + 1.4 * spread } else { 3.3 + 1.1 * spread.sqrt() };
        let loss = if is_poor { 2.0 + 8.0 * dice.uniform() } else { 0.5 * dice.uniform() };
        let hundredths = |value: f64| (value * 100.0).round() / 100.0;
        let row = json!({
            "number": number, "started": started_ms, "duration_s": 20.0 + (300.0 * dice.uniform()).round(),
            "site": format!("site-{site:02}"), "trunk": format!("trunk-{trunk}"), "codec": codec,
            "endpoint": phone, "scale": "narrowband", "mos": hundredths(mos), "loss_pct": hundredths(loss),
            "jitter_mean_ms": (20.0 * dice.uniform()).round(), "agent": dice.below(20),
        });
        let row = row.as_object().cloned().unwrap_or_default();
        Made { started_ms, site, trunk, codec, excess, row }
    }
}

const CODECS: [&str; 10] =
    ["PCMA", "PCMA", "PCMA", "PCMA", "PCMU", "PCMU", "PCMU", "G729", "G722", "opus"];

/// An alert that began to fire.
#[derive(Debug, Clone)]
pub struct Fired {
    pub rule: String,
    pub labels: BTreeMap<String, String>,
    pub at_ms: i64,
    /// How far the rule looks back.
    pub window_ms: i64,
}

/// Checks the rules over the year so often, from the second week on: what began to fire, and how many checks that were.
pub fn fired(store: &mut Store, every_hours: i64) -> Result<(Vec<Fired>, u32)> {
    let rules = Rules::parse("rules", RULES)?;
    let (mut fired, mut checks) = (Vec::new(), 0);
    let mut at_ms = START_MS + 7 * DAY_MS;
    while at_ms < START_MS + 365 * DAY_MS {
        let checked = alerts::check(store, &rules, at_ms)?;
        let new =
            checked.alerts.iter().filter(|alert| alert.is_new() && alert.state == State::Firing);
        fired.extend(new.map(|alert| {
            let rule = rules.rules.iter().find(|rule| rule.name == alert.rule);
            Fired {
                rule: alert.rule.clone(),
                labels: alert.labels.clone(),
                at_ms,
                window_ms: rule.map_or(0, |rule| rule.window_ms),
            }
        }));
        checks += 1;
        at_ms += every_hours * HOUR_MS;
    }
    Ok((fired, checks))
}

/// How a set of alerts does: which incidents were found when, and what fired on a group in which nothing was wrong.
#[derive(Debug, Default)]
pub struct Judged {
    /// Incident by name, and the day of the first alert.
    pub found: Vec<(&'static str, f64)>,
    pub false_alarms: Vec<Fired>,
}

/// An alarm is false where incidents made calls of its group and window poor by less than that.
const LEAST_EXCESS: f64 = 0.01;

/// Judges alerts by how the calls were made, which are in the order of time.
pub fn judge(calls: &[Made], fired: &[Fired]) -> Judged {
    let mut judged = Judged::default();
    for alert in fired {
        let day = (alert.at_ms - START_MS) as f64 / DAY_MS as f64;
        let has =
            |name: &str, value: &str| alert.labels.get(name).is_none_or(|label| label == value);
        let fits = |incident: &&Incident| {
            let (first, last) = incident.days;
            incident.rule == alert.rule
                && alert.labels.get(incident.label.0).map(String::as_str) == Some(incident.label.1)
                && day >= first as f64
                && day <= (last + incident.seen_for) as f64
        };
        if let Some(incident) = INCIDENTS.iter().find(fits) {
            if !judged.found.iter().any(|(name, _)| *name == incident.name) {
                judged.found.push((incident.name, day));
            }
            continue;
        }
        let from = calls.partition_point(|call| call.started_ms < alert.at_ms - alert.window_ms);
        let to = calls.partition_point(|call| call.started_ms < alert.at_ms);
        let (mut sum, mut count) = (0.0, 0.0f64);
        for call in &calls[from..to] {
            let (site, trunk) = (format!("site-{:02}", call.site), format!("trunk-{}", call.trunk));
            if has("site", &site) && has("trunk", &trunk) && has("codec", call.codec) {
                sum += call.excess;
                count += 1.0;
            }
        }
        if sum < LEAST_EXCESS * count.max(1.0) {
            judged.false_alarms.push(alert.clone());
        }
    }
    judged
}
