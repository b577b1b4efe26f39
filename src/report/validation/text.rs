//! A validation for a person to read: for each listening test a table of clips and one of conditions.

use super::differences;
use crate::report::printable;
use crate::report::text::HEADING;
use crate::rounding::fixed;
use crate::validation::{Dataset, Evaluation, MetricStatistics, Outcome, Validation};
use std::io::{Result, Write};

/// Writes the tables, and a line on how to read them.
///
/// # Errors
/// What the writer says.
pub fn write(validation: &Validation, out: &mut impl Write) -> Result<()> {
    let widths = validation.metrics.iter().map(|metric| metric.chars().count());
    let width = widths.chain(["ceiling".len()]).max().unwrap_or_default().min(200);
    for dataset in &validation.datasets {
        head(dataset, out)?;
        table(&dataset.clips, "clips", width, out)?;
        differences::table(&dataset.clips.differences, "clips", width, out)?;
        if let Some(conditions) = &dataset.conditions {
            table(conditions, "conditions", width, out)?;
            differences::table(&conditions.differences, "conditions", width, out)?;
        }
        writeln!(out)?;
    }
    if let Some(pooled) = &validation.pooled {
        differences::pooled(pooled, width, out)?;
        writeln!(out)?;
    }
    writeln!(out, "Mapped, RMSE* and outliers: after the third-order monotone mapping of P.1401.")
}

fn head(dataset: &Dataset, out: &mut impl Write) -> Result<()> {
    let name = printable(dataset.dataset.as_deref().unwrap_or("All clips"));
    write!(out, "{HEADING}{name}{HEADING:#}")?;
    if let Some(scale) = &dataset.scale {
        write!(out, ", {}", printable(scale))?;
    }
    match dataset.references_left_out {
        0 => writeln!(out),
        1 => writeln!(out, ", 1 rated reference left out"),
        count => writeln!(out, ", {count} rated references left out"),
    }
}

fn table<Subject>(
    evaluation: &Evaluation<Subject>,
    what: &str,
    width: usize,
    out: &mut impl Write,
) -> Result<()> {
    writeln!(
        out,
        "  {:width$}  {what:>10}  Pearson   95 % interval  Spearman  Kendall    RMSE  mapped   RMSE*  outliers",
        ""
    )?;
    for MetricStatistics { metric, outcome } in &evaluation.metrics {
        write!(out, "  {:width$}  ", printable(metric))?;
        match outcome {
            Outcome::Impossible { error } => writeln!(out, "{:>10}  {error}", "-")?,
            Outcome::Statistics(found) => {
                let [low, high] = found.pearson_interval;
                writeln!(
                    out,
                    "{:10}  {:>7}  {:>14}  {:>8}  {:>7}  {:>6}  {:>6}  {:>6}  {:>8}",
                    found.count,
                    fixed(found.pearson, 3),
                    format!("{} to {}", fixed(low, 3), fixed(high, 3)),
                    fixed(found.spearman, 3),
                    fixed(found.kendall, 3),
                    number(found.rmse),
                    number(found.rmse_mapped),
                    number(found.rmse_star),
                    found
                        .outlier_ratio
                        .map_or("-".into(), |share| format!("{:.0} %", 100.0 * share)),
                )?;
            }
        }
    }
    let Some(ceiling) = evaluation.ceiling else { return Ok(()) };
    writeln!(
        out,
        "  {:width$}  {:10}  {:7.3}  {:33}  {:6}  {:6.3}",
        "ceiling",
        evaluation.judged.len(),
        ceiling.pearson,
        "",
        "",
        ceiling.rmse
    )
}

fn number(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| fixed(value, 3))
}
