//! How a pair of a batch is scored: its reference is opened and prepared once, and compared with each degraded recording.

use super::outcome::Outcome;
use super::pair::{Pair, ReferenceKey};
use super::references::References;
use super::task::Shared;
use crate::long_calls::LongReference;
use crate::score::Scored;
use crate::scorer::{PreparedReference, Scorer};
use crate::signal::Signal;
use std::num::NonZeroUsize;

/// Pairs that fit into memory.
pub(super) struct Pairs {
    references: References<ReferenceKey, PreparedReference>,
    /// Whether every score comes with its diagnosis.
    explain: bool,
    /// Whether it comes with what the connection did to time and level.
    connection: bool,
}

impl Pairs {
    pub fn new(explain: bool, connection: bool) -> Self {
        let references =
            References::new(|reference: &PreparedReference| reference.recording().samples());
        Self { references, explain, connection }
    }

    /// What `told` makes of a pair's score.
    pub fn score<T>(
        &self,
        pair: &Pair,
        told: impl FnOnce(&PreparedReference, Scored) -> T,
    ) -> Shared<T> {
        let options = pair.options();
        self.references.with(
            pair.reference_key(),
            || Scorer::new(pair.model.clone()).open(&pair.reference, &options),
            |reference| {
                let degraded = Signal::open_with(&pair.degraded, &options)?;
                let mut scored = reference.compare(&degraded)?;
                if self.connection {
                    reference.measure_connection(&degraded, &mut scored.score)?;
                }
                if self.explain {
                    scored.score.diagnosis = Some(reference.diagnose(&degraded, &scored.score)?);
                }
                Ok(told(reference, scored))
            },
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
