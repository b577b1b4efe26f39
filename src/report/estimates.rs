//! What estimators say of recordings: as text, as JSON, as rows of a table.

use super::text::HEADING;
use super::{Entry, json, printable};
use crate::batch::alone::Recordings;
use crate::estimate::Estimate;
use crate::rounding::{fixed, rounded};
use crate::table::{Cells, Column, Kind};
use serde::Serialize;
use std::io::{Result, Write};

/// What the estimators say of a recording.
#[derive(Debug, Serialize)]
pub struct Estimates {
    /// Length in seconds.
    pub duration_s: f64,
    /// Samples per second.
    pub sample_rate: u32,
    /// An entry for each estimator, by its name.
    pub estimators: Vec<Named>,
}

/// What an estimator says, or why it says nothing.
#[derive(Debug)]
pub struct Named {
    /// The estimator's name.
    pub estimator: String,
    /// What it says.
    pub outcome: crate::error::Result<Estimate>,
}

impl Serialize for Named {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Refused<'a> {
            estimator: &'a str,
            error: String,
        }
        match &self.outcome {
            Ok(estimate) => estimate.serialize(serializer),
            Err(error) => Refused { estimator: &self.estimator, error: error.to_string() }
                .serialize(serializer),
        }
    }
}

/// One JSON object on a line (schema `basilar-estimates/1`).
///
/// # Errors
/// What the writer says.
pub fn json(out: &mut impl Write, recordings: &[Entry<Estimates>]) -> Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        recordings: &'a [Entry<Estimates>],
    }
    json::line(out, &Document { schema: "basilar-estimates/1", recordings })
}

/// The line above the estimates.
///
/// # Errors
/// What the writer says.
pub fn head(out: &mut impl Write) -> Result<()> {
    writeln!(out, "{HEADING}Estimate  Estimator             Measure     Recording{HEADING:#}")
}

/// A line for each estimate of a recording.
///
/// # Errors
/// What the writer says.
pub fn text(out: &mut impl Write, entry: &Entry<Estimates>) -> Result<()> {
    let Ok(estimates) = &entry.outcome else { return Ok(()) };
    let name = if entry.file == "-" { "standard input".to_owned() } else { printable(&entry.file) };
    for Named { outcome, .. } in &estimates.estimators {
        let Ok(Estimate { estimator, estimates, .. }) = outcome else { continue };
        for one in estimates {
            let value = fixed(one.estimate, 3);
            writeln!(out, "{value:>8}  {estimator:20}  {:10}  {name}", one.measure)?;
        }
    }
    Ok(())
}

/// The columns of the table of estimates, without those that are carried.
pub fn columns() -> Vec<Column> {
    let all = [
        ("file", Kind::Text),
        ("estimator", Kind::Text),
        ("estimator_version", Kind::Text),
        ("measure", Kind::Text),
        ("scale", Kind::Text),
        ("estimate", Kind::Number),
        ("windows", Kind::Integer),
        ("sample_rate", Kind::Integer),
        ("duration_s", Kind::Number),
        ("error_kind", Kind::Text),
        ("error", Kind::Text),
    ];
    all.map(|(name, kind)| Column { name: name.to_owned(), kind }).to_vec()
}

/// The table of estimates: a row for each, with the cells that its recording carries.
pub fn rows(recordings: &Recordings, entries: &[Entry<Estimates>]) -> Vec<Cells> {
    let mut rows = Vec::new();
    for (recording, entry) in recordings.all.iter().zip(entries) {
        let mut cells = recording.carried.clone();
        cells.insert("file".into(), recording.name.clone().into());
        let refused = |mut cells: Cells, error: &crate::error::Error| {
            cells.insert("error_kind".into(), error.kind().into());
            cells.insert("error".into(), error.to_string().into());
            cells
        };
        let estimates = match &entry.outcome {
            Ok(estimates) => estimates,
            Err(error) => {
                rows.push(refused(cells, error));
                continue;
            }
        };
        cells.insert("sample_rate".into(), estimates.sample_rate.into());
        cells.insert("duration_s".into(), rounded(estimates.duration_s, 4).into());
        for Named { estimator, outcome } in &estimates.estimators {
            cells.insert("estimator".into(), estimator.clone().into());
            let estimate = match outcome {
                Ok(estimate) => estimate,
                Err(error) => {
                    rows.push(refused(cells.clone(), error));
                    continue;
                }
            };
            for one in &estimate.estimates {
                let mut row = cells.clone();
                row.insert("estimator_version".into(), estimate.estimator_version.clone().into());
                row.insert("measure".into(), one.measure.clone().into());
                row.insert("scale".into(), one.scale.clone().into());
                row.insert("estimate".into(), rounded(one.estimate, 4).into());
                row.insert("windows".into(), estimate.windows.into());
                rows.push(row);
            }
        }
    }
    rows
}
