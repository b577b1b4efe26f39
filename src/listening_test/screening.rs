//! Which listeners can be relied on, as the Recommendations ask.

use super::formats::Check;
use super::votes::Votes;
use crate::statistics::pearson;
use serde::Serialize;
use std::collections::HashMap;

/// A reason to leave listeners out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Screen {
    /// A gold or trapping question was answered wrong (P.808).
    P808,
    /// The hidden reference was voted below 90, or the mid-range anchor above 90, in more than 15 % of the items
    /// (BS.1534-3, post-screening).
    Bs1534,
    /// The votes correlate less than this with the mean of the others'.
    Correlation(f64),
}

/// What is known of a listener.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ListenerReport {
    /// Who it is.
    pub listener: String,
    /// How many votes were given.
    pub votes: usize,
    /// How they correlate with the mean of the others' votes on the same stimuli; `None` of fewer than three, or where
    /// one of the two does not vary.
    pub correlation: Option<f64>,
    /// By how much the votes are above the others'; `None` of one who is left out.
    pub bias: Option<f64>,
    /// The standard deviation of the votes about what is expected of them.
    pub inconsistency: Option<f64>,
    /// How many questions with known answers there were.
    pub checks: usize,
    /// How many of these were answered wrong.
    pub checks_failed: usize,
    /// The share of items whose hidden reference was voted below 90; `None` without one.
    pub references_low: Option<f64>,
    /// The share of items whose mid-range anchor was voted above 90; `None` without one.
    pub anchors_high: Option<f64>,
    /// Why the votes do not count; empty where they do.
    pub excluded: Vec<String>,
}

/// What the votes say of each listener.
pub(super) fn reports(
    votes: &Votes,
    checks: &[Check],
    reference: Option<&str>,
    anchor: Option<&str>,
) -> Vec<ListenerReport> {
    let mut answered: HashMap<&str, [usize; 2]> = HashMap::new();
    for check in checks {
        let [asked, failed] = answered.entry(&check.listener).or_default();
        *asked += 1;
        *failed += usize::from(!check.passed);
    }
    let mut own = vec![Vec::new(); votes.listeners.len()];
    let mut totals = vec![(0.0, 0.0); votes.stimuli.len()];
    for vote in &votes.votes {
        if let Some(listener) = vote.listener {
            own[listener].push((vote.stimulus, vote.score));
        }
        totals[vote.stimulus].0 += vote.score;
        totals[vote.stimulus].1 += 1.0;
    }
    let report = |(name, own): (&String, &Vec<(usize, f64)>)| {
        let mut sums: HashMap<usize, (f64, f64)> = HashMap::new();
        for &(stimulus, score) in own {
            let (sum, count) = sums.entry(stimulus).or_default();
            *sum += score;
            *count += 1.0;
        }
        let others = |&(stimulus, score): &(usize, f64)| {
            let ((all, count), (sum, own)) = (totals[stimulus], sums[&stimulus]);
            (count > own).then(|| (score, (all - sum) / (count - own)))
        };
        let (mine, theirs): (Vec<f64>, Vec<f64>) = own.iter().filter_map(others).unzip();
        let correlation = (mine.len() > 2).then(|| pearson(&mine, &theirs));
        let share = |condition: Option<&str>, of: &dyn Fn(f64) -> bool| {
            let is_own =
                |stimulus: usize| votes.stimuli[stimulus].condition.as_deref() == condition;
            let all: Vec<f64> =
                own.iter().filter(|(at, _)| is_own(*at)).map(|(_, score)| *score).collect();
            let found = all.iter().filter(|score| of(**score)).count();
            (condition.is_some() && !all.is_empty()).then(|| found as f64 / all.len() as f64)
        };
        let [checks, checks_failed] = answered.get(name.as_str()).copied().unwrap_or_default();
        ListenerReport {
            listener: name.clone(),
            votes: own.len(),
            correlation: correlation.filter(|r| r.is_finite()),
            bias: None,
            inconsistency: None,
            checks,
            checks_failed,
            references_low: share(reference, &|score| score < 90.0),
            anchors_high: share(anchor, &|score| score > 90.0),
            excluded: Vec::new(),
        }
    };
    votes.listeners.iter().zip(&own).map(report).collect()
}

/// Notes who is left out and why; whether each is.
pub(super) fn exclude(reports: &mut [ListenerReport], screens: &[Screen]) -> Vec<bool> {
    /// The share of items that BS.1534-3 allows.
    const ALLOWED: f64 = 0.15;
    let over = |share: Option<f64>| share.filter(|share| *share > ALLOWED);
    for report in reports.iter_mut() {
        for screen in screens {
            let reason = match screen {
                Screen::P808 if report.checks_failed > 0 => Some(format!(
                    "{} of {} gold or trapping questions wrong",
                    report.checks_failed, report.checks
                )),
                Screen::Bs1534 => match (over(report.references_low), over(report.anchors_high)) {
                    (Some(share), _) => Some(format!(
                        "hidden reference below 90 in {:.0} % of the items",
                        100.0 * share
                    )),
                    (None, Some(share)) => {
                        Some(format!("anchor above 90 in {:.0} % of the items", 100.0 * share))
                    }
                    (None, None) => None,
                },
                Screen::Correlation(least) => match report.correlation {
                    Some(r) if r < *least => {
                        Some(format!("correlation with the others {r:.2}, below {least}"))
                    }
                    None if report.votes > 2 => Some("votes that follow nothing".to_owned()),
                    _ => None,
                },
                Screen::P808 => None,
            };
            report.excluded.extend(reason);
        }
    }
    reports.iter().map(|report| !report.excluded.is_empty()).collect()
}
