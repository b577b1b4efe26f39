//! Factors: which level each value belongs to.

use std::collections::HashMap;
use std::hash::Hash;

/// A factor of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// What it is called.
    pub name: String,
    /// The level of each value, from 0 on.
    pub levels: Vec<usize>,
    count: usize,
}

impl Factor {
    /// A factor whose levels are numbered as they first appear.
    pub fn new<T: Eq + Hash>(name: &str, values: impl IntoIterator<Item = T>) -> Self {
        let mut numbers = HashMap::new();
        let number = |value| {
            let next = numbers.len();
            *numbers.entry(value).or_insert(next)
        };
        let levels: Vec<usize> = values.into_iter().map(number).collect();
        Self { name: name.to_owned(), count: numbers.len(), levels }
    }

    /// The factor whose levels are the pairs of levels that occur.
    pub fn crossed(&self, other: &Self) -> Self {
        let pairs = self.levels.iter().zip(&other.levels);
        Self::new(&format!("{} × {}", self.name, other.name), pairs)
    }

    /// How many levels it has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many values each level has.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count];
        self.levels.iter().for_each(|&level| sizes[level] += 1);
        sizes
    }

    /// The mean of the values of each level.
    pub(super) fn means(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.count];
        self.levels.iter().zip(values).for_each(|(&level, value)| sums[level] += value);
        sums.iter().zip(self.sizes()).map(|(sum, size)| sum / size as f64).collect()
    }
}

/// The random factors that can be told from the fixed one, from each other, and from the residual.
pub(super) fn distinct<'a>(fixed: &Factor, random: &'a [Factor]) -> Vec<&'a Factor> {
    let mut kept: Vec<&Factor> = Vec::new();
    for factor in random {
        let told = factor.count > 1 && factor.count < factor.levels.len();
        let again = std::iter::once(fixed).chain(kept.iter().copied()).any(|other| {
            // Levels are numbered as they appear, so that equal partitions have equal numbers.
            other.count == factor.count && same_partition(other, factor)
        });
        if told && !again {
            kept.push(factor);
        }
    }
    kept
}

fn same_partition(one: &Factor, other: &Factor) -> bool {
    one.crossed(other).count == one.count
}
