//! A comparison as text for a terminal.

use super::printable;
use crate::results::{Comparison, GroupComparison, Over, Verdict};
use crate::rounding::{fixed, signed};
use std::io::{self, Write};

/// What is listed, most urgent first, under its heading.
pub(super) const LISTED: [(Verdict, &str); 10] = [
    (Verdict::Dropped, "Dropped"),
    (Verdict::BelowMinimum, "Below the minimum"),
    (Verdict::BeyondLimit, "Beyond a limit"),
    (Verdict::Failing, "Could not be scored"),
    (Verdict::Missing, "Missing"),
    (Verdict::Warned, "With a warning"),
    (Verdict::Tolerated, "Could not be scored, tolerated"),
    (Verdict::Improved, "Improved"),
    (Verdict::Recovered, "Recovered"),
    (Verdict::New, "New"),
];

/// Writes the rows that changed, the warnings, the groups, and the conclusion.
///
/// # Errors
/// What the writer says.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for (verdict, heading) in LISTED {
        let count = comparison.rows(verdict).count();
        if count > 0 {
            writeln!(out, "{heading}: {count}")?;
        }
        for (_, row) in comparison.rows(verdict) {
            writeln!(out, "  {}: {}", printable(&row.key), printable(&row.message))?;
        }
    }
    let warned = warned(comparison);
    if !warned.is_empty() {
        writeln!(out, "Warnings: {}", warned.len())?;
    }
    for (key, warnings) in warned {
        writeln!(out, "  {}: {}", printable(key), printable(warnings))?;
    }
    for group in &comparison.groups {
        if let Some(change) = change(group) {
            writeln!(out, "{:<4} {}: {change}", mark(group), printable(&group.name))?;
        }
    }
    for note in &comparison.notes {
        writeln!(out, "note: {}", printable(note))?;
    }
    writeln!(out, "{}", conclusion(comparison))
}

/// The rows with warnings that are not told as a row's verdict already.
pub(super) fn warned(comparison: &Comparison) -> Vec<(&str, &str)> {
    let rows = comparison.all_rows().map(|(_, row)| row);
    rows.filter(|row| !row.warnings.is_empty() && row.verdict != Verdict::Warned)
        .map(|row| (row.key.as_str(), row.warnings.as_str()))
        .collect()
}

/// What became of a group in a word: a mean that fell, rows that fail, neither.
pub(super) fn mark(group: &GroupComparison) -> &'static str {
    match (group.dropped, group.failing_rows()) {
        (true, _) => "FELL",
        (false, 0) => "ok",
        (false, _) => "FAIL",
    }
}

/// The change of a group's mean in a sentence, where there are rows to compare.
pub(super) fn change(group: &GroupComparison) -> Option<String> {
    let test = group.test?;
    let mut text = format!("mean {}", signed(test.mean, 3));
    if let Some(upper) = group.upper {
        let sure = fixed(100.0 * group.confidence, 1);
        let sure = sure.strip_suffix(".0").unwrap_or(&sure).to_owned();
        text += &format!(" (one-sided {sure} % interval up to {})", signed(upper, 3));
    }
    if let Some(effect) = test.effect_size {
        text += &format!(", effect size {}", signed(effect, 2));
    }
    if let Some(p) = group.adjusted_p {
        text += &if p < 0.001 { ", p < 0.001".to_owned() } else { format!(", p = {p:.3}") };
    }
    let rows = group.rows.iter().filter(|row| row.baseline.is_some() && row.result.is_some());
    let rows = rows.count();
    text += &format!(", {rows} {}", if rows == 1 { "row" } else { "rows" });
    text += &match (group.over, group.talkers) {
        (Over::Talkers, talkers) => format!(" of {talkers} talkers"),
        (Over::Rows, 0) => ", talkers not named".to_owned(),
        (Over::Rows, _) => " of one talker".to_owned(),
    };
    let failing = group.failing_rows();
    if failing > 0 {
        text += &format!("; {failing} {} fail", if failing == 1 { "row" } else { "rows" });
    }
    Some(text)
}

/// Whether it passed, and if not, why not, in one line.
pub(super) fn conclusion(comparison: &Comparison) -> String {
    let rows: usize = comparison.groups.iter().map(|group| group.rows.len()).sum();
    let mut reasons: Vec<String> = LISTED
        .iter()
        .filter(|(verdict, _)| verdict.fails())
        .map(|(verdict, heading)| (comparison.rows(*verdict).count(), heading.to_lowercase()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, heading)| format!("{count} {heading}"))
        .collect();
    let dropped = comparison.groups.iter().filter(|group| group.dropped).count();
    if dropped > 0 {
        reasons.push(match comparison.groups.len() {
            1 => "the mean fell".to_owned(),
            groups => format!("the mean of {dropped} of {groups} groups fell"),
        });
    }
    match reasons.is_empty() {
        true => format!("Passed: {rows} rows"),
        false => format!("Failed: of {rows} rows, {}", reasons.join(", ")),
    }
}
