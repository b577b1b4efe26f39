//! A comparison as text for a terminal.

use super::printable;
use crate::results::{Comparison, GroupComparison, Verdict};
use crate::rounding::signed;
use std::io::{self, Write};

/// What is listed, most urgent first, under its heading.
pub(super) const LISTED: [(Verdict, &str); 7] = [
    (Verdict::Dropped, "Dropped"),
    (Verdict::BelowMinimum, "Below the minimum"),
    (Verdict::Failing, "Could not be scored"),
    (Verdict::Missing, "Missing"),
    (Verdict::Improved, "Improved"),
    (Verdict::Recovered, "Recovered"),
    (Verdict::New, "New"),
];

/// Writes the rows that changed, the groups, and the conclusion.
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
    for group in &comparison.groups {
        if let Some(change) = change(group) {
            let verdict = if group.dropped { "FELL" } else { "ok" };
            writeln!(out, "{verdict:<4} {}: {change}", printable(&group.name))?;
        }
    }
    writeln!(out, "{}", conclusion(comparison))
}

/// The change of a group's mean in a sentence, where there are rows to compare.
pub(super) fn change(group: &GroupComparison) -> Option<String> {
    let test = group.test?;
    let mut text = format!("mean {}", signed(test.difference.mean, 3));
    if let Some((low, high)) = test.difference.interval {
        text += &format!(" (95 % interval {} to {})", signed(low, 3), signed(high, 3));
    }
    if let Some(effect) = test.effect_size {
        text += &format!(", effect size {}", signed(effect, 2));
    }
    if let Some(p) = group.adjusted_p {
        text += &if p < 0.001 { ", p < 0.001".to_owned() } else { format!(", p = {p:.3}") };
    }
    let rows = if test.pairs == 1 { "row" } else { "rows" };
    Some(text + &format!(", {} {rows}", test.pairs))
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
        reasons.push(format!("the mean of {dropped} of {} groups fell", comparison.groups.len()));
    }
    match reasons.is_empty() {
        true => format!("Passed: {rows} rows"),
        false => format!("Failed: of {rows} rows, {}", reasons.join(", ")),
    }
}
