//! A ranking as Markdown, for a report or a pull request.

use super::text::standing;
use super::{heading, interval, ladders, method, overall, pairs, probability, shown, systems};
use crate::ranking::Ranking;
use crate::report::markdown::escape;
use crate::rounding::signed;
use std::io::{Result, Write};

/// Writes the same tables as the text has.
///
/// # Errors
/// What the writer says.
pub fn write(ranking: &Ranking, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{}.\n", escape(&heading(ranking)))?;
    if let Some(overall) = overall(ranking) {
        writeln!(out, "{}.\n", escape(&overall))?;
    }
    table(&systems(ranking), out)?;
    if !ranking.differences.is_empty() {
        writeln!(out, "\nDifferences, {}:\n", method(ranking))?;
        table(&pairs(&shown(ranking)), out)?;
    }
    if let Some(found) = &ranking.equivalences {
        writeln!(out, "\nEquivalence, two one-sided tests, by Holm:\n")?;
        let header = ["system", "against", "difference", "90 % interval", "p", "standing"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(found.iter().map(|one| {
            vec![
                one.system.join(" "),
                one.against.join(" "),
                signed(one.difference, 3),
                interval(one.interval, |value| signed(value, 3)),
                one.p_equivalent.map_or("-".into(), probability),
                format!("{} within {}", standing(one.standing), one.margin),
            ]
        }));
        table(&rows, out)?;
    }
    if let Some(found) = &ranking.ladders {
        writeln!(out)?;
        table(&ladders::rates(found), out)?;
        writeln!(out)?;
        table(&ladders::differences(found), out)?;
    }
    for note in &ranking.notes {
        writeln!(out, "\n{}.", escape(note))?;
    }
    Ok(())
}

fn table(rows: &[Vec<String>], out: &mut impl Write) -> Result<()> {
    for (place, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
        if place == 0 {
            writeln!(out, "|---|{}", "--:|".repeat(row.len().saturating_sub(1)))?;
        }
    }
    Ok(())
}
