//! The columns of a result: each described once, every number rounded once, so that all output formats hold the same.

use crate::error::Error;
use crate::rounding::rounded;
use crate::score::{Recording, Score, Scored};
use crate::table::{Cells, Column, Kind};
use serde_json::Value;

/// A column of the results, and how its cell comes out of what is told.
struct Described<T> {
    name: &'static str,
    kind: Kind,
    cell: fn(&T) -> Value,
}

const fn number<T>(name: &'static str, cell: fn(&T) -> Value) -> Described<T> {
    Described { name, kind: Kind::Number, cell }
}

const fn word<T>(name: &'static str, cell: fn(&T) -> Value) -> Described<T> {
    Described { name, kind: Kind::Text, cell }
}

/// What a score says of the pair.
const OF_SCORE: [Described<Score>; 12] = [
    number("mos_lqo", |score| mos_lqo(score.mos_lqo).into()),
    word("quality", |score| score.quality.to_string().into()),
    number("raw", |score| score.raw.map(|raw| rounded(raw, 4)).into()),
    word("band", |score| score.bandwidth.to_string().into()),
    word("model", |score| score.model.clone().into()),
    word("model_version", |score| score.model_version.clone().into()),
    number("delay_ms", |score| milliseconds(score.alignment.delay_s())),
    number("delay_min_ms", |score| milliseconds(score.alignment.delay_range_s().0)),
    number("delay_max_ms", |score| milliseconds(score.alignment.delay_range_s().1)),
    number("clock_drift_ppm", |score| {
        score.alignment.clock_drift_ppm.map(|ppm| rounded(ppm, 1)).into()
    }),
    number("reference_level_dbov", |score| rounded(score.reference.level_dbov, 2).into()),
    number("degraded_level_dbov", |score| rounded(score.degraded.level_dbov, 2).into()),
];

/// How long the two recordings are.
const DURATIONS: [Described<[Recording; 2]>; 2] = [
    number("reference_duration_s", |[reference, _]| rounded(reference.duration_s, 4).into()),
    number("degraded_duration_s", |[_, degraded]| rounded(degraded.duration_s, 4).into()),
];

/// What else a score says.
const REMARKS: [Described<Score>; 3] = [
    number("reference_activity", |score| rounded(score.reference.speech_activity, 4).into()),
    number("degraded_activity", |score| rounded(score.degraded.speech_activity, 4).into()),
    word("warnings", |score| warnings(&score.warnings)),
];

/// Why there is no score.
const OF_ERROR: [Described<Error>; 2] = [
    word("error_kind", |error| error.kind().into()),
    word("error", |error| error.to_string().into()),
];

/// The columns before those, where long recordings are scored in parts.
const OF_PART: [(&str, Kind); 3] =
    [("part", Kind::Text), ("start_s", Kind::Number), ("end_s", Kind::Number)];

/// Whether a column of this name belongs to the results.
pub fn is_result(name: &str, long_calls: bool) -> bool {
    columns(long_calls).any(|column| column.name == name)
}

/// The columns of the results, behind those that are carried from the manifest.
pub fn columns(long_calls: bool) -> impl Iterator<Item = Column> {
    fn names<T>(described: &[Described<T>]) -> impl Iterator<Item = (&'static str, Kind)> {
        described.iter().map(|column| (column.name, column.kind))
    }
    let parts = OF_PART.into_iter().filter(move |_| long_calls);
    parts
        .chain(names(&OF_SCORE))
        .chain(names(&DURATIONS))
        .chain(names(&REMARKS))
        .chain(names(&OF_ERROR))
        .map(|(name, kind)| Column { name: name.to_owned(), kind })
}

/// The cells of a pair that was scored.
pub fn scored(reference: Recording, degraded: &Scored) -> Cells {
    let Scored { recording, score } = degraded;
    let recordings = [reference, *recording];
    let durations = cells(&DURATIONS, &recordings);
    cells(&OF_SCORE, score).chain(durations).chain(cells(&REMARKS, score)).collect()
}

/// The cells of a score alone.
pub(super) fn of_score(score: &Score) -> Cells {
    cells(&OF_SCORE, score).chain(cells(&REMARKS, score)).collect()
}

/// The cells of a row that could not be scored.
pub fn failed(error: &Error) -> Cells {
    cells(&OF_ERROR, error).collect()
}

fn cells<T>(columns: &[Described<T>], told: &T) -> impl Iterator<Item = (String, Value)> {
    columns.iter().map(move |column| (column.name.to_owned(), (column.cell)(told)))
}

/// A MOS-LQO as it stands in results.
pub(crate) fn mos_lqo(mos_lqo: f64) -> f64 {
    rounded(mos_lqo, 4)
}

fn milliseconds(seconds: f64) -> Value {
    rounded(seconds * 1e3, 3).into()
}

/// Warnings in one cell, empty without any.
pub(super) fn warnings(warnings: &[String]) -> Value {
    Some(warnings.join("; ")).filter(|text| !text.is_empty()).into()
}
