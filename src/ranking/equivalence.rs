//! Which systems are equivalent, or no worse than another, by a margin: two one-sided tests.

use super::{Fit, SIGNIFICANCE};
use crate::statistics::{Estimate, holm};
use serde::Serialize;

/// A system against another.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Equivalence {
    /// The system.
    pub system: Vec<String>,
    /// What it is held against.
    pub against: Vec<String>,
    /// Its mean MOS-LQO less that of the other.
    pub difference: f64,
    /// By how much they may differ.
    pub margin: f64,
    /// The 90 % interval of the difference, which two one-sided tests of 5 % look at.
    pub interval: Option<(f64, f64)>,
    /// Probability by chance of what says that it is no worse by the margin, as the number of comparisons demands it
    /// (Holm).
    pub p_no_worse: Option<f64>,
    /// The same for its being equivalent: neither worse nor better by the margin.
    pub p_equivalent: Option<f64>,
    /// What follows.
    pub standing: Standing,
}

/// How a system stands against another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Neither worse nor better by the margin.
    Equivalent,
    /// Not worse by the margin; it may be better.
    NoWorse,
    /// Worse by more than the margin.
    Worse,
    /// The scores do not tell.
    Undecided,
}

pub(super) fn of(
    fit: &Fit,
    labels: &[Vec<String>],
    margin: f64,
    against: Option<usize>,
) -> Vec<Equivalence> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| fit.means[b].total_cmp(&fit.means[a]));
    let pairs: Vec<[usize; 2]> = match against {
        Some(other) => order.iter().filter(|&&one| one != other).map(|&one| [one, other]).collect(),
        None => {
            let below = |place: usize| order[place + 1..].iter().copied();
            let of = |place: usize| below(place).map(move |one| (one, place));
            let all = (0..order.len()).flat_map(of);
            all.map(|(one, place)| [one, order[place]]).collect()
        }
    };
    let estimates: Vec<Option<Estimate>> = pairs
        .iter()
        .map(|&[one, other]| fit.model.as_ref().map(|model| model.difference(one, other)))
        .collect();
    let adjusted =
        |p: &dyn Fn(&Estimate) -> f64| holm(&estimates.iter().flatten().map(p).collect::<Vec<_>>());
    let no_worse = adjusted(&|one| one.p_not_below(margin));
    let equivalent = adjusted(&|one| one.p_equivalent(margin));
    let worse = adjusted(&|one| one.p_not_above(-margin));
    let says = |p: &[f64], place: usize| p.get(place).is_some_and(|p| *p < SIGNIFICANCE);
    let judged = |(place, &[one, other]): (usize, &[usize; 2])| Equivalence {
        system: labels[one].clone(),
        against: labels[other].clone(),
        difference: fit.means[one] - fit.means[other],
        margin,
        interval: estimates[place].map(|estimate| estimate.interval(0.9)),
        p_no_worse: no_worse.get(place).copied(),
        p_equivalent: equivalent.get(place).copied(),
        standing: match () {
            () if says(&equivalent, place) => Standing::Equivalent,
            () if says(&no_worse, place) => Standing::NoWorse,
            () if says(&worse, place) => Standing::Worse,
            () => Standing::Undecided,
        },
    };
    pairs.iter().enumerate().map(judged).collect()
}
