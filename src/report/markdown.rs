//! A comparison as Markdown, for a comment on a pull request.

use super::comparison::{LISTED, change, conclusion, mark, warned};
use super::printable;
use crate::error::Error;
use crate::results::Comparison;
use std::io::{self, Write};

/// Rows that are listed for each verdict, so that the comment stays readable.
const LISTED_ROWS: usize = 20;

/// Writes the conclusion, the groups as a table, and the rows that changed; where nothing could be compared, why.
///
/// # Errors
/// What the writer says.
pub fn write(compared: Result<&Comparison, &Error>, out: &mut dyn Write) -> io::Result<()> {
    let comparison = match compared {
        Ok(comparison) => comparison,
        Err(error) => {
            let reason = escape(&error.to_string());
            return writeln!(out, "### ❌ Listening quality\n\nNot compared: {reason}");
        }
    };
    let sign = if comparison.passed { "✅" } else { "❌" };
    writeln!(out, "### {sign} Listening quality\n\n{}\n", conclusion(comparison))?;
    writeln!(out, "| group | rows | change of MOS-LQO | |\n|---|--:|---|---|")?;
    for group in &comparison.groups {
        let change = change(group).unwrap_or_else(|| "no row was scored in both".to_owned());
        let rows = group.rows.len();
        writeln!(out, "| {} | {rows} | {change} | {} |", escape(&group.name), mark(group))?;
    }
    for (verdict, heading) in LISTED {
        let rows = comparison.rows(verdict).map(|(_, row)| (&*row.key, &*row.message));
        list(out, heading, &rows.collect::<Vec<_>>())?;
    }
    list(out, "Warnings", &warned(comparison))?;
    if !comparison.notes.is_empty() {
        writeln!(out)?;
    }
    comparison.notes.iter().try_for_each(|note| writeln!(out, "> {}", escape(note)))
}

fn list(out: &mut dyn Write, heading: &str, rows: &[(&str, &str)]) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n**{heading}: {}**\n", rows.len())?;
    for (key, message) in rows.iter().take(LISTED_ROWS) {
        writeln!(out, "- {}: {}", escape(key), escape(message))?;
    }
    match rows.len().checked_sub(LISTED_ROWS) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "- and {more} more"),
    }
}

/// A text that may hold anything, where it is nothing but text: file names hold characters that Markdown would take for
/// its own, and a comment may call people and link to places.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let text = printable(text);
    for (at, character) in text.char_indices() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            // A name behind it would be called, escaped or not.
            '@' => escaped.push_str("@<!-- -->"),
            ':' if text[at..].starts_with("://") => escaped.push_str(":<!-- -->"),
            character => {
                if "\\`*_[]>|#~!$".contains(character) {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
    }
    escaped
}
