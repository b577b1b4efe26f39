//! The columns of a result: each described once, every number rounded once, so that all output formats hold the same.

use crate::error::Error;
use crate::finding::{Diagnosis, Kind as Finding};
use crate::rounding::rounded;
use crate::score::{Connection, Recording, Score, Scored};
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
    number("delay_ms", |score| {
        let found = score.connection.as_ref();
        milliseconds(found.map_or_else(|| score.alignment.delay_s(), |found| found.delay_s))
    }),
    number("delay_min_ms", |score| milliseconds(delay_range_s(score)[0])),
    number("delay_max_ms", |score| milliseconds(delay_range_s(score)[1])),
    number("clock_drift_ppm", |score| {
        let found = score.connection.as_ref().map(|found| found.clock_drift_ppm);
        found.or(score.alignment.clock_drift_ppm).map(|ppm| rounded(ppm, 1)).into()
    }),
    number("reference_level_dbov", |score| rounded(score.reference.level_dbov, 2).into()),
    number("degraded_level_dbov", |score| rounded(score.degraded.level_dbov, 2).into()),
];

/// How long the two recordings are.
const DURATIONS: [Described<[Recording; 2]>; 2] = [
    number("reference_duration_s", |[reference, _]| rounded(reference.duration_s, 4).into()),
    number("degraded_duration_s", |[_, degraded]| rounded(degraded.duration_s, 4).into()),
];

/// What the connection did to time and level.
const OF_CONNECTION: [Described<Connection>; 4] = [
    number("delay_jitter_ms", |found| milliseconds(found.delay_jitter_s)),
    number("unheard_speech_ms", |found| rounded(1000.0 * found.unheard_speech_s, 1).into()),
    number("level_change_db", |found| rounded(found.level_change_db, 2).into()),
    number("gain_range_db", |found| found.gain_range_db.map(|range| rounded(range, 2)).into()),
];

/// What else a score says.
const REMARKS: [Described<Score>; 4] = [
    number("reference_activity", |score| rounded(score.reference.speech_activity, 4).into()),
    number("degraded_activity", |score| rounded(score.degraded.speech_activity, 4).into()),
    word("warnings", |score| warnings(&score.warnings)),
    word("warning_kinds", |score| {
        Some(score.warning_kinds.join("; ")).filter(|kinds| !kinds.is_empty()).into()
    }),
];

/// Why it is low, where that was asked for.
const OF_DIAGNOSIS: [Described<Diagnosis>; 20] = [
    word("main_cause", |diagnosis| diagnosis.main_cause().map(|kind| kind.name()).into()),
    word("causes", causes),
    number("lost_speech_ms", |diagnosis| sum(diagnosis, Finding::LostSpeech, 1)),
    number("repeated_speech_ms", |diagnosis| sum(diagnosis, Finding::RepeatedSpeech, 1)),
    number("inserted_ms", |diagnosis| sum(diagnosis, Finding::Inserted, 1)),
    number("delay_jumps", |diagnosis| diagnosis.of_kind(Finding::DelayJump).count().into()),
    number("drift_ppm", |diagnosis| value(diagnosis, Finding::ClockDrift, 1)),
    number("level_offset_db", |diagnosis| value(diagnosis, Finding::LevelOffset, 2)),
    number("level_pumping_db", |diagnosis| value(diagnosis, Finding::LevelPumping, 2)),
    number("clipping_percent", |diagnosis| value(diagnosis, Finding::Clipping, 2)),
    number("noise_snr_db", |diagnosis| value(diagnosis, Finding::Noise, 2)),
    number("hum_snr_db", |diagnosis| value(diagnosis, Finding::Hum, 2)),
    number("band_upper_hz", |diagnosis| value(diagnosis, Finding::BandLimit, 0)),
    number("band_lower_hz", |diagnosis| second(diagnosis, Finding::BandLimit, 0)),
    number("coloration_db", |diagnosis| value(diagnosis, Finding::Coloration, 2)),
    number("echo_ms", |diagnosis| value(diagnosis, Finding::Echo, 1)),
    number("echo_db", |diagnosis| second(diagnosis, Finding::Echo, 1)),
    number("reverberation_s", |diagnosis| value(diagnosis, Finding::Reverberation, 2)),
    number("coding_distortion_db", |diagnosis| {
        diagnosis.speech_above_distortion_db.map(|db| rounded(db, 2)).into()
    }),
    number("cost_mos", |diagnosis| {
        let dearest = diagnosis.causes().first().and_then(|cause| cause.1);
        dearest.map(|cost| rounded(cost, 3)).into()
    }),
];

/// Why there is no score.
const OF_ERROR: [Described<Error>; 2] = [
    word("error_kind", |error| error.kind().into()),
    word("error", |error| error.to_string().into()),
];

/// The columns before those, where long recordings are scored in parts.
const OF_PART: [(&str, Kind); 3] =
    [("part", Kind::Text), ("start_s", Kind::Number), ("end_s", Kind::Number)];

/// Which columns results have besides those that they always have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Form {
    /// Those of the parts of long calls.
    pub long_calls: bool,
    /// Those of the diagnosis.
    pub explain: bool,
}

/// Whether a column of this name belongs to the results.
pub fn is_result(name: &str, form: Form) -> bool {
    columns(form).any(|column| column.name == name)
}

/// The columns of the results, behind those that are carried from the manifest.
pub fn columns(form: Form) -> impl Iterator<Item = Column> {
    fn names<T>(described: &[Described<T>]) -> impl Iterator<Item = (&'static str, Kind)> {
        described.iter().map(|column| (column.name, column.kind))
    }
    let parts = OF_PART.into_iter().filter(move |_| form.long_calls);
    parts
        .chain(names(&OF_SCORE))
        .chain(names(&OF_CONNECTION).filter(move |_| !form.long_calls))
        .chain(names(&DURATIONS))
        .chain(names(&REMARKS))
        .chain(names(&OF_DIAGNOSIS).filter(move |_| form.explain))
        .chain(names(&OF_ERROR))
        .map(|(name, kind)| Column { name: name.to_owned(), kind })
}

/// The cells of a pair that was scored.
pub fn scored(reference: Recording, degraded: &Scored) -> Cells {
    let Scored { recording, score } = degraded;
    let recordings = [reference, *recording];
    let durations = cells(&DURATIONS, &recordings);
    let connection = score.connection.iter().flat_map(|found| cells(&OF_CONNECTION, found));
    let diagnosis = score.diagnosis.iter().flat_map(|diagnosis| cells(&OF_DIAGNOSIS, diagnosis));
    let remarks = cells(&REMARKS, score).chain(diagnosis);
    cells(&OF_SCORE, score).chain(connection).chain(durations).chain(remarks).collect()
}

/// The cells of a score alone.
pub(super) fn of_score(score: &Score) -> Cells {
    cells(&OF_SCORE, score).chain(cells(&REMARKS, score)).collect()
}

/// The columns of a diagnosis.
#[cfg(feature = "network")]
pub(crate) fn diagnosis_columns() -> impl Iterator<Item = Column> {
    OF_DIAGNOSIS.iter().map(|column| Column { name: column.name.to_owned(), kind: column.kind })
}

/// The cells of a diagnosis.
#[cfg(feature = "network")]
pub(crate) fn diagnosed(diagnosis: &Diagnosis) -> Cells {
    cells(&OF_DIAGNOSIS, diagnosis).collect()
}

/// The cells of a row that could not be scored.
pub fn failed(error: &Error) -> Cells {
    cells(&OF_ERROR, error).collect()
}

fn cells<T>(columns: &[Described<T>], told: &T) -> impl Iterator<Item = (String, Value)> {
    columns.iter().map(move |column| (column.name.to_owned(), (column.cell)(told)))
}

/// Every kind of fault with what it costs, the dearest first.
fn causes(diagnosis: &Diagnosis) -> Value {
    let cause = |(kind, cost): (Finding, Option<f64>)| match cost {
        Some(cost) => format!("{kind} {}", rounded(cost, 2)),
        None => kind.to_string(),
    };
    let causes: Vec<String> = diagnosis.causes().into_iter().map(cause).collect();
    Some(causes.join("; ")).filter(|text| !text.is_empty()).into()
}

/// The sum over all findings of a kind: 0 where there are none.
fn sum(diagnosis: &Diagnosis, kind: Finding, decimals: i32) -> Value {
    rounded(diagnosis.of_kind(kind).map(|finding| finding.value).sum(), decimals).into()
}

/// The value of a kind that is found at most once.
fn value(diagnosis: &Diagnosis, kind: Finding, decimals: i32) -> Value {
    diagnosis.of_kind(kind).next().map(|finding| rounded(finding.value, decimals)).into()
}

/// Its second value.
fn second(diagnosis: &Diagnosis, kind: Finding, decimals: i32) -> Value {
    let value = diagnosis.of_kind(kind).next().and_then(|finding| finding.second_value);
    value.map(|value| rounded(value, decimals)).into()
}

/// A MOS-LQO as it stands in results.
pub(crate) fn mos_lqo(mos_lqo: f64) -> f64 {
    rounded(mos_lqo, 4)
}

/// The smallest and largest delay, in seconds.
fn delay_range_s(score: &Score) -> [f64; 2] {
    let own = || score.alignment.delay_range_s().into();
    score.connection.as_ref().map_or_else(own, |found| found.delay_range_s)
}

fn milliseconds(seconds: f64) -> Value {
    rounded(seconds * 1e3, 3).into()
}

/// Warnings in one cell, empty without any.
pub(super) fn warnings(warnings: &[String]) -> Value {
    Some(warnings.join("; ")).filter(|text| !text.is_empty()).into()
}
