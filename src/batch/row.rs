//! The columns of a result: every number rounded once, so that all output formats hold the same.

use crate::error::Error;
use crate::scorer::{Levels, Score};
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

/// Whether a column of this name belongs to the results.
pub fn is_result(name: &str) -> bool {
    COLUMNS.iter().any(|(column, _)| *column == name)
}

/// The columns of the results.
pub fn columns() -> impl Iterator<Item = Column> {
    COLUMNS.into_iter().map(|(name, kind)| Column { name: name.to_owned(), kind })
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
