//! A ranking for a person to read.

use super::{heading, interval, ladders, method, overall, pairs, probability, shown, systems};
use crate::ranking::{Ranking, Standing};
use crate::report::printable;
use crate::report::text::HEADING;
use crate::rounding::{fixed, signed};
use std::io::{Result, Write};

/// Writes the systems, the differences, and what else was asked.
///
/// # Errors
/// What the writer says.
pub fn write(ranking: &Ranking, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}", heading(ranking))?;
    if let Some(overall) = overall(ranking) {
        writeln!(out, "{overall}")?;
    }
    writeln!(out)?;
    table(&systems(ranking), out)?;
    if ranking.systems.iter().any(|system| !system.letters.is_empty()) {
        writeln!(out, "Systems that share a letter do not differ significantly.")?;
    }
    differences(ranking, out)?;
    equivalences(ranking, out)?;
    if let Some(found) = &ranking.ladders {
        writeln!(out, "\n{HEADING}Bit-rate at equal quality{HEADING:#}")?;
        table(&ladders::rates(found), out)?;
        if !found.differences.is_empty() {
            writeln!(out, "\n{HEADING}Bit-rate and quality of ladders (Bjøntegaard){HEADING:#}")?;
            table(&ladders::differences(found), out)?;
        }
    }
    if !ranking.components.is_empty() {
        let said = ranking.components.iter().map(|component| {
            format!("{} {}", printable(&component.factor), fixed(component.variance.sqrt(), 3))
        });
        writeln!(out, "\nStandard deviations: {}.", said.collect::<Vec<_>>().join(", "))?;
    }
    ranking.notes.iter().try_for_each(|note| writeln!(out, "Note: {}.", printable(note)))
}

fn differences(ranking: &Ranking, out: &mut impl Write) -> Result<()> {
    if ranking.differences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{HEADING}Differences{HEADING:#}, {}", method(ranking))?;
    let shown = shown(ranking);
    table(&pairs(&shown), out)?;
    match ranking.differences.len() - shown.len() {
        0 => Ok(()),
        rest => writeln!(
            out,
            "Neighbours only; {rest} more pairs are in --format json and --differences FILE."
        ),
    }
}

fn equivalences(ranking: &Ranking, out: &mut impl Write) -> Result<()> {
    let Some(found) = &ranking.equivalences else { return Ok(()) };
    let margin = found.first().map_or(0.0, |one| one.margin);
    writeln!(
        out,
        "\n{HEADING}Equivalence within {margin}{HEADING:#}, two one-sided tests, by Holm"
    )?;
    let header =
        ["system", "against", "difference", "90 % interval", "p no worse", "p equivalent", ""];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(|one| {
        vec![
            one.system.join(" "),
            one.against.join(" "),
            signed(one.difference, 3),
            interval(one.interval, |value| signed(value, 3)),
            one.p_no_worse.map_or("-".into(), probability),
            one.p_equivalent.map_or("-".into(), probability),
            standing(one.standing).to_owned(),
        ]
    }));
    table(&rows, out)
}

/// A standing in words.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Equivalent => "equivalent",
        Standing::NoWorse => "no worse",
        Standing::Worse => "worse",
        Standing::Undecided => "undecided",
    }
}

/// Columns side by side, the first from the left and the others from the right.
pub(in crate::report) fn table(rows: &[Vec<String>], out: &mut impl Write) -> Result<()> {
    /// A column is no wider, however long a cell is.
    const WIDEST: usize = 200;
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let widths = rows.iter().map(|row| printable(&row[column]).chars().count());
        widths.max().unwrap_or_default().min(WIDEST)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cell = |(place, (cell, &width)): (usize, (&String, &usize))| {
            let cell = printable(cell);
            if place == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        let cells: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
        writeln!(out, "  {}", cells.join("  ").trim_end())?;
    }
    Ok(())
}
