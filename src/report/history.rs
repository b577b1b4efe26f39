//! The history of calls for a person to read: shares with their intervals, the worst calls, what changed.

use super::printable;
use crate::table::{Cells, number, text};
use anstyle::Style;
use std::io::{Result, Write};

const BOLD: Style = Style::new().bold();

/// A table whose columns are as wide as their cells; the first so many hold text and stand to the left.
fn table(out: &mut impl Write, header: &[&str], texts: usize, rows: &[Vec<String>]) -> Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: Vec<&str>| -> String {
        let cells = cells.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            if at < texts { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(out, "{BOLD}{}{BOLD:#}", line(header.to_vec()))?;
    rows.iter()
        .try_for_each(|row| writeln!(out, "{}", line(row.iter().map(String::as_str).collect())))
}

fn cell(row: &Cells, name: &str) -> String {
    printable(&text(row.get(name)))
}

fn word(row: &Cells, name: &str) -> String {
    let word = cell(row, name);
    if word.is_empty() { "unknown".to_owned() } else { word }
}

fn scale(row: &Cells) -> String {
    let scale = cell(row, "scale");
    if scale.is_empty() { "not scored".to_owned() } else { scale }
}

fn per_cent(row: &Cells, name: &str) -> String {
    number(row.get(name)).map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share))
}

fn decimals(row: &Cells, name: &str, decimals: usize) -> String {
    number(row.get(name)).map_or_else(String::new, |value| format!("{value:.decimals$}"))
}

fn headers<'a>(by: &[&'a str], more: &[&'a str]) -> (Vec<&'a str>, usize) {
    let mut header = by.to_vec();
    if !by.contains(&"scale") {
        header.push("scale");
    }
    let texts = header.len();
    header.extend(more);
    (header, texts)
}

fn named(by: &[&str], row: &Cells) -> Vec<String> {
    let mut cells: Vec<String> =
        by.iter().map(|name| if *name == "scale" { scale(row) } else { word(row, name) }).collect();
    if !by.contains(&"scale") {
        cells.push(scale(row));
    }
    cells
}

/// Sums by these columns.
///
/// # Errors
/// What the writer says.
pub fn groups(out: &mut impl Write, by: &[&str], rows: &[Cells]) -> Result<()> {
    let (header, texts) = headers(
        by,
        &[
            "poor",
            "95 % interval",
            "scored",
            "calls",
            "MOS 10 %",
            "median",
            "loss 95 %",
            "one-way",
            "not set up",
            "dropped",
        ],
    );
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let interval = match number(row.get("poor_share_low")) {
                Some(_) => format!(
                    "{} to {}",
                    per_cent(row, "poor_share_low"),
                    per_cent(row, "poor_share_high")
                ),
                None => String::new(),
            };
            let loss = number(row.get("loss_pct_p95"))
                .map_or_else(String::new, |loss| format!("{loss:.2} %"));
            let mut cells = named(by, row);
            cells.extend([
                per_cent(row, "poor_share"),
                interval,
                cell(row, "scored"),
                cell(row, "calls"),
                decimals(row, "mos_p10", 2),
                decimals(row, "mos_p50", 2),
                loss,
                cell(row, "one_way"),
                cell(row, "not_set_up"),
                cell(row, "dropped"),
            ]);
            cells
        })
        .collect();
    table(out, &header, texts, &lines)
}

/// The last week against those before.
///
/// # Errors
/// What the writer says.
pub fn against_before(out: &mut impl Write, by: &[&str], rows: &[Cells]) -> Result<()> {
    let (mut header, texts) = headers(by, &["poor", "of", "before", "of", "difference"]);
    header.push("");
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let points = |name: &str| {
                number(row.get(name))
                    .map(|value| crate::rounding::signed(100.0 * value, 1))
                    .unwrap_or_default()
            };
            let difference = match number(row.get("difference_low")) {
                Some(_) => {
                    format!("{} to {} points", points("difference_low"), points("difference_high"))
                }
                None => String::new(),
            };
            let mut cells = named(by, row);
            cells.extend([
                per_cent(row, "poor_share"),
                cell(row, "scored"),
                per_cent(row, "before_poor_share"),
                cell(row, "before_scored"),
                difference,
                cell(row, "change"),
            ]);
            cells
        })
        .collect();
    table(out, &header, texts, &lines)
}

/// Calls, worst first.
///
/// # Errors
/// What the writer says.
pub fn worst(out: &mut impl Write, rows: &[Cells]) -> Result<()> {
    let header = [
        "id", "started", "scale", "site", "trunk", "codec", "endpoint", "MOS", "loss", "jitter",
        "issues",
    ];
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let issues =
                [("one_way", "one-way"), ("not_set_up", "not set up"), ("dropped", "dropped")];
            let issues =
                issues.iter().filter(|(name, _)| cell(row, name) == "true").map(|(_, word)| *word);
            let unit = |name: &str, unit: &str| {
                number(row.get(name)).map_or_else(String::new, |value| format!("{value:.1} {unit}"))
            };
            vec![
                cell(row, "id"),
                cell(row, "started"),
                scale(row),
                word(row, "site"),
                word(row, "trunk"),
                word(row, "codec"),
                word(row, "endpoint"),
                decimals(row, "mos", 2),
                unit("loss_pct", "%"),
                unit("jitter_ms", "ms"),
                issues.collect::<Vec<_>>().join(", "),
            ]
        })
        .collect();
    table(out, &header, 7, &lines)
}
