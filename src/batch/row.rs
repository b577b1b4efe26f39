//! The columns of a result: every number rounded once, so that all output formats hold the same.

use crate::error::Error;
use crate::long_calls::{LongReference, LongScore, Part, Stretch, Survey};
use crate::score::{Levels, Quality, Score};
use crate::table::{Cells, Column, Kind};
use serde_json::Value;

/// The columns behind those that are carried from the manifest.
const COLUMNS: [(&str, Kind); 19] = [
    ("mos_lqo", Kind::Number),
    ("quality", Kind::Text),
    ("raw", Kind::Number),
    ("band", Kind::Text),
    ("model", Kind::Text),
    ("model_version", Kind::Text),
    ("delay_ms", Kind::Number),
    ("delay_min_ms", Kind::Number),
    ("delay_max_ms", Kind::Number),
    ("clock_drift_ppm", Kind::Number),
    ("reference_level_dbov", Kind::Number),
    ("degraded_level_dbov", Kind::Number),
    ("reference_duration_s", Kind::Number),
    ("degraded_duration_s", Kind::Number),
    ("reference_activity", Kind::Number),
    ("degraded_activity", Kind::Number),
    ("warnings", Kind::Text),
    ("error_kind", Kind::Text),
    ("error", Kind::Text),
];

/// The columns before those, where long recordings are scored in parts.
const PART_COLUMNS: [(&str, Kind); 3] =
    [("part", Kind::Text), ("start_s", Kind::Number), ("end_s", Kind::Number)];

/// The cell in which a long recording's result holds the rows of its parts.
const PARTS: &str = "parts";

/// Whether a column of this name belongs to the results.
pub fn is_result(name: &str, long_calls: bool) -> bool {
    columns(long_calls).any(|column| column.name == name)
}

/// The columns of the results.
pub fn columns(long_calls: bool) -> impl Iterator<Item = Column> {
    let parts = PART_COLUMNS.into_iter().filter(move |_| long_calls);
    parts.chain(COLUMNS).map(|(name, kind)| Column { name: name.to_owned(), kind })
}

/// The cells of a pair that was scored.
pub fn scored(score: &Score, reference_duration_s: f64, degraded_duration_s: f64) -> Cells {
    let (delay_min_s, delay_max_s) = score.alignment.delay_range_s();
    let milliseconds = |seconds: f64| rounded(seconds * 1e3, 3);
    let level = |levels: &Levels| rounded(levels.level_dbov, 2);
    let activity = |levels: &Levels| rounded(levels.speech_activity, 4);
    let cells: [(&str, Value); 17] = [
        ("mos_lqo", rounded(score.mos_lqo, 4)),
        ("quality", score.quality.to_string().into()),
        ("raw", score.raw.map_or(Value::Null, |raw| rounded(raw, 4))),
        ("band", score.bandwidth.to_string().into()),
        ("model", score.model.clone().into()),
        ("model_version", score.model_version.clone().into()),
        ("delay_ms", milliseconds(score.alignment.delay_s())),
        ("delay_min_ms", milliseconds(delay_min_s)),
        ("delay_max_ms", milliseconds(delay_max_s)),
        (
            "clock_drift_ppm",
            score.alignment.clock_drift_ppm.map_or(Value::Null, |ppm| rounded(ppm, 1)),
        ),
        ("reference_level_dbov", level(&score.reference)),
        ("degraded_level_dbov", level(&score.degraded)),
        ("reference_duration_s", rounded(reference_duration_s, 4)),
        ("degraded_duration_s", rounded(degraded_duration_s, 4)),
        ("reference_activity", activity(&score.reference)),
        ("degraded_activity", activity(&score.degraded)),
        ("warnings", text_or_empty(score.warnings.join("; "))),
    ];
    cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The cells of a long recording as a whole, and in one of them the rows of its parts and stretches.
pub(super) fn long(score: &LongScore, reference: &LongReference, degraded: &Survey) -> Cells {
    let model = reference.model();
    let part = |name: &str, part: &Part| {
        let mut cells = placed(name, part.start_s, part.end_s);
        cells.insert("mos_lqo".into(), part.mos_lqo.map_or(Value::Null, |mos| rounded(mos, 4)));
        let quality = part.quality.map(|quality| quality.to_string());
        cells.insert("quality".into(), quality.into());
        cells.insert("band".into(), model.band().to_string().into());
        cells.insert("model".into(), model.name().into());
        cells.insert("model_version".into(), model.version().into());
        cells
    };
    let mut cells = part("whole", &score.whole);
    if let Some((least, most)) = score.delay_range_s() {
        cells.insert("delay_min_ms".into(), rounded(least * 1e3, 3));
        cells.insert("delay_max_ms".into(), rounded(most * 1e3, 3));
    }
    let durations_s = [reference.survey(), degraded].map(|survey| rounded(survey.duration_s(), 4));
    let columns = ["reference_duration_s", "degraded_duration_s"].map(String::from);
    cells.extend(columns.into_iter().zip(durations_s));
    cells.insert("warnings".into(), text_or_empty(score.warnings.join("; ")));
    let thirds = [("beginning", &score.beginning), ("middle", &score.middle), ("end", &score.end)];
    let thirds = thirds.into_iter().map(|(name, third)| part(name, third));
    let rows = thirds.chain(score.stretches.iter().map(stretch)).map(Value::Object);
    cells.insert(PARTS.into(), rows.collect());
    cells
}

/// The cells of a stretch of a long recording.
fn stretch(stretch: &Stretch) -> Cells {
    let mut cells = placed("stretch", stretch.start_s, stretch.end_s);
    match &stretch.outcome {
        Ok(score) => cells.extend(scored(score, stretch.duration_s(), stretch.duration_s())),
        Err(error) => cells.extend(failed(error)),
    }
    // What a stretch lasts is in its own columns, and nothing heard has a score too.
    cells.retain(|column, _| !column.ends_with("_duration_s"));
    if let Some(mos_lqo) = stretch.mos_lqo {
        cells.insert("mos_lqo".into(), rounded(mos_lqo, 4));
        cells.insert("quality".into(), Quality::of(mos_lqo).to_string().into());
    }
    cells
}

fn placed(name: &str, start_s: f64, end_s: f64) -> Cells {
    let cells =
        [("part", name.into()), ("start_s", rounded(start_s, 3)), ("end_s", rounded(end_s, 3))];
    cells.into_iter().map(|(column, value)| (column.to_owned(), value)).collect()
}

/// All rows that a result makes: one, and for a long recording those of its parts.
pub(super) fn rows(carried: &Cells, mut outcome: Cells) -> impl Iterator<Item = Cells> {
    let parts = match outcome.shift_remove(PARTS) {
        Some(Value::Array(parts)) => parts,
        _ => Vec::new(),
    };
    outcome.entry("part").or_insert_with(|| "whole".into());
    std::iter::once(Value::Object(outcome)).chain(parts).map(|part| {
        let mut cells = carried.clone();
        if let Value::Object(part) = part {
            cells.extend(part);
        }
        cells
    })
}

/// The cells of a row that could not be scored.
pub fn failed(error: &Error) -> Cells {
    let cells = [("error_kind", error.kind().to_owned()), ("error", error.to_string())];
    cells.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect()
}

fn text_or_empty(text: String) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

/// Rounded to so many decimals; infinities become empty, and zero has no sign.
fn rounded(value: f64, decimals: i32) -> Value {
    let unit = 10f64.powi(decimals);
    ((value * unit).round() / unit + 0.0).into()
}
