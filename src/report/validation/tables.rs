//! A validation as tables in CSV, TSV, JSON Lines or Parquet: the scores of the clips, and the statistics.

use crate::table::{self, Cells, Column, Format, Kind};
use crate::validation::{Dataset, Evaluation, MetricStatistics, Outcome, Validation};
use serde_json::Value;
use std::fs::File;
use std::io::Result;

/// Writes a row a clip: what the ratings say, and a column a metric. `basilar validate --scores` reads it again.
///
/// # Errors
/// What the operating system says.
pub fn clips(validation: &Validation, file: File, format: Format) -> Result<()> {
    let text = ["dataset", "reference", "degraded", "condition"].map(|name| (name, Kind::Text));
    let votes =
        [("score", Kind::Number), ("standard_error", Kind::Number), ("votes", Kind::Integer)];
    let metrics = validation.metrics.iter().map(|metric| (metric.as_str(), Kind::Number));
    let columns: Vec<_> = text.into_iter().chain(votes).chain(metrics).collect();
    let rows = validation.datasets.iter().flat_map(|dataset| {
        dataset.clips.judged.iter().map(|clip| {
            let (subject, opinion) = (&clip.subject, &clip.opinion);
            let cells: [(&str, Value); 7] = [
                ("dataset", dataset.dataset.clone().into()),
                ("reference", subject.reference.clone().into()),
                ("degraded", subject.degraded.clone().into()),
                ("condition", subject.condition.clone().into()),
                ("score", opinion.score.into()),
                ("standard_error", opinion.standard_error.into()),
                ("votes", opinion.votes.into()),
            ];
            cells
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .chain(clip.scores.clone())
                .collect()
        })
    });
    write(file, format, &columns, rows)
}

/// The columns of the statistics.
const STATISTICS: [(&str, Kind); 24] = [
    ("dataset", Kind::Text),
    ("per", Kind::Text),
    ("metric", Kind::Text),
    ("count", Kind::Integer),
    ("pearson", Kind::Number),
    ("pearson_low", Kind::Number),
    ("pearson_high", Kind::Number),
    ("spearman", Kind::Number),
    ("spearman_low", Kind::Number),
    ("spearman_high", Kind::Number),
    ("kendall", Kind::Number),
    ("kendall_low", Kind::Number),
    ("kendall_high", Kind::Number),
    ("rmse", Kind::Number),
    ("rmse_mapped", Kind::Number),
    ("rmse_star", Kind::Number),
    ("outlier_ratio", Kind::Number),
    ("ceiling_pearson", Kind::Number),
    ("ceiling_rmse", Kind::Number),
    ("mapping_0", Kind::Number),
    ("mapping_1", Kind::Number),
    ("mapping_2", Kind::Number),
    ("mapping_3", Kind::Number),
    ("error", Kind::Text),
];

/// Writes a row a metric, for the clips and for the conditions of each listening test.
///
/// # Errors
/// What the operating system says.
pub fn statistics(validation: &Validation, file: File, format: Format) -> Result<()> {
    let rows = validation.datasets.iter().flat_map(|dataset| {
        let conditions = dataset.conditions.as_ref();
        let of_conditions = conditions.map(|all| evaluation(dataset, "condition", all));
        evaluation(dataset, "clip", &dataset.clips)
            .into_iter()
            .chain(of_conditions.into_iter().flatten())
    });
    write(file, format, &STATISTICS, rows)
}

fn evaluation<Subject>(
    dataset: &Dataset,
    per: &str,
    evaluation: &Evaluation<Subject>,
) -> Vec<Cells> {
    let row = |MetricStatistics { metric, outcome }: &MetricStatistics| {
        let mut cells = Cells::new();
        let mut set = |name: &str, value: Value| cells.insert(name.to_owned(), value);
        set("dataset", dataset.dataset.clone().into());
        set("per", per.into());
        set("metric", metric.clone().into());
        set("ceiling_pearson", evaluation.ceiling.map(|ceiling| ceiling.pearson).into());
        set("ceiling_rmse", evaluation.ceiling.map(|ceiling| ceiling.rmse).into());
        match outcome {
            Outcome::Impossible { error } => {
                set("error", error.clone().into());
            }
            Outcome::Statistics(found) => {
                set("count", found.count.into());
                for (name, correlation, [low, high]) in [
                    ("pearson", found.pearson, found.pearson_interval),
                    ("spearman", found.spearman, found.spearman_interval),
                    ("kendall", found.kendall, found.kendall_interval),
                ] {
                    set(name, correlation.into());
                    set(&format!("{name}_low"), low.into());
                    set(&format!("{name}_high"), high.into());
                }
                set("rmse", found.rmse.into());
                set("rmse_mapped", found.rmse_mapped.into());
                set("rmse_star", found.rmse_star.into());
                set("outlier_ratio", found.outlier_ratio.into());
                for (power, factor) in found.mapping.coefficients.into_iter().enumerate() {
                    set(&format!("mapping_{power}"), factor.into());
                }
            }
        }
        cells
    };
    evaluation.metrics.iter().map(row).collect()
}

fn write(
    file: File,
    format: Format,
    columns: &[(&str, Kind)],
    rows: impl Iterator<Item = Cells>,
) -> Result<()> {
    let column = |&(name, kind): &(&str, Kind)| Column { name: name.to_owned(), kind };
    let columns: Vec<Column> = columns.iter().map(column).collect();
    let mut writer = table::write(file, format, &columns)?;
    for row in rows {
        writer.write(&row)?;
    }
    writer.finish()
}
