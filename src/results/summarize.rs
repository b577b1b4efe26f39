//! Results group by group: the mean and how sure it is, the service bands, the worst files.

use super::rows::{Keys, read};
use super::talkers::{Over, OverTalkers};
use crate::error::{Error, Result};
use crate::service_band::ServiceBand;
use crate::statistics::Mean;
use crate::table::text;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// How results are grouped.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// The columns whose cells make a group; without any, all rows are one.
    pub group_by: Vec<String>,
    /// The column that names who speaks.
    pub talker: String,
    /// How many of the worst files are named.
    pub worst: usize,
}

/// Results group by group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summaries {
    /// Name and version of this form.
    pub schema: &'static str,
    /// The columns that make a group.
    pub group_by: Vec<String>,
    /// The groups, sorted by their cells, numbers as numbers.
    pub groups: Vec<GroupSummary>,
}

/// The results of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupSummary {
    /// Its cells in the columns that make a group.
    pub group: Vec<String>,
    /// Its rows.
    pub rows: usize,
    /// How many of them could not be scored.
    pub failed: usize,
    /// MOS-LQO; `None` where no row was scored.
    pub mos_lqo: Option<Mean>,
    /// What the mean and its interval are taken over.
    pub over: Over,
    /// How many talkers there are; 0 where none are named.
    pub talkers: usize,
    /// The lowest score.
    pub min: Option<f64>,
    /// Rows in each service band.
    pub bands: Bands,
    /// The lowest scores, lowest first.
    pub worst: Vec<Worst>,
}

/// How many rows are in each service band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Bands {
    /// Below 3.0.
    pub bad: usize,
    /// 3.0 and above.
    pub poor: usize,
    /// 3.5 and above.
    pub fair: usize,
    /// 4.0 and above.
    pub good: usize,
    /// 4.5 and above.
    pub excellent: usize,
}

impl Bands {
    fn count(&mut self, mos_lqo: f64) {
        *match ServiceBand::of(mos_lqo) {
            ServiceBand::Bad => &mut self.bad,
            ServiceBand::Poor => &mut self.poor,
            ServiceBand::Fair => &mut self.fair,
            ServiceBand::Good => &mut self.good,
            ServiceBand::Excellent => &mut self.excellent,
        } += 1;
    }
}

/// A file with a low score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Worst {
    /// Its MOS-LQO.
    pub mos_lqo: f64,
    /// The degraded recording.
    pub degraded: String,
}

/// What is gathered of a group.
#[derive(Default)]
pub(super) struct Gathered {
    pub rows: usize,
    model: Option<String>,
    scores: OverTalkers,
    bands: Bands,
    worst: Vec<Worst>,
}

impl Summaries {
    /// Summarizes a table of results.
    ///
    /// # Errors
    /// A table that cannot be read or lacks a column.
    pub fn of(results: &Path, grouping: &Grouping) -> Result<Self> {
        let mut groups: BTreeMap<Vec<Cell>, Gathered> = BTreeMap::new();
        let keys = Keys { key: &[], group_by: &grouping.group_by };
        for row in read(results, &keys)? {
            let row = row?;
            let cells = grouping.group_by.iter().map(|column| text(row.cells.get(column)));
            let group = groups.entry(cells.map(Cell).collect()).or_default();
            group.rows += 1;
            if let Some(mos_lqo) = row.mos_lqo {
                if group.model.get_or_insert_with(|| row.model.clone()) != &row.model {
                    return Err(Error::DifferentModels {
                        name: results.display().to_string(),
                        reason: format!(
                            "the rows of one group were scored by different models, {} among them; add model to --group-by, or model_version",
                            row.model
                        ),
                    });
                }
                let talker = text(row.cells.get(&grouping.talker));
                group.gather(mos_lqo, &talker, text(row.cells.get("degraded")), grouping.worst);
            }
        }
        let groups = groups.into_iter().map(|(cells, gathered)| gathered.summary(cells)).collect();
        let group_by = grouping.group_by.clone();
        Ok(Self { schema: "basilar-summary/1", group_by, groups })
    }
}

impl Gathered {
    pub fn gather(&mut self, mos_lqo: f64, talker: &str, degraded: String, worst: usize) {
        self.scores.insert(mos_lqo, talker);
        self.bands.count(mos_lqo);
        let place = self.worst.partition_point(|other| other.mos_lqo <= mos_lqo);
        if place < worst {
            self.worst.insert(place, Worst { mos_lqo, degraded });
            self.worst.truncate(worst);
        }
    }

    pub fn summary(self, cells: Vec<Cell>) -> GroupSummary {
        let (over, values) = self.scores.values();
        GroupSummary {
            group: cells.into_iter().map(|cell| cell.0).collect(),
            rows: self.rows,
            failed: self.rows - self.scores.rows().len(),
            mos_lqo: Mean::of(&values).map(Mean::on_the_mos_scale),
            over,
            talkers: self.scores.talkers(),
            min: self.scores.rows().iter().copied().reduce(f64::min),
            bands: self.bands,
            worst: self.worst,
        }
    }
}

/// A cell that is sorted as a number where it is one: 8 kbit/s before 12.
#[derive(Debug)]
pub(super) struct Cell(pub String);

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let number = |cell: &Self| cell.0.parse::<f64>().ok();
        match (number(self), number(other)) {
            (Some(a), Some(b)) => a.total_cmp(&b).then_with(|| self.0.cmp(&other.0)),
            (a, b) => b.is_some().cmp(&a.is_some()).then_with(|| self.0.cmp(&other.0)),
        }
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cell {}
