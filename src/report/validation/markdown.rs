//! A validation as one Markdown table, for a README: a row a metric, a column a listening test.

use crate::report::markdown::escape;
use crate::rounding::fixed;
use crate::validation::Validation;
use std::io::{Result, Write};

/// Writes Pearson and Spearman correlation of each metric, clip by clip, and its root mean square error
/// without any mapping where it has one; the ceilings in the last row.
///
/// # Errors
/// What the writer says.
pub fn write(validation: &Validation, out: &mut dyn Write) -> Result<()> {
    write!(out, "| Pearson / Spearman / RMSE |")?;
    for dataset in &validation.datasets {
        let name = dataset.dataset.as_deref().unwrap_or("all");
        write!(out, " {}, {} clips |", escape(name), dataset.clips.judged.len())?;
    }
    writeln!(out, "\n|---|{}", "---|".repeat(validation.datasets.len()))?;
    for (place, metric) in validation.metrics.iter().enumerate() {
        write!(out, "| {} |", escape(metric))?;
        for dataset in &validation.datasets {
            match dataset.clips.metrics[place].outcome.statistics() {
                Some(found) => {
                    let rmse = found.rmse.map_or(String::new(), |rmse| format!(" / {rmse:.3}"));
                    let correlations = [found.pearson, found.spearman].map(|value| fixed(value, 3));
                    write!(out, " {}{rmse} |", correlations.join(" / "))?;
                }
                None => write!(out, " – |")?,
            }
        }
        writeln!(out)?;
    }
    write!(out, "| ceiling set by the votes' own noise (Pearson) |")?;
    for dataset in &validation.datasets {
        match dataset.clips.ceiling {
            Some(ceiling) => write!(out, " {:.3} |", ceiling.pearson)?,
            None => write!(out, " – |")?,
        }
    }
    writeln!(out)
}
