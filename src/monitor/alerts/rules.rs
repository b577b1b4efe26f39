//! Alert rules and whom to tell, in TOML.

use crate::error::{Error, Result};
use crate::monitor::question::{Column, Filter};
use crate::monitor::time::{HOUR_MS, parse_span};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// How many calls have a MOS below the rule's.
    CallsBelow,
    /// How many calls were poor.
    PoorCalls,
    /// The share of poor calls, as far as it is sure.
    PoorShare,
    /// By how much it is above that of the same hours of the four weeks before, as far as that is sure.
    PoorShareRise,
    /// The share of calls with a silent direction, as far as it is sure.
    OneWayShare,
    /// The share of calls that were not set up, as far as it is sure.
    NotSetUpShare,
    /// The share of calls that were dropped, as far as it is sure.
    DroppedShare,
}

impl Metric {
    /// Whether it rests on MOS, and so on a scale.
    pub(super) fn has_scale(self) -> bool {
        matches!(self, Self::CallsBelow | Self::PoorCalls | Self::PoorShare | Self::PoorShareRise)
    }

    /// Whether it is a number of calls and no share.
    pub(super) fn is_count(self) -> bool {
        matches!(self, Self::CallsBelow | Self::PoorCalls)
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name, which is the alert's.
    pub name: String,
    /// What it looks at.
    pub metric: Metric,
    /// The MOS of [`Metric::CallsBelow`].
    pub mos: Option<f64>,
    /// By which columns calls are grouped: an alert for each group.
    pub group: Vec<String>,
    /// Which calls are looked at.
    pub filter: Filter,
    /// How far it looks back, in ms.
    pub window_ms: i64,
    /// From which value on it fires.
    pub fire: f64,
    /// Below which value it is resolved.
    pub clear: f64,
    /// Fewer calls say nothing.
    pub min_calls: u64,
    /// How sure a share is to be.
    pub confidence: f64,
    /// For how long the value must be reached before it fires, in ms.
    pub for_ms: i64,
    /// After how long a webhook is told again, in ms.
    pub repeat_ms: i64,
    /// Rules whose firing alerts on a parent group keep this one quiet.
    pub inhibited_by: Vec<String>,
    /// Labels that alerts carry beside those of their group.
    pub labels: BTreeMap<String, String>,
}

/// Rules, and whom to tell.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Whom to tell.
    pub targets: Vec<Target>,
    /// A file to which every change of a state is added as a line of JSON.
    pub log: Option<PathBuf>,
    /// The address of the page, for the links in alerts.
    pub page: Option<String>,
}

/// Whom alerts are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The address of an Alertmanager, or of a webhook.
    pub url: String,
    /// Whether it is an Alertmanager (API v2); otherwise it is sent what an Alertmanager sends (version 4).
    pub is_alertmanager: bool,
    /// How long an Alertmanager believes a firing alert without hearing of it again, in ms.
    pub expires_ms: i64,
    /// Headers that are sent along, such as one of authorization.
    pub headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    rule: Vec<RuleEntry>,
    #[serde(default)]
    alertmanager: Vec<TargetEntry>,
    #[serde(default)]
    webhook: Vec<TargetEntry>,
    log: Option<PathBuf>,
    page: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetEntry {
    url: String,
    expires: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    name: String,
    metric: Metric,
    mos: Option<f64>,
    #[serde(default)]
    group: Vec<String>,
    #[serde(default, rename = "where")]
    filter: Vec<String>,
    window: String,
    fire: f64,
    clear: Option<f64>,
    min_calls: Option<u64>,
    confidence: Option<f64>,
    #[serde(rename = "for")]
    for_span: Option<String>,
    repeat: Option<String>,
    #[serde(default)]
    inhibited_by: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// What a rule takes that does not say: calls of a share, its confidence, how long until a webhook is told again.
const LEAST_CALLS: u64 = 30;
const CONFIDENCE: f64 = 0.99;
const REPEAT_MS: i64 = 4 * HOUR_MS;
const EXPIRES_MS: i64 = HOUR_MS;

impl Rules {
    /// Reads rules.
    ///
    /// # Errors
    /// [`Error::InvalidSettings`] with what is wrong.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Error::from_io(&name, error))?;
        Self::parse(&name, &text)
    }

    /// Rules from text; the name is for what is said of it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let invalid = |reason: String| Error::InvalidSettings { name: name.to_owned(), reason };
        let file: RulesFile = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
        let rules = file.rule.into_iter().map(|entry| {
            let name = entry.name.clone();
            rule(entry).map_err(|reason| invalid(format!("rule {name:?}: {reason}")))
        });
        let rules = rules.collect::<Result<Vec<Rule>>>()?;
        for (at, rule) in rules.iter().enumerate() {
            if rules[..at].iter().any(|other| other.name == rule.name) {
                return Err(invalid(format!("two rules are called {:?}; rename one", rule.name)));
            }
            let unknown = |parent: &&String| !rules.iter().any(|rule| rule.name == **parent);
            if let Some(parent) = rule.inhibited_by.iter().find(unknown) {
                return Err(invalid(format!(
                    "rule {:?}: inhibited_by names no rule {parent:?}",
                    rule.name
                )));
            }
        }
        let alertmanagers = file.alertmanager.into_iter().map(|entry| target(entry, true));
        let webhooks = file.webhook.into_iter().map(|entry| target(entry, false));
        let targets = alertmanagers.chain(webhooks).collect::<Result<Vec<_>>>();
        let targets = targets.map_err(|error| invalid(error.to_string()))?;
        Ok(Self { rules, targets, log: file.log, page: file.page })
    }
}

impl Target {
    /// An Alertmanager at this address.
    pub fn alertmanager(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            is_alertmanager: true,
            expires_ms: EXPIRES_MS,
            headers: BTreeMap::new(),
        }
    }

    /// A webhook at this address.
    pub fn webhook(url: &str) -> Self {
        Self { is_alertmanager: false, ..Self::alertmanager(url) }
    }
}

fn target(entry: TargetEntry, is_alertmanager: bool) -> Result<Target> {
    let expires_ms = entry.expires.as_deref().map(parse_span).transpose()?.unwrap_or(EXPIRES_MS);
    Ok(Target { url: entry.url, is_alertmanager, expires_ms, headers: entry.headers })
}

fn rule(entry: RuleEntry) -> std::result::Result<Rule, String> {
    let said = |error: Error| error.to_string();
    let span = |text: &Option<String>, otherwise: i64| {
        text.as_deref()
            .map(parse_span)
            .transpose()
            .map(|span| span.unwrap_or(otherwise))
            .map_err(said)
    };
    for column in &entry.group {
        Column::of(column).map_err(said)?;
    }
    let mut filter = Filter::default();
    for text in &entry.filter {
        filter = filter.and(text.parse().map_err(said)?);
    }
    let window_ms = parse_span(&entry.window).map_err(said)?;
    let clear = entry.clear.unwrap_or(entry.fire);
    let confidence = entry.confidence.unwrap_or(CONFIDENCE);
    let count = entry.metric.is_count();
    let checks = [
        (entry.name.is_empty(), "it has no name; give it one"),
        (window_ms == 0, "window = \"0\" holds no calls; give one such as \"15m\""),
        (
            entry.mos.is_some() != (entry.metric == Metric::CallsBelow),
            "mos belongs to metric = \"calls_below\", which needs it",
        ),
        (
            entry.fire.is_nan() || entry.fire <= 0.0 || !count && entry.fire > 1.0,
            "fire is a number of calls from 1 on, or a share above 0 and up to 1",
        ),
        (!(clear >= 0.0 && clear <= entry.fire), "clear is at least 0 and no more than fire"),
        (!(0.5..1.0).contains(&confidence), "confidence is at least 0.5 and below 1, such as 0.99"),
        (
            entry.metric == Metric::PoorShareRise && window_ms > crate::monitor::time::WEEK_MS,
            "a rise is seen against the weeks before; window is at most 7d",
        ),
    ];
    if let Some((_, reason)) = checks.iter().find(|(wrong, _)| *wrong) {
        return Err((*reason).to_owned());
    }
    Ok(Rule {
        for_ms: span(&entry.for_span, 0)?,
        repeat_ms: span(&entry.repeat, REPEAT_MS)?,
        min_calls: entry.min_calls.unwrap_or(if count { 1 } else { LEAST_CALLS }),
        name: entry.name,
        metric: entry.metric,
        mos: entry.mos,
        group: entry.group,
        filter,
        window_ms,
        fire: entry.fire,
        clear,
        confidence,
        inhibited_by: entry.inhibited_by,
        labels: entry.labels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_rules_say_what_is_wrong() {
        let rule =
            |lines: &str| format!("[[rule]]\nname = \"A\"\nwindow = \"1h\"\nfire = 0.1\n{lines}");
        for (text, word) in [
            (rule("metric = \"poor\""), "unknown variant"),
            (rule("metric = \"calls_below\""), "mos belongs"),
            (rule("metric = \"poor_share\"\nclear = 0.2"), "clear"),
            (rule("metric = \"poor_share\"\nconfidence = 1"), "confidence"),
            (rule("metric = \"poor_share\"\ninhibited_by = [\"B\"]"), "no rule \"B\""),
            (rule("metric = \"poor_share\"\nfor = \"long\""), "long: not a span"),
            (rule("metric = \"poor_share\"\nwhere = [\"site\"]"), "column=value"),
            (rule("metric = \"poor_share\"\nthreshold = 1"), "threshold"),
            (
                rule("metric = \"poor_share\"")
                    + &rule("metric = \"poor_share\"").replace("[[rule]]", "\n[[rule]]"),
                "two rules",
            ),
        ] {
            let error = Rules::parse("rules.toml", &text).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
