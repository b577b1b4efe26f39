//! Every pair of systems, all at once.

use super::{Fit, SIGNIFICANCE};
use crate::statistics::{Estimate, MixedModel, StudentizedRange, holm, t_quantile};
use serde::Serialize;
use std::collections::HashMap;
use std::f64::consts::SQRT_2;

/// How several comparisons at once are allowed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Adjustment {
    /// Tukey's studentized range, for unequal errors as Kramer (1956) has it: probabilities and intervals.
    #[default]
    Tukey,
    /// Holm (1979) for the probabilities, Bonferroni for the intervals.
    Holm,
}

/// Two systems.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairDifference {
    /// The system with the higher mean.
    pub better: Vec<String>,
    /// The other.
    pub worse: Vec<String>,
    /// How much MOS-LQO lies between.
    pub difference: f64,
    /// Its standard error; like all below `None` where nothing tells how sure it is.
    pub standard_error: Option<f64>,
    /// Degrees of freedom of that (Satterthwaite).
    pub degrees: Option<f64>,
    /// The simultaneous 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Probability of so large a difference by chance, as the number of pairs demands it.
    pub p: Option<f64>,
    /// How many items more, with as many talkers more in proportion, would show a difference of this size with a
    /// probability of 80 %; 0 where it is shown, `None` where a million would not.
    pub more_items: Option<u64>,
    /// The numbers of the systems in the model.
    #[serde(skip)]
    pub(super) places: [usize; 2],
}

pub(super) fn of(
    fit: &Fit,
    labels: &[Vec<String>],
    adjustment: Adjustment,
    items: usize,
) -> Vec<PairDifference> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| fit.means[b].total_cmp(&fit.means[a]));
    let mut pairs = Vec::new();
    for (place, &better) in order.iter().enumerate() {
        pairs.extend(order[place + 1..].iter().map(|&worse| [better, worse]));
    }
    let unsure = |&[better, worse]: &[usize; 2]| PairDifference {
        better: labels[better].clone(),
        worse: labels[worse].clone(),
        difference: fit.means[better] - fit.means[worse],
        standard_error: None,
        degrees: None,
        interval: None,
        p: None,
        more_items: None,
        places: [better, worse],
    };
    let mut differences: Vec<_> = pairs.iter().map(unsure).collect();
    if let Some(model) = &fit.model {
        judge(&mut differences, model, adjustment, labels.len(), items);
    }
    differences
}

fn judge(
    differences: &mut [PairDifference],
    model: &MixedModel,
    adjustment: Adjustment,
    systems: usize,
    items: usize,
) {
    let estimates: Vec<Estimate> =
        differences.iter().map(|pair| model.difference(pair.places[0], pair.places[1])).collect();
    let mut family = Family::new(adjustment, systems, differences.len());
    let p: Vec<f64> = match adjustment {
        Adjustment::Holm => holm(&estimates.iter().map(Estimate::p).collect::<Vec<_>>()),
        Adjustment::Tukey => {
            let tail = |one: &Estimate| family.range(one.degrees).0.tail(SQRT_2 * one.t().abs());
            estimates.iter().map(tail).collect()
        }
    };
    for ((pair, estimate), p) in differences.iter_mut().zip(&estimates).zip(p) {
        pair.standard_error = Some(estimate.standard_error);
        pair.degrees = Some(estimate.degrees);
        pair.p = Some(p);
        pair.interval = Some(estimate.within(family.critical(estimate.degrees)));
        pair.more_items =
            if p < SIGNIFICANCE { Some(0) } else { family.more_items(estimate, items) };
    }
}

/// The critical values of all comparisons at once, which are the same for the same degrees of freedom.
struct Family {
    adjustment: Adjustment,
    systems: usize,
    pairs: usize,
    ranges: HashMap<u64, (StudentizedRange, f64)>,
}

impl Family {
    fn new(adjustment: Adjustment, systems: usize, pairs: usize) -> Self {
        Self { adjustment, systems, pairs, ranges: HashMap::new() }
    }

    /// The studentized range and its 5 % point; degrees of freedom to a thousandth.
    fn range(&mut self, degrees: f64) -> &(StudentizedRange, f64) {
        let thousandths = (degrees * 1e3).round().max(1.0);
        self.ranges.entry(thousandths as u64).or_insert_with(|| {
            let range = StudentizedRange::new(self.systems, thousandths / 1e3);
            let quantile = range.quantile(SIGNIFICANCE);
            (range, quantile)
        })
    }

    /// How many standard errors a simultaneous interval reaches.
    fn critical(&mut self, degrees: f64) -> f64 {
        match self.adjustment {
            Adjustment::Tukey => self.range(degrees).1 / SQRT_2,
            Adjustment::Holm => t_quantile(1.0 - 0.5 * SIGNIFICANCE / self.pairs as f64, degrees),
        }
    }

    /// As [`PairDifference::more_items`]. Errors shrink with the root of the items, and the critical value falls to that
    /// of known errors, in proportion to one over the degrees of freedom.
    fn more_items(&mut self, estimate: &Estimate, items: usize) -> Option<u64> {
        /// A normal deviate is below it with a probability of 80 %.
        const POWER: f64 = 0.841_621_233_6;
        const MOST: f64 = 1e6;
        if estimate.value == 0.0 {
            return None;
        }
        let (now, least) = (self.critical(estimate.degrees), self.critical(1e9));
        let shows = |times: f64| {
            let critical = least + (now - least) / times;
            estimate.value.abs() >= (critical + POWER) * estimate.standard_error / times.sqrt()
        };
        let (mut few, mut enough) = (1.0, 2.0);
        while !shows(enough) {
            (few, enough) = (enough, 2.0 * enough);
            if enough * items as f64 > MOST {
                return None;
            }
        }
        while (enough - few) * items as f64 > 0.01 {
            let middle = 0.5 * (few + enough);
            if shows(middle) { enough = middle } else { few = middle }
        }
        Some(((enough - 1.0) * items as f64).ceil() as u64)
    }
}
