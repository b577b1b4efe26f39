//! Values over talkers: the talker is a random factor, so that what is said holds for other talkers too.

use serde::Serialize;
use std::collections::BTreeMap;

/// What a mean and its interval are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Over {
    /// The means of the talkers, so that the interval holds for other talkers too: the talker is
    /// a random factor, whose variance the talkers' means estimate together with what varies
    /// within a talker.
    Talkers,
    /// The single rows, where there are not two talkers.
    Rows,
}

/// Values, with the talker of each where one is named.
#[derive(Debug, Default)]
pub(super) struct OverTalkers {
    rows: Vec<f64>,
    /// Sum and count of each talker's values.
    talkers: BTreeMap<String, (f64, usize)>,
}

impl OverTalkers {
    pub fn insert(&mut self, value: f64, talker: &str) {
        self.rows.push(value);
        if !talker.is_empty() {
            let (sum, count) = self.talkers.entry(talker.to_owned()).or_default();
            *sum += value;
            *count += 1;
        }
    }

    /// The values row by row.
    pub fn rows(&self) -> &[f64] {
        &self.rows
    }

    /// How many talkers are named.
    pub fn talkers(&self) -> usize {
        self.talkers.len()
    }

    /// What a mean is to be taken over, and the values for it.
    pub fn values(&self) -> (Over, Vec<f64>) {
        if self.talkers.len() < 2 {
            return (Over::Rows, self.rows.clone());
        }
        let means = self.talkers.values().map(|(sum, count)| sum / *count as f64);
        (Over::Talkers, means.collect())
    }
}
