//! The page of a table of results: what it comes to, by any column and over time, what changed, and every row.

use super::pair::RecordingFile;
use super::rows::Table;
use super::shell::{self, Shell};
use crate::report::comparison;
use crate::results::{
    Bands, Comparison, Course, Group, GroupComparison, Groups, Over, Overview, RowComparison,
    Verdict, main_cause,
};
use crate::rounding::rounded;
use crate::service_band::ServiceBand;
use crate::statistics::Mean;
use askama::Template;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// More rows that changed are listed in the table only.
const LISTED_CHANGES: usize = 100;

/// What the page of a table of results is made from.
#[derive(Debug)]
pub struct ResultsPage<'a> {
    /// The results, seen as a whole.
    pub overview: &'a Overview,
    /// Their file.
    pub results: &'a RecordingFile,
    /// The baseline's file, where there is one.
    pub baseline: Option<&'a RecordingFile>,
    /// The pages of pairs by the row's place in the table, as addresses relative to this page.
    pub pages: &'a HashMap<usize, String>,
    /// The options of the program that matter to what is shown, such as `--max-drop 0.2`.
    pub options: &'a str,
}

impl ResultsPage<'_> {
    /// The page as HTML: the same bytes for the same input.
    pub fn html(&self) -> String {
        Content::of(self).render().expect("the template writes into memory")
    }
}

#[derive(Template)]
#[template(path = "results.html")]
struct Content {
    shell: &'static Shell,
    file: RecordingFile,
    baseline: Option<RecordingFile>,
    scale: &'static str,
    rows: usize,
    failed: usize,
    models: Vec<String>,
    whole: Vec<Whole>,
    cause: Option<String>,
    has_causes: bool,
    changes: Option<Changes>,
    has_groups: bool,
    course: Option<String>,
    options: String,
    data: String,
}

/// The figures of all rows of one model.
struct Whole {
    model: String,
    mean: String,
    band: String,
    interval: String,
    min: String,
    bands: Vec<BandCount>,
}

/// How many rows are in a service band.
struct BandCount {
    band: String,
    limit: String,
    rows: usize,
    share: String,
}

/// What changed against the baseline.
struct Changes {
    conclusion: String,
    counts: Vec<(usize, &'static str)>,
    groups: Vec<GroupChange>,
    causes: String,
    listed: Vec<Change>,
    more: usize,
}

struct GroupChange {
    name: String,
    change: String,
    verdict: &'static str,
}

struct Change {
    verdict: &'static str,
    key: String,
    message: String,
}

/// What the script draws and lists.
#[derive(Serialize)]
struct Data<'a> {
    score: &'a str,
    scale: &'a str,
    table: Table<'a>,
    distribution: &'a [usize],
    baseline_distribution: Option<&'a [usize]>,
    groupings: Vec<DrawnGroups<'a>>,
    course: Option<DrawnCourse<'a>>,
}

#[derive(Serialize)]
struct DrawnGroups<'a> {
    columns: &'a [String],
    on_axis: bool,
    groups: Vec<DrawnGroup<'a>>,
}

#[derive(Serialize)]
struct DrawnGroup<'a> {
    cells: &'a [String],
    rows: usize,
    failed: usize,
    mean: Option<f64>,
    interval: Option<(f64, f64)>,
    min: Option<f64>,
    over: Over,
    talkers: usize,
    bands: Bands,
    causes: &'a [(String, usize)],
}

#[derive(Serialize)]
struct DrawnCourse<'a> {
    column: &'a str,
    start_s: Vec<i64>,
    rows: Vec<usize>,
    mean: Vec<Option<f64>>,
    interval: Vec<Option<(f64, f64)>>,
}

impl Content {
    fn of(page: &ResultsPage<'_>) -> Self {
        let overview = page.overview;
        let scale = if overview.score_column == "mos" { "MOS (estimate)" } else { "MOS-LQO" };
        let data = Data {
            score: overview.score_column,
            scale,
            table: Table::of(overview, page.pages),
            distribution: &overview.distribution,
            baseline_distribution: overview.baseline_distribution.as_deref(),
            groupings: overview.groupings.iter().map(DrawnGroups::of).collect(),
            course: overview.course.as_ref().map(DrawnCourse::of),
        };
        let scored = overview.scores.iter().flatten().count();
        let whole = overview.whole.groups.iter().filter(|group| group.summary.mos_lqo.is_some());
        let whole: Vec<Whole> = whole.map(|group| Whole::of(group, &overview.models)).collect();
        let causes = overview.whole.groups.iter().flat_map(|group| &group.causes);
        Self {
            shell: &shell::RESULTS,
            file: page.results.clone(),
            baseline: page.baseline.cloned(),
            scale,
            rows: overview.rows.len(),
            failed: overview.rows.len() - scored,
            models: overview.models.clone(),
            cause: most_frequent(causes, scored),
            has_causes: overview.columns.iter().any(|column| column.name == "main_cause"),
            changes: overview
                .changes
                .as_ref()
                .map(|changes| Changes::of(changes, overview.group_changes.as_ref(), overview)),
            has_groups: !overview.groupings.is_empty(),
            course: overview.course.as_ref().map(course_words),
            options: page.options.to_owned(),
            data: shell::embedded(&data).expect("numbers and text make JSON"),
            whole,
        }
    }
}

fn course_words(course: &Course) -> String {
    format!("By {}: the mean of each {}, with its 95 % interval.", course.column, course.each)
}

/// The most frequent main cause of all rows, in words.
fn most_frequent<'a>(
    causes: impl Iterator<Item = &'a (String, usize)>,
    scored: usize,
) -> Option<String> {
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    causes.for_each(|(cause, count)| *sums.entry(cause).or_default() += count);
    // Of those that are equally frequent the first by name.
    let (cause, count) = sums.into_iter().rev().max_by_key(|cause| cause.1)?;
    Some(format!("{}, in {count} of {scored}", spoken(cause)))
}

/// The name of a kind as a person writes it.
fn spoken(kind: &str) -> String {
    kind.replace('_', " ")
}

impl Whole {
    fn of(group: &Group, models: &[String]) -> Self {
        let summary = &group.summary;
        let mean = summary.mos_lqo.map_or(f64::NAN, |mean| mean.mean);
        let model = summary.group.first().or(models.first()).cloned().unwrap_or_default();
        let over = match summary.over {
            Over::Talkers => format!("over {} talkers", summary.talkers),
            Over::Rows => format!("over {} rows", summary.rows - summary.failed),
        };
        let interval = summary.mos_lqo.and_then(|mean| mean.interval);
        let interval = interval
            .map_or(String::new(), |(low, high)| format!("95 % interval {low:.2} to {high:.2} "));
        Self {
            model,
            mean: format!("{mean:.2}"),
            band: ServiceBand::of(mean).to_string(),
            interval: format!("{interval}{over}"),
            min: summary.min.map_or(String::new(), |min| format!("{min:.2}")),
            bands: bands(summary.bands, summary.rows - summary.failed),
        }
    }
}

fn bands(counts: Bands, scored: usize) -> Vec<BandCount> {
    let rows = |band: ServiceBand| match band {
        ServiceBand::Bad => counts.bad,
        ServiceBand::Poor => counts.poor,
        ServiceBand::Fair => counts.fair,
        ServiceBand::Good => counts.good,
        ServiceBand::Excellent => counts.excellent,
    };
    let count = |band: &ServiceBand| BandCount {
        band: band.to_string(),
        limit: band.limit(),
        rows: rows(*band),
        share: format!("{:.0} %", 100.0 * rows(*band) as f64 / scored.max(1) as f64),
    };
    ServiceBand::ALL.iter().rev().map(count).collect()
}

impl Changes {
    fn of(changes: &Comparison, groups: Option<&Comparison>, overview: &Overview) -> Self {
        let counts = comparison::LISTED.iter();
        let counts = counts.map(|(verdict, heading)| (changes.rows(*verdict).count(), *heading));
        let changed = comparison::LISTED.iter().flat_map(|(verdict, heading)| {
            let mut rows: Vec<_> = changes.rows(*verdict).map(|(_, row)| row).collect();
            // The largest change first.
            let size = |row: &RowComparison| {
                row.result.zip(row.baseline).map_or(0.0, |(a, b)| (a - b).abs())
            };
            rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
            rows.into_iter().map(|row| Change {
                verdict: heading,
                key: row.key.clone(),
                message: row.message.clone(),
            })
        });
        let mut listed: Vec<Change> = changed.collect();
        let more = listed.len().saturating_sub(LISTED_CHANGES);
        listed.truncate(LISTED_CHANGES);
        let groups = groups.unwrap_or(changes);
        let group = |group: &GroupComparison| {
            Some(GroupChange {
                name: group.name.clone(),
                change: comparison::change(group)?,
                verdict: if group.dropped { "fell" } else { "" },
            })
        };
        Self {
            conclusion: comparison::conclusion(groups),
            counts: counts.filter(|(count, _)| *count > 0).collect(),
            groups: groups.groups.iter().filter_map(group).collect(),
            causes: causes_of_drops(changes, overview),
            listed,
            more,
        }
    }
}

/// The main causes of the rows that dropped, in one line.
fn causes_of_drops(changes: &Comparison, overview: &Overview) -> String {
    let rows = changes.groups.iter().flat_map(|group| &group.rows);
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    for (cells, row) in overview.rows.iter().zip(rows) {
        if row.verdict == Verdict::Dropped
            && let Some(cause) = main_cause(cells)
        {
            *causes.entry(cause).or_default() += 1;
        }
    }
    let mut causes: Vec<(String, usize)> = causes.into_iter().collect();
    causes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let words = causes.iter().map(|(cause, count)| format!("{} {count}", spoken(cause)));
    words.collect::<Vec<_>>().join(", ")
}

impl<'a> DrawnGroups<'a> {
    fn of(groups: &'a Groups) -> Self {
        Self {
            columns: &groups.columns,
            on_axis: groups.on_axis,
            groups: groups.groups.iter().map(DrawnGroup::of).collect(),
        }
    }
}

impl<'a> DrawnGroup<'a> {
    fn of(Group { summary, causes, .. }: &'a Group) -> Self {
        Self {
            cells: &summary.group,
            rows: summary.rows,
            failed: summary.failed,
            mean: summary.mos_lqo.map(|mean| rounded(mean.mean, 4)),
            interval: summary.mos_lqo.and_then(ends),
            min: summary.min,
            over: summary.over,
            talkers: summary.talkers,
            bands: summary.bands,
            causes,
        }
    }
}

/// The ends of a mean's interval, rounded as the mean is.
fn ends(mean: Mean) -> Option<(f64, f64)> {
    mean.interval.map(|(low, high)| (rounded(low, 4), rounded(high, 4)))
}

impl<'a> DrawnCourse<'a> {
    fn of(course: &'a Course) -> Self {
        let intervals = &course.intervals;
        Self {
            column: &course.column,
            start_s: intervals.iter().map(|interval| interval.start_s).collect(),
            rows: intervals.iter().map(|interval| interval.rows).collect(),
            mean: intervals
                .iter()
                .map(|interval| interval.mos_lqo.map(|mean| rounded(mean.mean, 4)))
                .collect(),
            interval: intervals.iter().map(|interval| interval.mos_lqo.and_then(ends)).collect(),
        }
    }
}
