//! How a pair of a batch is scored: its reference is opened and prepared once, and compared with each degraded recording.

use super::outcome::Outcome;
use super::pair::{Pair, ReferenceKey};
use super::references::References;
use super::task::Shared;
use crate::long_calls::LongReference;
use crate::score::Scored;
use crate::scorer::{PreparedReference, Scorer};
use std::num::NonZeroUsize;

/// Pairs that fit into memory.
pub(super) struct Pairs(References<ReferenceKey, PreparedReference>);

impl Pairs {
    pub fn new() -> Self {
        Self(References::new(|reference| reference.recording().samples()))
    }

    /// What `told` makes of a pair's score.
    pub fn score<T>(
        &self,
        pair: &Pair,
        told: impl FnOnce(&PreparedReference, Scored) -> T,
    ) -> Shared<T> {
        let options = pair.options();
        self.0.with(
            pair.reference_key(),
            || Scorer::new(pair.model.clone()).open(&pair.reference, &options),
            |reference| Ok(told(reference, reference.open(&pair.degraded, &options)?)),
        )
    }
}

/// Recordings that are too long for that.
pub(super) struct LongCalls(References<ReferenceKey, LongReference>);

impl LongCalls {
    pub fn new() -> Self {
        Self(References::new(LongReference::kept_values))
    }

    pub fn score(&self, pair: &Pair) -> Shared<Outcome> {
        let options = pair.options();
        self.0.with(
            pair.reference_key(),
            || LongReference::open(&pair.reference, &options, &pair.model),
            |reference| {
                // The other cores score other rows.
                let degraded = reference.score_file(&pair.degraded, &options, NonZeroUsize::MIN)?;
                Ok(Outcome::of_long_call(reference, &degraded))
            },
        )
    }
}
