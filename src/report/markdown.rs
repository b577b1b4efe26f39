//! A comparison as Markdown, for a comment on a pull request.

use super::comparison::{LISTED, change, conclusion};
use crate::results::Comparison;
use std::io::{self, Write};

/// Rows that are listed for each verdict, so that the comment stays readable.
const LISTED_ROWS: usize = 20;

/// Writes the conclusion, the groups as a table, and the rows that changed.
///
/// # Errors
/// What the writer says.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let mark = if comparison.passed { "✅" } else { "❌" };
    writeln!(out, "### {mark} Listening quality\n\n{}\n", conclusion(comparison))?;
    writeln!(out, "| group | rows | change of MOS-LQO | |\n|---|--:|---|---|")?;
    for group in &comparison.groups {
        let change = change(group).unwrap_or_else(|| "no row was scored in both".to_owned());
        let verdict = if group.dropped { "fell" } else { "" };
        writeln!(out, "| {} | {} | {change} | {verdict} |", escape(&group.name), group.rows.len())?;
    }
    for (verdict, heading) in LISTED {
        let count = comparison.rows(verdict).count();
        if count == 0 {
            continue;
        }
        writeln!(out, "\n**{heading}: {count}**\n")?;
        for (_, row) in comparison.rows(verdict).take(LISTED_ROWS) {
            writeln!(out, "- {}: {}", escape(&row.key), escape(&row.message))?;
        }
        if count > LISTED_ROWS {
            writeln!(out, "- and {} more", count - LISTED_ROWS)?;
        }
    }
    Ok(())
}

/// File names hold characters that Markdown would take for its own.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\`*_[]<>|#~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(if character.is_control() { ' ' } else { character });
    }
    escaped
}
