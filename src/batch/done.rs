//! Which rows are finished, in little memory however many they are.

use std::collections::BTreeSet;

/// The rows that are finished: all below one, and a few beyond.
#[derive(Debug, Default)]
pub(super) struct Done {
    below: u64,
    beyond: BTreeSet<u64>,
}

impl Done {
    pub fn insert(&mut self, row: u64) {
        self.beyond.insert(row);
        while self.beyond.remove(&self.below) {
            self.below += 1;
        }
    }

    pub fn contains(&self, row: u64) -> bool {
        row < self.below || self.beyond.contains(&row)
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.below + self.beyond.len() as u64
    }
}
