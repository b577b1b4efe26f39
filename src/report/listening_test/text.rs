//! A listening test for a person to read.

use crate::listening_test::{Evaluation, ScaleEvaluation};
use crate::report::printable;
use crate::report::ranking::{probability, text::table};
use crate::report::text::HEADING;
use crate::rounding::{fixed, signed};
use std::io::{Result, Write};

/// Writes the conditions, or the stimuli where none are named; the listeners who are left out; how far all agree.
///
/// # Errors
/// What the writer says.
pub fn write(evaluation: &Evaluation, out: &mut impl Write) -> Result<()> {
    for (place, scale) in evaluation.scales.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        head(evaluation, scale, out)?;
        if scale.conditions.is_empty() {
            stimuli(evaluation, scale, out)?;
        } else {
            conditions(evaluation, scale, out)?;
        }
        listeners(scale, out)?;
        agreement(scale, out)?;
        scale.notes.iter().try_for_each(|note| writeln!(out, "Note: {}.", printable(note)))?;
    }
    Ok(())
}

fn head(evaluation: &Evaluation, scale: &ScaleEvaluation, out: &mut impl Write) -> Result<()> {
    write!(out, "{HEADING}{}", evaluation.method.scale())?;
    if let Some(name) = &scale.scale {
        write!(out, ", {}", printable(name))?;
    }
    write!(out, "{HEADING:#}: {} votes", scale.votes)?;
    if !scale.listeners.is_empty() {
        let kept = scale.listeners.iter().filter(|one| one.excluded.is_empty()).count();
        write!(out, " of {kept} listeners")?;
    }
    writeln!(out, " on {} stimuli", scale.stimuli.len())
}

fn number(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| fixed(value, 2))
}

fn interval(ends: Option<(f64, f64)>) -> String {
    ends.map_or("-".into(), |(low, high)| format!("{} to {}", fixed(low, 2), fixed(high, 2)))
}

fn conditions(
    evaluation: &Evaluation,
    scale: &ScaleEvaluation,
    out: &mut impl Write,
) -> Result<()> {
    let header = [
        "condition".to_owned(),
        "items".to_owned(),
        "votes".to_owned(),
        evaluation.method.mean_name().to_owned(),
        "95 % interval".to_owned(),
        "for others".to_owned(),
        "by listeners' model".to_owned(),
        format!("more for ±{}", evaluation.half_width),
    ];
    let mut rows = vec![header.to_vec()];
    rows.extend(scale.conditions.iter().map(|one| {
        vec![
            one.condition.clone(),
            one.items.to_string(),
            one.votes.to_string(),
            number(one.mean),
            interval(one.interval),
            interval(one.general_interval),
            number(one.recovered),
            one.more_votes.map_or("-".into(), |votes| votes.to_string()),
        ]
    }));
    table(&rows, out)
}

fn stimuli(evaluation: &Evaluation, scale: &ScaleEvaluation, out: &mut impl Write) -> Result<()> {
    let header =
        ["item", "votes", evaluation.method.mean_name(), "95 % interval", "by listeners' model"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(scale.stimuli.iter().map(|one| {
        vec![
            one.item.clone(),
            one.votes.to_string(),
            number(one.mean),
            interval(one.interval),
            number(one.recovered.map(|found| found.mean)),
        ]
    }));
    table(&rows, out)
}

/// Those who are left out and why, and the least consistent of the others.
fn listeners(scale: &ScaleEvaluation, out: &mut impl Write) -> Result<()> {
    const FEW: usize = 3;
    let (out_of, mut kept): (Vec<_>, Vec<_>) =
        scale.listeners.iter().partition(|one| !one.excluded.is_empty());
    for one in &out_of {
        let (name, reasons) = (printable(&one.listener), one.excluded.join(", "));
        writeln!(out, "Left out: {name}: {}", printable(&reasons))?;
    }
    kept.retain(|one| one.inconsistency.is_some());
    kept.sort_by(|a, b| {
        b.inconsistency.partial_cmp(&a.inconsistency).unwrap_or(std::cmp::Ordering::Equal)
    });
    if kept.len() > FEW {
        let said = kept.iter().take(FEW).map(|one| {
            format!(
                "{} (bias {}, inconsistency {}, correlation {})",
                printable(&one.listener),
                one.bias.map_or("-".into(), |bias| signed(bias, 2)),
                number(one.inconsistency),
                number(one.correlation),
            )
        });
        writeln!(out, "Least consistent listeners: {}", said.collect::<Vec<_>>().join("; "))?;
    }
    Ok(())
}

fn agreement(scale: &ScaleEvaluation, out: &mut impl Write) -> Result<()> {
    if let Some(found) = scale.reliability {
        write!(
            out,
            "Agreement: ICC(2,1) {}, ICC(2,k) {} of {} votes a stimulus, ICC(3,1) {}",
            fixed(found.icc_single, 3),
            fixed(found.icc_mean, 3),
            fixed(found.votes_per_stimulus, 1),
            fixed(found.icc_consistency, 3),
        )?;
        match (found.split_half, found.split_half_corrected) {
            (Some(r), Some(all)) => {
                writeln!(out, "; split halves {}, of all {}", fixed(r, 3), fixed(all, 3))?;
            }
            _ => writeln!(out)?,
        }
    }
    let Some(analysis) = &scale.analysis else { return Ok(()) };
    if let Some(test) = analysis.test {
        writeln!(
            out,
            "Analysis of variance: conditions F({}, {}) = {}, p {}",
            test.degrees,
            fixed(test.error_degrees, 1),
            fixed(test.f, 2),
            probability(test.p)
        )?;
    }
    let said = analysis.components.iter().map(|one| {
        format!("{} {} ({})", printable(&one.factor), fixed(one.variance.sqrt(), 3), one.levels)
    });
    writeln!(out, "Standard deviations (levels): {}", said.collect::<Vec<_>>().join(", "))
}
