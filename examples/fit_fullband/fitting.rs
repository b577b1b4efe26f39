//! The fit: weights that are not negative, and exponents from a coarse grid, chosen by tests that are left out.

use crate::material::{Material, Rated, Requirement};
use basilar::fullband::{Indicators, Mapping};
use basilar::statistics::pearson;
use std::collections::BTreeMap;

const COUNT: usize = Indicators::COUNT;
/// Exponents that an indicator may have.
const EXPONENTS: [f64; 5] = [0.4, 0.75, 1.0, 1.25, 1.5];
/// An exponent must raise the mean correlation with tests left out by this much, or it is not changed.
const WORTH_IT: f64 = 0.002;
/// How far a score may lie from an opinion score before it counts fully: the votes' standard error.
const TOLERANCE: f64 = 0.15;
/// What a correlation of nothing costs.
const CORRELATION: f64 = 4.0;
/// What a requirement costs that is missed by a tenth of a point.
const REQUIREMENT: f64 = 0.05;

/// The mapping fitted to the clips of the chosen tests: exponents first, each by how well tests are met that are left
/// out of these, then the weights.
pub fn fit(start: &Mapping, material: &Material, tests: &[&str]) -> Mapping {
    let mut best = start.clone();
    let mut reached = met_when_left_out(&best, material, tests);
    for indicator in (0..COUNT).filter(|&i| is_heard(material, i) && is_rated(start, i)) {
        for exponent in EXPONENTS {
            let mut exponents = best.exponents.to_array();
            if exponents[indicator] == exponent {
                continue;
            }
            exponents[indicator] = exponent;
            let mut other = best.clone();
            other.exponents = Indicators::from_array(exponents);
            let met = met_when_left_out(&other, material, tests);
            if met > reached + WORTH_IT {
                (best, reached) = (other, met);
            }
        }
    }
    weighted(&best, material, tests)
}

/// Whether the model listens for an indicator.
fn is_heard(material: &Material, indicator: usize) -> bool {
    material.rated.iter().any(|rated| rated.indicators.to_array()[indicator] > 0.0)
}

/// Whether listening tests, and not only the laboratory, tell of an indicator.
fn is_rated(mapping: &Mapping, indicator: usize) -> bool {
    let laboratory = Indicators { missing: 1.0, lost_periodicity: 1.0, ..Default::default() };
    laboratory.to_array()[indicator] == 0.0 && mapping.exponents.to_array()[indicator] > 0.0
}

/// The mean correlation with the votes of each of the tests, by weights fitted without it.
fn met_when_left_out(mapping: &Mapping, material: &Material, tests: &[&str]) -> f64 {
    let correlation = |&left_out: &&str| {
        let others: Vec<&str> = tests.iter().copied().filter(|&test| test != left_out).collect();
        let fitted = weighted(mapping, material, &others);
        let rows = material.rated.iter().filter(|rated| rated.test == left_out && !rated.untouched);
        let (scores, votes): (Vec<f64>, Vec<f64>) =
            rows.map(|rated| (fitted.mos_lqo(&rated.indicators), rated.vote)).unzip();
        pearson(&scores, &votes)
    };
    tests.iter().map(correlation).sum::<f64>() / tests.len() as f64
}

/// The mapping with the weights that meet the votes of the tests and all requirements best.
fn weighted(mapping: &Mapping, material: &Material, tests: &[&str]) -> Mapping {
    let shaped = Shaped::new(mapping, material, tests);
    // From the same point for all, so that nothing of the tests left out is in it.
    let roots = descend(shaped.scale.map(|scale| (0.1 / scale).sqrt()), |roots| shaped.cost(roots));
    let mut fitted = mapping.clone();
    let heard = mapping.exponents.to_array();
    fitted.weights = Indicators::from_array(std::array::from_fn(|i| {
        if heard[i] > 0.0 { roots[i] * roots[i] } else { 0.0 }
    }));
    fitted
}

/// Indicators under their exponents, ready to be weighted.
struct Shaped<'a> {
    mapping: &'a Mapping,
    tests: BTreeMap<&'a str, Vec<(&'a Rated, [f64; COUNT])>>,
    required: Vec<ShapedRequirement>,
    /// Largest value of each in the rated clips.
    scale: [f64; COUNT],
}

enum ShapedRequirement {
    Within([f64; COUNT], [f64; 2], f64),
    Rising([f64; COUNT], [f64; COUNT], f64, f64),
}

impl<'a> Shaped<'a> {
    fn new(mapping: &'a Mapping, material: &'a Material, tests: &[&str]) -> Self {
        let unit = Indicators::from_array([1.0; COUNT]);
        let mut plain = mapping.clone();
        plain.weights = unit;
        let shape = |indicators: &Indicators| {
            let shaped = plain.impairments(indicators).to_array();
            let heard = mapping.exponents.to_array();
            std::array::from_fn(|i| if heard[i] > 0.0 { shaped[i] } else { 0.0 })
        };
        let mut by_test: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for rated in material.rated.iter().filter(|rated| tests.contains(&rated.test.as_str())) {
            by_test.entry(&rated.test).or_default().push((rated, shape(&rated.indicators)));
        }
        let required = material.required.iter().map(|required| match required {
            Requirement::Within(indicators, range, weight) => {
                ShapedRequirement::Within(shape(indicators), *range, *weight)
            }
            Requirement::Rising(worse, better, rise, weight) => {
                ShapedRequirement::Rising(shape(worse), shape(better), *rise, *weight)
            }
        });
        let mut scale = [1e-6f64; COUNT];
        for (_, shaped) in by_test.values().flatten() {
            scale.iter_mut().zip(shaped).for_each(|(most, value)| *most = most.max(*value));
        }
        Self { mapping, required: required.collect(), tests: by_test, scale }
    }

    fn score(&self, roots: &[f64; COUNT], shaped: &[f64; COUNT]) -> f64 {
        let parts = roots.iter().zip(shaped).map(|(root, value)| root * root * value);
        let sum: f64 = parts.map(|part| part.powf(self.mapping.norm)).sum();
        let Mapping { lowest, highest, norm, .. } = self.mapping;
        lowest + (highest - lowest) * (-sum.powf(1.0 / norm)).exp()
    }

    /// Every test counts the same, whatever its number of clips: by its correlation, and opinion scores by how far they
    /// are missed as well.
    fn cost(&self, roots: &[f64; COUNT]) -> f64 {
        let test = |clips: &Vec<(&Rated, [f64; COUNT])>| {
            let rows = clips.iter().filter(|(rated, _)| !rated.untouched);
            let (scores, votes): (Vec<f64>, Vec<f64>) =
                rows.map(|(rated, shaped)| (self.score(roots, shaped), rated.vote)).unzip();
            let opinions = clips.iter().filter(|(rated, _)| rated.acr);
            let missed = opinions.map(|(rated, shaped)| {
                ((self.score(roots, shaped) - rated.vote) / TOLERANCE).powi(2)
            });
            let correlation = if scores.len() > 2 { pearson(&scores, &votes) } else { 0.0 };
            let correlation = if correlation.is_nan() { 0.0 } else { correlation };
            CORRELATION * (1.0 - correlation) + missed.sum::<f64>() / clips.len() as f64
        };
        let violation = |amount: f64| (amount.max(0.0) / 0.1).powi(2);
        let requirement = |required: &ShapedRequirement| match required {
            ShapedRequirement::Within(shaped, [least, most], weight) => {
                let score = self.score(roots, shaped);
                weight * (violation(least - score) + violation(score - most))
            }
            ShapedRequirement::Rising(worse, better, least, weight) => {
                let rise = self.score(roots, better) - self.score(roots, worse);
                weight * violation(least - rise)
            }
        };
        self.tests.values().map(test).sum::<f64>()
            + REQUIREMENT * self.required.iter().map(requirement).sum::<f64>()
    }
}

/// Pattern search: steps of one coordinate at a time, as long as they help, in ever smaller parts of its value.
fn descend(mut point: [f64; COUNT], cost: impl Fn(&[f64; COUNT]) -> f64) -> [f64; COUNT] {
    let least = point.map(|coordinate| 0.1 * coordinate);
    let mut best = cost(&point);
    let mut step = 0.4;
    while step > 2e-3 {
        let mut moved = false;
        for (coordinate, direction) in (0..COUNT).flat_map(|i| [(i, 1.0), (i, -1.0)]) {
            let mut next = point;
            next[coordinate] += direction * step * next[coordinate].abs().max(least[coordinate]);
            let now = cost(&next);
            if now < best {
                (point, best, moved) = (next, now, true);
            }
        }
        step = if moved { step * 1.1 } else { step / 2.0 };
    }
    point
}
