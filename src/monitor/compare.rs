//! Whether calls fare worse than in the same hours of the four weeks before.

use super::groups::{Grouping, groups};
use super::question::Filter;
use super::store::Store;
use super::time::WEEK_MS;
use crate::error::Result;
use crate::statistics::{Proportion, holm};
use std::collections::BTreeMap;

/// Weeks that are looked back.
const WEEKS: i64 = 4;
/// Fewer scored calls than that, now or before, say nothing.
const LEAST_CALLS: u64 = 30;
/// How sure a difference is before it is told, all groups taken together.
const CONFIDENCE: f64 = 0.95;

/// What became of some calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The share of poor calls rose.
    Worse,
    /// It fell.
    Better,
    /// No difference is seen.
    NotSeen,
    /// There are too few calls, now or before.
    TooFew,
}

impl Change {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::NotSeen => "no difference seen",
            Self::TooFew => "too few",
        }
    }
}

/// The poor of some calls, now and before.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What stands in the columns that were asked for.
    pub keys: Vec<String>,
    /// The scale of their MOS.
    pub scale: String,
    /// Now.
    pub now: Proportion,
    /// In the same hours of the four weeks before.
    pub before: Proportion,
    /// The interval of the difference of the shares, by 95 %.
    pub difference: Option<(f64, f64)>,
    /// Its probability by chance, as it is when the smallest of all groups' (Holm).
    pub p: f64,
    /// What that means.
    pub change: Change,
}

/// Counts of poor calls by group, now and before.
pub(super) type Before = BTreeMap<(Vec<String>, String), (Proportion, Proportion)>;

/// The poor of the calls between two times, and of those in the same hours of the weeks before.
pub(super) fn counts(
    store: &Store,
    filter: &Filter,
    grouping: &Grouping,
    from_ms: i64,
    to_ms: i64,
) -> Result<Before> {
    let mut counts = Before::new();
    for week in 0..=WEEKS {
        let then = filter.between(from_ms - week * WEEK_MS, to_ms - week * WEEK_MS);
        for group in groups(store, &then, grouping)? {
            if group.scale.is_empty() {
                continue;
            }
            let (now, before) = counts.entry((group.keys, group.scale)).or_default();
            let sum = if week == 0 { now } else { before };
            sum.count += group.sum.poor;
            sum.of += group.sum.scored;
        }
    }
    Ok(counts)
}

/// Compares the calls between two times, no longer than a week apart, with those of the weeks before; what became worse
/// stands first.
pub(super) fn compare(
    store: &Store,
    filter: &Filter,
    grouping: &Grouping,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<Compared>> {
    let grouping = Grouping { period: None, histograms: false, ..grouping.clone() };
    let counts = counts(store, filter, &grouping, from_ms.max(to_ms - WEEK_MS), to_ms)?;
    let enough = |(now, before): &(Proportion, Proportion)| {
        now.of >= LEAST_CALLS && before.of >= LEAST_CALLS
    };
    let tested: Vec<f64> = counts
        .values()
        .filter(|pair| enough(pair))
        .map(|(now, before)| now.p_of_difference(*before))
        .collect();
    let mut adjusted = holm(&tested).into_iter();
    let mut compared: Vec<Compared> = counts
        .into_iter()
        .map(|((keys, scale), pair)| {
            let (now, before) = pair;
            let p = if enough(&pair) { adjusted.next().unwrap_or(1.0) } else { 1.0 };
            let change = match (enough(&pair), p < 1.0 - CONFIDENCE, now.share() > before.share()) {
                (false, ..) => Change::TooFew,
                (true, false, _) => Change::NotSeen,
                (true, true, true) => Change::Worse,
                (true, true, false) => Change::Better,
            };
            Compared {
                keys,
                scale,
                now,
                before,
                difference: now.over(before, CONFIDENCE),
                p,
                change,
            }
        })
        .collect();
    let rank = |change: Change| match change {
        Change::Worse => 0,
        Change::Better => 1,
        Change::NotSeen => 2,
        Change::TooFew => 3,
    };
    compared.sort_by(|a, b| rank(a.change).cmp(&rank(b.change)).then(a.p.total_cmp(&b.p)));
    Ok(compared)
}
