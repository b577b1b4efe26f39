//! The ratings by listening test, clip by clip and condition by condition.

use super::ceiling::Ceiling;
use super::differences::{self, Difference};
use super::opinion::Opinion;
use super::ratings::Rating;
use super::statistics::{self, Outcome, is_mos};
use crate::statistics::mean;
use crate::table::{Cells, number};
use regex_lite::Regex;
use serde::Serialize;

/// One listening test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Dataset {
    /// Its name, where the ratings give one.
    pub dataset: Option<String>,
    /// The scale of its votes, as the ratings call it.
    pub scale: Option<String>,
    /// Whether its votes are on the scale of MOS-LQO, 1 to 5.
    #[serde(skip)]
    pub on_mos: bool,
    /// Rated references that were left out, because comparing a file with itself proves nothing.
    pub references_left_out: usize,
    /// Clip by clip.
    pub clips: Evaluation<Clip>,
    /// Condition by condition; where the ratings name them.
    pub conditions: Option<Evaluation<Condition>>,
}

/// Votes, scores, and how well these follow those.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evaluation<Subject> {
    /// What was judged, in the order of the ratings.
    pub judged: Vec<Judged<Subject>>,
    /// What the best metric could reach; where every standard error is known.
    pub ceiling: Option<Ceiling>,
    /// The statistics of each metric.
    pub metrics: Vec<MetricStatistics>,
    /// Whether metrics differ, every pair of those that have statistics.
    pub differences: Vec<Difference>,
}

/// The votes and the scores of a clip or a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Judged<Subject> {
    /// What it is.
    #[serde(flatten)]
    pub subject: Subject,
    /// What people said.
    #[serde(flatten)]
    pub opinion: Opinion,
    /// What the metrics said, by their names; without those that gave no score.
    pub scores: Cells,
}

/// A rated pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Clip {
    /// The reference, as the ratings name it.
    pub reference: String,
    /// The degraded recording, as the ratings name it.
    pub degraded: String,
    /// How it was degraded.
    pub condition: Option<String>,
}

/// The clips that were degraded alike: a metric's score is the mean of theirs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Condition {
    /// How they were degraded.
    pub condition: String,
    /// How many there are.
    pub clips: usize,
}

/// A metric by name, and how well it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricStatistics {
    /// The metric.
    pub metric: String,
    /// Its statistics.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The datasets of these ratings, in order; `all` includes references that were left out.
pub(super) fn of(
    ratings: &[Rating],
    scores: Vec<Cells>,
    all: &[Rating],
    metrics: &[String],
) -> Result<Vec<Dataset>, String> {
    let mut judged: Vec<(&Rating, Judged<Clip>)> = Vec::new();
    for (rating, scores) in ratings.iter().zip(scores) {
        let Rating { reference, degraded, condition, opinion, .. } = rating.clone();
        judged.push((
            rating,
            Judged { subject: Clip { reference, degraded, condition }, opinion, scores },
        ));
    }
    let mut datasets = Vec::new();
    for name in in_order(all.iter().map(|rating| &rating.dataset)) {
        let (own, rest): (Vec<_>, _) =
            judged.into_iter().partition(|(rating, _)| &rating.dataset == name);
        judged = rest;
        let rated = all.iter().filter(|rating| &rating.dataset == name).count();
        datasets.push(dataset(name.clone(), own, rated, metrics)?);
    }
    Ok(datasets)
}

fn dataset(
    name: Option<String>,
    clips: Vec<(&Rating, Judged<Clip>)>,
    rated: usize,
    metrics: &[String],
) -> Result<Dataset, String> {
    let scales = in_order(clips.iter().map(|(rating, _)| &rating.scale));
    if let [one, other, ..] = scales.as_slice() {
        let say = |scale: &Option<String>| scale.clone().unwrap_or_else(|| "none".to_owned());
        return Err(format!(
            "{} has votes on the scales {} and {}; make each a dataset of its own",
            name.as_deref().unwrap_or("it"),
            say(one),
            say(other)
        ));
    }
    let scale = scales.first().and_then(|scale| (*scale).clone());
    let references_left_out = rated - clips.len();
    let clips: Vec<_> = clips.into_iter().map(|(_, clip)| clip).collect();
    let on_mos = votes_are_mos(scale.as_deref(), &clips);
    let conditions = conditions(&clips, metrics);
    let conditions =
        (!conditions.is_empty()).then(|| Evaluation::of(conditions, "conditions", on_mos, metrics));
    let clips = Evaluation::of(clips, "clips", on_mos, metrics);
    Ok(Dataset { dataset: name, scale, on_mos, references_left_out, clips, conditions })
}

impl<Subject> Evaluation<Subject> {
    fn of(judged: Vec<Judged<Subject>>, what: &str, on_mos: bool, metrics: &[String]) -> Self {
        let of_metric = |metric: &String| {
            let point =
                |one: &Judged<Subject>| Some((number(one.scores.get(metric))?, one.opinion));
            let points: Vec<_> = judged.iter().filter_map(point).collect();
            MetricStatistics { metric: metric.clone(), outcome: Outcome::of(&points, what, on_mos) }
        };
        let metrics: Vec<_> = metrics.iter().map(of_metric).collect();
        let ceiling = statistics::ceiling(judged.iter().map(|one| &one.opinion));
        let differences = differences::of(&judged, &metrics);
        Self { judged, ceiling, metrics, differences }
    }
}

/// The conditions in the order of their first clips; a metric's score is the mean over the clips that have one.
fn conditions(clips: &[Judged<Clip>], metrics: &[String]) -> Vec<Judged<Condition>> {
    let named = clips.iter().filter_map(|clip| clip.subject.condition.as_ref());
    let condition = |name: &String| {
        let own: Vec<_> =
            clips.iter().filter(|clip| clip.subject.condition.as_ref() == Some(name)).collect();
        let opinions: Vec<Opinion> = own.iter().map(|clip| clip.opinion).collect();
        let mut scores = Cells::new();
        for metric in metrics {
            let of_clips: Vec<f64> =
                own.iter().filter_map(|clip| number(clip.scores.get(metric))).collect();
            if !of_clips.is_empty() {
                scores.insert(metric.clone(), mean(&of_clips).into());
            }
        }
        let subject = Condition { condition: name.clone(), clips: own.len() };
        Judged { subject, opinion: Opinion::of_condition(&opinions), scores }
    };
    in_order(named).into_iter().map(condition).collect()
}

/// Whether votes are on the scale of MOS-LQO: by the range in the scale's name, such as 1-5, or by the votes.
fn votes_are_mos(scale: Option<&str>, clips: &[Judged<Clip>]) -> bool {
    let range = Regex::new(r"(-?\d+)\s*(?:-|–|to)\s*(-?\d+)").expect("this expression is valid");
    match scale.and_then(|scale| range.captures(scale)) {
        Some(ends) => &ends[1] == "1" && &ends[2] == "5",
        None => clips.iter().all(|clip| is_mos(clip.opinion.score)),
    }
}

/// Each value once, in the order of first appearance.
fn in_order<'a, T: PartialEq>(values: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}
