//! A call as the store keeps it, made of the rows that tell of it.

use super::mapping::Traits;
use super::settings::{Addresses, Numbers, Settings};
use super::time::Clock;
use crate::network::hash_user;
use crate::table::{Cells, number, text};
use serde::Serialize;
use serde_json::Value;
use std::hash::Hasher;
use twox_hash::XxHash3_64;

/// What is said of how a call sounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its MOS is at or above the limit of its scale, and both could be heard.
    Good = 0,
    /// Its MOS is below the limit, or a direction was silent.
    Poor = 1,
    /// It has no MOS.
    Unscored = 2,
}

impl Verdict {
    /// The verdict that a number in the store stands for.
    pub(super) fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Good,
            1 => Self::Poor,
            _ => Self::Unscored,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Poor => "poor",
            Self::Unscored => "unscored",
        }
    }
}

/// What a MOS does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Issues {
    /// A direction was silent.
    pub one_way: bool,
    /// It failed for a reason that is neither party's doing.
    pub not_set_up: bool,
    /// It was answered, and ended otherwise than by hanging up.
    pub dropped: bool,
}

impl Issues {
    pub(super) fn to_number(self) -> i64 {
        i64::from(self.one_way) | i64::from(self.not_set_up) << 1 | i64::from(self.dropped) << 2
    }

    pub(super) fn from_number(number: i64) -> Self {
        Self { one_way: number & 1 > 0, not_set_up: number & 2 > 0, dropped: number & 4 > 0 }
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What tells it from all others.
    pub(super) key: i64,
    /// When it began, in ms since 1970.
    pub started_ms: i64,
    /// How long it took, in seconds.
    pub duration_s: Option<f64>,
    /// Site, trunk, codec, endpoint and scale, empty where nothing says which.
    pub words: [String; 5],
    /// How it sounded, on its scale.
    pub mos: Option<f64>,
    /// What that means.
    pub verdict: Verdict,
    /// What it does not say.
    pub issues: Issues,
    /// Packets that were lost, in per cent.
    pub loss_pct: Option<f64>,
    /// Mean jitter, in ms.
    pub jitter_ms: Option<f64>,
    /// All else that its rows say, as a JSON object.
    pub(super) details: String,
}

/// What makes calls of rows.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub settings: &'a Settings,
    pub clock: Clock,
    pub salt: String,
    /// The time of rows that have none.
    pub otherwise_started_ms: i64,
}

/// Names under which tables of other programs hold the time of a call.
const STARTED: [&str; 6] = ["started", "start_time", "timestamp", "time", "datetime", "date"];

impl Reading<'_> {
    /// The cell of a fact, under the name that the settings give it.
    fn cell<'c>(&self, cells: &'c Cells, fact: &str) -> Option<&'c Value> {
        let column = self.settings.columns.get(fact).map_or(fact, String::as_str);
        cells.get(column).filter(|cell| !cell.is_null())
    }

    fn text(&self, cells: &Cells, fact: &str) -> String {
        text(self.cell(cells, fact))
    }

    /// What rows of one call have in common; none for a row that is a call by itself.
    pub fn same_call(&self, cells: &Cells) -> Option<(String, String)> {
        let id = self.text(cells, "call_id");
        (!id.is_empty()).then(|| (id, text(cells.get("capture"))))
    }

    /// Whether the row is a stretch of a long call, whose whole has a row of its own.
    pub fn is_part(cells: &Cells) -> bool {
        cells.get("part").and_then(Value::as_str).is_some_and(|part| part != "whole")
            && (cells.contains_key("mos_lqo") || cells.contains_key("error"))
    }

    /// When a row's call began.
    fn started(&self, cells: &Cells) -> Result<i64, String> {
        let named = self.settings.columns.get("started").map(String::as_str);
        let mut names = named.into_iter().chain(STARTED);
        let Some(cell) = names.find_map(|name| cells.get(name).filter(|cell| !cell.is_null()))
        else {
            return Ok(self.otherwise_started_ms);
        };
        let written = text(Some(cell));
        self.clock.parse(&written).ok_or_else(|| {
            format!("the time {written:?} is none; write it such as 2026-03-01T14:00:00Z, or name its column in [columns]")
        })
    }

    /// The MOS of a row and its scale: what was heard before what the E-model estimates.
    fn mos(&self, cells: &Cells) -> Option<(f64, String)> {
        if let Some(mos) =
            number(self.cell(cells, "mos").filter(|_| self.settings.columns.contains_key("mos")))
        {
            return Some((mos, self.scale(cells, "MOS")));
        }
        if let Some(mos) = number(cells.get("mos_lqo")) {
            let parts = ["model", "model_version"].map(|column| text(cells.get(column)));
            let scale = parts.join(" ").trim().to_owned();
            return Some((mos, if scale.is_empty() { "MOS-LQO".to_owned() } else { scale }));
        }
        let mos = number(cells.get("mos"))?;
        let scale = match text(cells.get("scale")).as_str() {
            scale @ ("narrowband" | "wideband" | "fullband") => format!("E-model {scale}"),
            _ => self.scale(cells, "MOS"),
        };
        Some((mos, scale))
    }

    fn scale(&self, cells: &Cells, otherwise: &str) -> String {
        let scale = self.text(cells, "scale");
        if scale.is_empty() { otherwise.to_owned() } else { scale }
    }

    /// The call that these rows tell of, one for each direction; the worst direction speaks for it.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn call(&self, mut rows: Vec<Cells>) -> Result<Call, String> {
        let silent = |cells: &Cells| {
            !text(cells.get("one_way")).is_empty() && text(cells.get("one_way")) != "false"
        };
        let early = |cells: &Cells| text(cells.get("early_media")) == "true";
        let one_way = rows.iter().any(silent);
        let badness = |cells: &Cells| {
            let mos =
                self.mos(cells).filter(|_| !early(cells)).map_or(f64::INFINITY, |(mos, _)| mos);
            (!silent(cells), mos)
        };
        let worst = (0..rows.len()).min_by(|&a, &b| {
            let (a, b) = (badness(&rows[a]), badness(&rows[b]));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        let Some(worst) = worst else { return Err("there is no row".to_owned()) };
        let key = self.key(&rows);
        let scored = rows.iter().filter(|cells| !early(cells)).filter_map(|cells| self.mos(cells));
        let scored = scored.min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((mos, _)) = &scored
            && !(0.0..=6.0).contains(mos)
        {
            return Err(format!("the MOS {mos} is none; a MOS lies between 1 and 5"));
        }
        let cells = &rows[worst];
        let started_ms = self.started(cells)?;
        let issues = Issues { one_way, not_set_up: not_set_up(cells), dropped: dropped(cells) };
        let scale = scored.as_ref().map(|(_, scale)| scale.clone()).unwrap_or_default();
        let mos = scored.map(|(mos, _)| mos);
        let verdict = match mos {
            None => Verdict::Unscored,
            Some(mos) if one_way || mos < self.settings.poor_below(&scale) => Verdict::Poor,
            Some(_) => Verdict::Good,
        };
        let duration_s = ["call_duration_s", "degraded_duration_s"]
            .iter()
            .find_map(|name| number(cells.get(*name)));
        // A silent direction has no codec; the other says which call it was.
        let mut places = self.places(cells);
        for other in rows.iter().filter(|_| rows.len() > 1) {
            for (place, other) in places.iter_mut().zip(self.places(other)) {
                if place.is_empty() {
                    *place = other;
                }
            }
        }
        let [site, trunk, codec, endpoint] = places;
        let call = Call {
            key,
            started_ms,
            duration_s: number(self.cell(cells, "duration_s")).or(duration_s).filter(|s| *s >= 0.0),
            words: [site, trunk, codec, endpoint, scale].map(|word| bounded(&word)),
            mos,
            verdict,
            issues,
            loss_pct: number(self.cell(cells, "loss_pct")).filter(|loss| *loss >= 0.0),
            jitter_ms: number(self.cell(cells, "jitter_ms"))
                .or_else(|| number(cells.get("jitter_mean_ms")))
                .filter(|jitter| *jitter >= 0.0),
            details: String::new(),
        };
        rows.swap(0, worst);
        Ok(Call { details: self.details(rows), ..call })
    }

    /// Site, trunk, codec and endpoint: what the row itself says before what rules make of it.
    fn places(&self, cells: &Cells) -> [String; 4] {
        let user_agent = self.text(cells, "user_agent");
        let traits = Traits::of(cells, user_agent.clone());
        let place = |fact: &str, rules: &[super::settings::Rule]| {
            let said = self.text(cells, fact);
            if said.is_empty() { traits.name(rules).unwrap_or_default().to_owned() } else { said }
        };
        let endpoint = place("endpoint", &self.settings.endpoint);
        [
            place("site", &self.settings.site),
            place("trunk", &self.settings.trunk),
            self.text(cells, "codec"),
            if endpoint.is_empty() { user_agent } else { endpoint },
        ]
    }

    /// The same for the same content, in whatever format, order of columns and file it comes.
    fn key(&self, rows: &[Cells]) -> i64 {
        const OF_STREAM: [&str; 5] = ["call_id", "started", "source", "destination", "ssrc"];
        let mut hash = XxHash3_64::new();
        let mut put = |name: &str, cell: &Value| {
            let text = text(Some(cell));
            // Numbers are alike with and without trailing zeros, as formats differ in that.
            let number =
                text.parse::<f64>().ok().filter(|number| text.len() <= 15 && number.is_finite());
            hash.write(name.as_bytes());
            hash.write(&[0]);
            hash.write(number.map_or(text, |number| number.to_string()).as_bytes());
            hash.write(&[1]);
        };
        for cells in rows {
            let of_stream = cells.contains_key("ssrc") && cells.contains_key("call_id");
            let mut columns: Vec<(&String, &Value)> = cells
                .iter()
                .filter(|(name, cell)| {
                    !cell.is_null() && (!of_stream || OF_STREAM.contains(&name.as_str()))
                })
                .collect();
            columns.sort_unstable_by_key(|(name, _)| *name);
            columns.into_iter().for_each(|(name, cell)| put(name, cell));
        }
        hash.finish() as i64
    }

    /// All cells of the worst direction, the others behind it, without what is not to be kept.
    fn details(&self, rows: Vec<Cells>) -> String {
        let mut rows = rows.into_iter().map(|cells| self.kept(cells));
        let mut first = rows.next().unwrap_or_default();
        let others: Vec<Value> = rows.map(Value::Object).collect();
        if !others.is_empty() {
            first.insert("other_directions".to_owned(), others.into());
        }
        Value::Object(first).to_string()
    }

    fn kept(&self, cells: Cells) -> Cells {
        let privacy = &self.settings.privacy;
        let is_number = |name: &str| {
            ["from", "to"].contains(&name) || privacy.columns.iter().any(|column| column == name)
        };
        let is_address = |name: &str| ["source", "destination"].contains(&name);
        let mut kept = Cells::new();
        for (name, cell) in cells {
            if cell.is_null() {
                continue;
            }
            // What names a direction of a call holds its addresses, and stands in other columns.
            if name == "degraded" && kept.contains_key("call_id") {
                continue;
            }
            if privacy.addresses == Addresses::Drop && is_address(&name) {
                continue;
            }
            let cell = match privacy.numbers {
                Numbers::Keep => cell,
                Numbers::Drop if is_number(&name) => continue,
                Numbers::Hash if is_number(&name) => {
                    hash_user(Some(text(Some(&cell))), Some(&self.salt)).into()
                }
                _ => cell,
            };
            kept.insert(name, cell);
        }
        if kept.contains_key("call_id") {
            kept.shift_remove("degraded");
        }
        kept
    }
}

/// A word by which calls are grouped is no longer than that: user agents are hostile text.
fn bounded(word: &str) -> String {
    const MOST_CHARACTERS: usize = 100;
    word.trim()
        .chars()
        .map(|x| if x.is_control() { ' ' } else { x })
        .take(MOST_CHARACTERS)
        .collect()
}

/// Whether a call failed otherwise than by its parties' doing: as the ineffective attempts of RFC 6076.
fn not_set_up(cells: &Cells) -> bool {
    if let Some(told) = truth(cells, "not_set_up") {
        return told;
    }
    // Busy, no answer, declined, given up: the network did its part.
    const OF_USERS: [u32; 5] = [480, 486, 487, 600, 603];
    let status = text(cells.get("reason")).split(' ').next().and_then(|word| word.parse().ok());
    text(cells.get("state")) == "failed" && status.is_none_or(|status| !OF_USERS.contains(&status))
}

/// Whether a call that was answered ended by a cause that is no hanging up (Q.850 16 and 31, SIP 200).
fn dropped(cells: &Cells) -> bool {
    if let Some(told) = truth(cells, "dropped") {
        return told;
    }
    let reason = text(cells.get("reason")).to_ascii_lowercase().replace(' ', "");
    let cause = reason
        .split("cause=")
        .nth(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    text(cells.get("state")) == "completed"
        && cause.is_some_and(|cause| !["", "16", "31", "200"].contains(&cause.as_str()))
}

fn truth(cells: &Cells, column: &str) -> Option<bool> {
    match text(cells.get(column)).to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}
