//! A summary as text for a terminal, or as CSV.

use super::printable;
use crate::results::{GroupSummary, Over, Summaries};
use std::io::{self, Write};

/// Writes a table of the groups, and below it the worst files of each.
///
/// # Errors
/// What the writer says.
pub fn write_text(summaries: &Summaries, out: &mut dyn Write) -> io::Result<()> {
    let header = summaries.group_by.iter().map(String::as_str).chain(COLUMNS).map(str::to_owned);
    let mut table: Vec<Vec<String>> = vec![header.collect()];
    table.extend(summaries.groups.iter().map(|group| [group.group.clone(), cells(group)].concat()));
    /// A column is no wider, however long a cell is.
    const WIDEST: usize = 200;
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> =
        (0..table[0].len()).filter_map(width).map(|width| width.min(WIDEST)).collect();
    for row in &table {
        let cells =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{:>width$}", printable(cell)));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  "))?;
    }
    for group in summaries.groups.iter().filter(|group| !group.worst.is_empty()) {
        let name = printable(&group.group.join(" "));
        writeln!(out, "\nWorst{}{name}", if name.is_empty() { "" } else { " of " })?;
        for worst in &group.worst {
            writeln!(out, "  {:.2} {}", worst.mos_lqo, printable(&worst.degraded))?;
        }
    }
    Ok(())
}

/// The columns behind the group's own.
const COLUMNS: [&str; 13] = [
    "rows",
    "failed",
    "talkers",
    "over",
    "mean",
    "low",
    "high",
    "min",
    "bad",
    "poor",
    "fair",
    "good",
    "excellent",
];

fn cells(group: &GroupSummary) -> Vec<String> {
    let score = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.3}"));
    let interval = group.mos_lqo.and_then(|mean| mean.interval);
    let over = match group.over {
        Over::Talkers => "talkers",
        Over::Rows => "rows",
    };
    let bands = group.bands;
    let bands = [bands.bad, bands.poor, bands.fair, bands.good, bands.excellent];
    let counts = [group.rows, group.failed, group.talkers].map(|count| count.to_string());
    let scores = [
        score(group.mos_lqo.map(|mean| mean.mean)),
        score(interval.map(|interval| interval.0)),
        score(interval.map(|interval| interval.1)),
        score(group.min),
    ];
    let over = [over.to_owned()];
    counts.into_iter().chain(over).chain(scores).chain(bands.map(|n| n.to_string())).collect()
}

/// Writes a row a group.
///
/// # Errors
/// What the writer says.
pub fn write_csv(summaries: &Summaries, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(summaries.group_by.iter().map(String::as_str).chain(COLUMNS))?;
    for group in &summaries.groups {
        csv.write_record([group.group.clone(), cells(group)].concat())?;
    }
    csv.flush()
}
