//! How far a batch is, and what came of it.

use std::collections::BTreeMap;

/// How far a batch is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Finished rows, also those of the run that is continued.
    pub rows: u64,
    /// Rows that were already finished at the start.
    pub resumed: u64,
    /// About how many rows the manifest has.
    pub expected: u64,
    /// Finished rows that could not be scored.
    pub failed: u64,
}

/// What came of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Rows in the results.
    pub rows: u64,
    /// How many of them could not be scored, by the kind of error.
    pub failed: BTreeMap<String, u64>,
    /// Rows that were scored again, because their recordings or model had changed since the run that is continued.
    pub changed: u64,
    /// Lines of the journal that were damaged on the medium, and whose rows were scored again.
    pub damaged: u64,
}
