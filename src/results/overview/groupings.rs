//! Every way to group a table that says something: by one column, and by a column and a number beside it.

use super::columns::{MOST_GROUPS, OverviewColumn};
use crate::results::rows::Row;
use crate::results::summarize::{Cell, Gathered, GroupSummary};
use crate::table::text;
use std::collections::{BTreeMap, BTreeSet};

/// The most pairs of columns that are offered.
const MOST_PAIRS: usize = 12;

/// What most tables are asked by, first.
const PREFERRED: [&str; 5] = ["codec", "device", "site", "condition", "firmware"];
/// What is seldom asked for first.
const LAST: [&str; 9] = [
    "reference",
    "talker",
    "model",
    "model_version",
    "band",
    "quality",
    "channel",
    "part",
    "scale",
];

/// Rows grouped by the cells of some columns.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Groups {
    /// The columns; the model is one more where scores are of several.
    pub columns: Vec<String>,
    /// Whether the last column holds numbers, so that groups lie on an axis.
    pub on_axis: bool,
    /// The groups, sorted by their cells.
    pub groups: Vec<Group>,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// Its rows, mean, interval and bands.
    pub summary: GroupSummary,
    /// How many rows have each main cause, the most frequent first.
    pub causes: Vec<(String, usize)>,
}

/// How rows are grouped.
pub(super) struct Grouper<'a> {
    pub rows: &'a [Row],
    pub talker: &'a str,
    /// Whether scores of several models are kept apart.
    pub by_model: bool,
}

impl Grouper<'_> {
    /// What was asked for or suits best first, then every other way.
    pub fn all(&self, asked: &[String], columns: &[OverviewColumn]) -> Vec<Groups> {
        let mut ways: Vec<Vec<&OverviewColumn>> = Vec::new();
        let asked: Vec<&OverviewColumn> = asked
            .iter()
            .filter_map(|name| columns.iter().find(|column| column.name == *name))
            .collect();
        if !asked.is_empty() {
            ways.push(asked);
        }
        let mut single: Vec<&OverviewColumn> =
            columns.iter().filter(|column| column.groups).collect();
        single.sort_by_key(|column| preference(&column.name));
        let pairs = single.iter().filter(|column| !column.is_number).flat_map(|column| {
            let axes = single.iter().filter(|axis| axis.is_number);
            axes.map(|axis| vec![*column, *axis])
        });
        let pairs: Vec<_> = pairs.filter(|pair| self.are_few(pair)).take(MOST_PAIRS).collect();
        for way in single.into_iter().map(|column| vec![column]).chain(pairs) {
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways.into_iter().map(|way| self.groups(&way)).collect()
    }

    /// Whether two columns make groups, and not too many: a number that another column does not know is no axis.
    fn are_few(&self, columns: &[&OverviewColumn]) -> bool {
        let cells = |row: &Row| columns.iter().map(|c| text(row.cells.get(&c.name))).collect();
        let known: BTreeSet<Vec<String>> = self.rows.iter().map(cells).collect();
        let first: BTreeSet<&String> = known.iter().filter_map(|cells| cells.first()).collect();
        known.len() > first.len() && known.len() <= MOST_GROUPS
    }

    /// The rows by the cells of these columns.
    pub fn groups(&self, columns: &[&OverviewColumn]) -> Groups {
        let mut groups: BTreeMap<Vec<Cell>, (Gathered, BTreeMap<String, usize>)> = BTreeMap::new();
        for row in self.rows {
            let mut cells: Vec<Cell> =
                columns.iter().map(|column| Cell(text(row.cells.get(&column.name)))).collect();
            if self.by_model {
                cells.insert(0, Cell(row.model.trim().to_owned()));
            }
            let (gathered, causes) = groups.entry(cells).or_default();
            gathered.rows += 1;
            let Some(score) = row.mos_lqo else { continue };
            gathered.gather(score, &text(row.cells.get(self.talker)), String::new(), 0);
            if let Some(cause) = super::main_cause(&row.cells) {
                *causes.entry(cause).or_default() += 1;
            }
        }
        let groups = groups.into_iter().map(|(cells, (gathered, causes))| {
            let mut causes: Vec<(String, usize)> = causes.into_iter().collect();
            causes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            Group { summary: gathered.summary(cells), causes }
        });
        let model = self.by_model.then(|| "model".to_owned());
        Groups {
            groups: groups.collect(),
            columns: model.into_iter().chain(columns.iter().map(|c| c.name.clone())).collect(),
            on_axis: columns.last().is_some_and(|column| column.is_number),
        }
    }
}

fn preference(name: &str) -> usize {
    let place = |names: &[&str]| names.iter().position(|other| *other == name);
    let first = place(&PREFERRED);
    first.unwrap_or_else(|| PREFERRED.len() + place(&LAST).map_or(0, |place| place + 1))
}
