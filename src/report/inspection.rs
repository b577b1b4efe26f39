//! What recordings show without a reference: as text, as JSON, as rows of a table.

use super::text::HEADING;
use super::{Entry, json, printable};
use crate::batch::alone::Recordings;
use crate::diagnosis::alone::{ChannelInspection, Inspection, Measures};
use crate::finding::{Diagnosis, Kind as Finding};
use crate::rounding::{fixed, rounded};
use crate::table::{Cells, Column, Kind};
use serde_json::Value;
use std::io::{Result, Write};

/// One JSON object on a line (schema `basilar-inspection/1`).
///
/// # Errors
/// What the writer says.
pub fn json(out: &mut impl Write, recordings: &[Entry<Inspection>]) -> Result<()> {
    #[derive(serde::Serialize)]
    struct Document<'a> {
        schema: &'static str,
        recordings: &'a [Entry<Inspection>],
    }
    json::line(out, &Document { schema: "basilar-inspection/1", recordings })
}

/// A paragraph for a recording; nothing for one that could not be read.
///
/// # Errors
/// What the writer says.
pub fn text(out: &mut impl Write, entry: &Entry<Inspection>) -> Result<()> {
    let Ok(inspection) = &entry.outcome else { return Ok(()) };
    let Inspection { sample_rate, duration_s, channels, .. } = inspection;
    let name = if entry.file == "-" { "standard input".to_owned() } else { printable(&entry.file) };
    writeln!(out, "{HEADING}{name}{HEADING:#}: {duration_s:.3} s at {sample_rate} Hz")?;
    for ChannelInspection { channel, measures, diagnosis } in channels {
        let label = if channels.len() > 1 || channel != "mono" { channel } else { "" };
        write!(out, "  {label:6}{}", if label.is_empty() { "" } else { "  " })?;
        writeln!(out, "{}", told(measures))?;
        for finding in &diagnosis.findings {
            let sure = 100.0 * finding.confidence;
            writeln!(out, "          {sure:3.0} %  {}", finding.words)?;
        }
        if diagnosis.findings.is_empty() {
            writeln!(out, "          nothing was found wrong")?;
        }
    }
    Ok(())
}

/// The measures in a line.
fn told(measures: &Measures) -> String {
    let Measures { active_dbov, noise_dbov, speech_share, .. } = measures;
    let share = 100.0 * speech_share;
    let mut told = format!(
        "speech {} dBov, {share:.0} % of the time; noise {} dBov",
        fixed(*active_dbov, 1),
        fixed(*noise_dbov, 1)
    );
    if let (Some(lower), Some(upper)) = (measures.band_lower_hz, measures.band_upper_hz) {
        told += &format!("; band {lower:.0} to {upper:.0} Hz");
    }
    told
}

/// A column, and how its cell comes out of a channel.
type Described = (&'static str, Kind, fn(&ChannelInspection) -> Value);

const OF_CHANNEL: [Described; 21] = [
    ("channel", Kind::Text, |of| of.channel.clone().into()),
    ("main_cause", Kind::Text, |of| {
        of.diagnosis.findings.first().map(|one| one.kind.name()).into()
    }),
    ("causes", Kind::Text, |of| causes(&of.diagnosis)),
    ("findings", Kind::Integer, |of| of.diagnosis.findings.len().into()),
    ("active_dbov", Kind::Number, |of| rounded(of.measures.active_dbov, 2).into()),
    ("long_term_dbov", Kind::Number, |of| rounded(of.measures.long_term_dbov, 2).into()),
    ("peak_dbov", Kind::Number, |of| rounded(of.measures.peak_dbov, 2).into()),
    ("speech_share", Kind::Number, |of| rounded(of.measures.speech_share, 4).into()),
    ("noise_dbov", Kind::Number, |of| rounded(of.measures.noise_dbov, 2).into()),
    ("snr_db", Kind::Number, |of| of.measures.snr_db.map(|db| rounded(db, 2)).into()),
    ("clipped_percent", Kind::Number, |of| {
        of.measures.clipped_percent.map(|percent| rounded(percent, 3)).into()
    }),
    ("dc_percent", Kind::Number, |of| rounded(of.measures.dc_percent, 3).into()),
    ("digital_silence_s", Kind::Number, |of| rounded(of.measures.digital_silence_s, 3).into()),
    ("lost_speech_ms", Kind::Number, |of| {
        let lost = of.diagnosis.of_kind(Finding::LostSpeech).map(|finding| finding.value);
        rounded(lost.sum(), 1).into()
    }),
    ("dropouts", Kind::Integer, |of| of.diagnosis.of_kind(Finding::LostSpeech).count().into()),
    ("hum_hz", Kind::Number, |of| of.measures.hum_hz.into()),
    ("hum_dbov", Kind::Number, |of| of.measures.hum_dbov.map(|db| rounded(db, 2)).into()),
    ("band_lower_hz", Kind::Number, |of| of.measures.band_lower_hz.map(f64::round).into()),
    ("band_upper_hz", Kind::Number, |of| of.measures.band_upper_hz.map(f64::round).into()),
    ("echo_ms", Kind::Number, |of| of.measures.echo_ms.map(|ms| rounded(ms, 1)).into()),
    ("echo_db", Kind::Number, |of| of.measures.echo_db.map(|db| rounded(db, 1)).into()),
];

/// Columns of a recording, and of one that cannot be read.
const OF_RECORDING: [(&str, Kind); 3] =
    [("file", Kind::Text), ("sample_rate", Kind::Integer), ("duration_s", Kind::Number)];
const OF_ERROR: [(&str, Kind); 3] =
    [("warnings", Kind::Text), ("error_kind", Kind::Text), ("error", Kind::Text)];

/// The columns of the table of inspections, without those that are carried.
pub fn columns() -> Vec<Column> {
    let channels = OF_CHANNEL.iter().map(|(name, kind, _)| (*name, *kind));
    let all = OF_RECORDING.into_iter().chain(channels).chain(OF_ERROR);
    all.map(|(name, kind)| Column { name: name.to_owned(), kind }).collect()
}

/// The table of inspections: a row for each channel, with the cells that its recording carries.
pub fn rows(recordings: &Recordings, entries: &[Entry<Inspection>]) -> Vec<Cells> {
    let mut rows = Vec::new();
    for (recording, entry) in recordings.all.iter().zip(entries) {
        let mut cells = recording.carried.clone();
        cells.insert("file".into(), recording.name.clone().into());
        match &entry.outcome {
            Ok(inspection) => {
                cells.insert("sample_rate".into(), inspection.sample_rate.into());
                cells.insert("duration_s".into(), rounded(inspection.duration_s, 4).into());
                let warnings = Some(inspection.warnings.join("; "));
                let warnings = warnings.filter(|text| !text.is_empty());
                cells.insert("warnings".into(), warnings.into());
                for channel in &inspection.channels {
                    let mut row = cells.clone();
                    let own = OF_CHANNEL.iter();
                    row.extend(own.map(|(name, _, cell)| ((*name).to_owned(), cell(channel))));
                    rows.push(row);
                }
            }
            Err(error) => {
                cells.insert("error_kind".into(), error.kind().into());
                cells.insert("error".into(), error.to_string().into());
                rows.push(cells);
            }
        }
    }
    rows
}

/// Every kind that was found.
fn causes(diagnosis: &Diagnosis) -> Value {
    let kinds: Vec<&str> = diagnosis.causes().into_iter().map(|(kind, _)| kind.name()).collect();
    Some(kinds.join("; ")).filter(|text| !text.is_empty()).into()
}
