//! A listening test as tables: conditions, stimuli, listeners, and ratings as `basilar validate` reads them.

use crate::error::Error;
use crate::listening_test::{Evaluation, ScaleEvaluation};
use crate::table::{self, Cells, Column, Format, Kind};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{Result, Write};

/// Writes a row a condition to a stream, as CSV.
///
/// # Errors
/// What the writer says.
pub fn conditions(evaluation: &Evaluation, out: &mut impl Write) -> Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "scale",
        "condition",
        "items",
        "votes",
        "mean",
        "standard_error",
        "low",
        "high",
        "general_mean",
        "general_low",
        "general_high",
        "recovered",
        "more_votes",
    ])?;
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.4}"));
    for scale in &evaluation.scales {
        for one in &scale.conditions {
            let ends = [one.interval, one.general_interval];
            let [low, high] = [ends[0].map(|ends| ends.0), ends[0].map(|ends| ends.1)];
            csv.write_record([
                scale.scale.clone().unwrap_or_default(),
                one.condition.clone(),
                one.items.to_string(),
                one.votes.to_string(),
                number(one.mean),
                number(one.standard_error),
                number(low),
                number(high),
                number(one.general_mean),
                number(ends[1].map(|ends| ends.0)),
                number(ends[1].map(|ends| ends.1)),
                number(one.recovered),
                one.more_votes.map_or(String::new(), |votes| votes.to_string()),
            ])?;
        }
    }
    csv.flush()
}

/// Writes a row a stimulus.
///
/// # Errors
/// What the operating system says.
pub fn stimuli(evaluation: &Evaluation, file: File, format: Format) -> Result<()> {
    const COLUMNS: [(&str, Kind); 11] = [
        ("scale", Kind::Text),
        ("item", Kind::Text),
        ("condition", Kind::Text),
        ("votes", Kind::Integer),
        ("mean", Kind::Number),
        ("standard_error", Kind::Number),
        ("low", Kind::Number),
        ("high", Kind::Number),
        ("recovered", Kind::Number),
        ("recovered_low", Kind::Number),
        ("recovered_high", Kind::Number),
    ];
    let rows = evaluation.scales.iter().flat_map(|scale| {
        scale.stimuli.iter().map(|one| {
            json!({
                "scale": scale.scale, "item": one.item, "condition": one.condition, "votes": one.votes,
                "mean": one.mean, "standard_error": one.standard_error,
                "low": one.interval.map(|ends| ends.0), "high": one.interval.map(|ends| ends.1),
                "recovered": one.recovered.map(|found| found.mean),
                "recovered_low": one.recovered.map(|found| found.interval.0),
                "recovered_high": one.recovered.map(|found| found.interval.1),
            })
        })
    });
    write(file, format, &COLUMNS, rows)
}

/// Writes a row a listener.
///
/// # Errors
/// What the operating system says.
pub fn listeners(evaluation: &Evaluation, file: File, format: Format) -> Result<()> {
    const COLUMNS: [(&str, Kind); 11] = [
        ("scale", Kind::Text),
        ("listener", Kind::Text),
        ("votes", Kind::Integer),
        ("correlation", Kind::Number),
        ("bias", Kind::Number),
        ("inconsistency", Kind::Number),
        ("checks", Kind::Integer),
        ("checks_failed", Kind::Integer),
        ("references_low", Kind::Number),
        ("anchors_high", Kind::Number),
        ("excluded", Kind::Text),
    ];
    let rows = evaluation.scales.iter().flat_map(|scale| {
        scale.listeners.iter().map(|one| {
            json!({
                "scale": scale.scale, "listener": one.listener, "votes": one.votes,
                "correlation": one.correlation, "bias": one.bias, "inconsistency": one.inconsistency,
                "checks": one.checks, "checks_failed": one.checks_failed,
                "references_low": one.references_low, "anchors_high": one.anchors_high,
                "excluded": one.excluded.join("; "),
            })
        })
    });
    write(file, format, &COLUMNS, rows)
}

/// The columns of ratings.
const RATINGS: [(&str, Kind); 8] = [
    ("dataset", Kind::Text),
    ("reference", Kind::Text),
    ("degraded", Kind::Text),
    ("condition", Kind::Text),
    ("score", Kind::Number),
    ("standard_error", Kind::Number),
    ("votes", Kind::Integer),
    ("scale", Kind::Text),
];

/// Writes what [`ratings`] gives.
///
/// # Errors
/// What the operating system says.
pub fn write_ratings(rows: Vec<Value>, file: File, format: Format) -> Result<()> {
    write(file, format, &RATINGS, rows.into_iter())
}

/// The mean votes of the stimuli as `basilar validate` reads them: those of the overall scale of P.835, else of
/// each scale as a dataset. `recovered` takes the qualities by the model of listeners.
///
/// # Errors
/// [`Error::InvalidStudy`] where the votes do not say what a recording was made from.
pub fn ratings(evaluation: &Evaluation, recovered: bool) -> crate::Result<Vec<Value>> {
    let overall = evaluation.scales.iter().find(|scale| scale.scale.as_deref() == Some("ovrl"));
    let scales: Vec<&ScaleEvaluation> = match overall {
        Some(scale) => vec![scale],
        None => evaluation.scales.iter().collect(),
    };
    let reference = evaluation.reference.as_deref();
    let mut rows: Vec<Value> = Vec::new();
    for scale in &scales {
        // The recording of the reference's condition stands for an item that names none.
        let of_item = |item: &str| {
            let hidden = scale.stimuli.iter().find(|one| {
                one.item == item && reference.is_some() && one.condition.as_deref() == reference
            });
            hidden.and_then(|one| one.degraded.clone())
        };
        for one in scale.stimuli.iter().filter(|one| one.mean.is_some()) {
            let degraded = one.degraded.clone().unwrap_or_else(|| one.item.clone());
            let Some(reference) = one.reference.clone().or_else(|| of_item(&one.item)) else {
                return Err(Error::InvalidStudy {
                    name: evaluation.votes.clone(),
                    reason: format!(
                        "it does not say which recording {degraded} was made from; add a column reference"
                    ),
                });
            };
            let found = one.recovered.filter(|_| recovered);
            let error =
                found.map(|found| (found.interval.1 - found.interval.0) / (2.0 * 1.959_963_985));
            rows.push(json!({
                "dataset": (scales.len() > 1).then(|| scale.scale.clone()).flatten(),
                "reference": reference, "degraded": degraded, "condition": one.condition,
                "score": found.map(|found| found.mean).or(one.mean),
                "standard_error": error.or(one.standard_error),
                "votes": one.votes, "scale": evaluation.method.scale(),
            }));
        }
    }
    Ok(rows)
}

fn write(
    file: File,
    format: Format,
    columns: &[(&str, Kind)],
    rows: impl Iterator<Item = Value>,
) -> Result<()> {
    let column = |&(name, kind): &(&str, Kind)| Column { name: name.to_owned(), kind };
    let mut writer = table::write(file, format, &columns.iter().map(column).collect::<Vec<_>>())?;
    for row in rows {
        let cells: Cells = match row {
            Value::Object(cells) => cells,
            _ => Cells::new(),
        };
        writer.write(&cells)?;
    }
    writer.finish()
}
