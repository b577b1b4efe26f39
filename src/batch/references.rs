//! The prepared references: each made once, by the worker that first needs it, and kept for as long as room allows.

use super::manifest::Pair;
use super::row;
use crate::error::Result;
use crate::long_calls::{LongReference, Survey};
use crate::scorer::{PreparedReference, Scorer};
use crate::signal::Signal;
use crate::table::Cells;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Samples of references that are kept while no worker uses them: 65 of 8 s at 16 kHz.
const KEPT_SAMPLES: usize = 1 << 23;

/// What a reference counts for that could not be read, so that there are never more than a thousand.
const FAILED_SAMPLES: usize = KEPT_SAMPLES / 1000;

/// What tells prepared references apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    path: PathBuf,
    model: String,
    channel: String,
}

impl Key {
    pub fn of(pair: &Pair) -> Self {
        Self {
            path: pair.reference.clone(),
            model: pair.model.to_string(),
            channel: format!("{:?}", pair.channel),
        }
    }
}

/// A reference that is ready to be compared with.
pub(super) struct Reference {
    prepared: PreparedReference,
    duration_s: f64,
    samples: usize,
}

/// A reference that is made once and compared with many degraded recordings.
pub(super) trait Comparable: Sized {
    fn open(pair: &Pair) -> Result<Self>;
    /// How many samples it takes the memory of.
    fn samples(&self) -> usize;
    fn score(&self, pair: &Pair) -> Result<Cells>;
}

impl Comparable for Reference {
    fn open(pair: &Pair) -> Result<Self> {
        let signal = Signal::open_with(&pair.reference, &pair.options())?;
        let scorer = Scorer::new(pair.model.for_sample_rate(signal.sample_rate()));
        let (duration_s, samples) = (signal.duration_s(), signal.samples().len());
        Ok(Self { prepared: scorer.prepare(&signal)?, duration_s, samples })
    }

    fn samples(&self) -> usize {
        self.samples
    }

    fn score(&self, pair: &Pair) -> Result<Cells> {
        let degraded = Signal::open_with(&pair.degraded, &pair.options())?;
        let score = self.prepared.score(&degraded)?;
        Ok(row::scored(&score, self.duration_s, degraded.duration_s()))
    }
}

impl Comparable for LongReference {
    fn open(pair: &Pair) -> Result<Self> {
        let survey = Survey::of(&pair.reference, &pair.options())?;
        let model = pair.model.for_sample_rate(survey.sample_rate());
        Self::new(survey, model)
    }

    fn samples(&self) -> usize {
        self.survey().kept_values()
    }

    fn score(&self, pair: &Pair) -> Result<Cells> {
        let degraded = Survey::of(&pair.degraded, &pair.options())?;
        // The other cores score other rows.
        let score = LongReference::score(self, &degraded, NonZeroUsize::MIN)?;
        Ok(row::long(&score, self, &degraded))
    }
}

/// A reference that is being made, was made, or cannot be made, with the cells that say why.
type Slot<R> = Arc<OnceLock<std::result::Result<R, Cells>>>;

/// References that are in memory as a whole.
pub(super) type References = Kept<Reference>;
/// References that are too long for that.
pub(super) type LongReferences = Kept<LongReference>;

pub(super) struct Kept<R> {
    slots: Mutex<Slots<R>>,
}

struct Slots<R> {
    slots: HashMap<Key, (u64, Slot<R>)>,
    uses: u64,
}

impl<R> Default for Kept<R> {
    fn default() -> Self {
        Self { slots: Mutex::new(Slots { slots: HashMap::new(), uses: 0 }) }
    }
}

impl<R: Comparable> Kept<R> {
    /// The cells of a pair's result.
    pub fn score(&self, pair: &Pair) -> Cells {
        let slot = self.slot(Key::of(pair));
        let reference = slot.get_or_init(|| R::open(pair).map_err(|e| row::failed(&e)));
        self.make_room();
        match reference {
            Ok(reference) => reference.score(pair).unwrap_or_else(|error| row::failed(&error)),
            Err(failed) => failed.clone(),
        }
    }

    fn slot(&self, key: Key) -> Slot<R> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.uses += 1;
        let uses = slots.uses;
        let (last_use, slot) = slots.slots.entry(key).or_default();
        *last_use = uses;
        slot.clone()
    }

    /// Lets go of what was longest unused, until what is kept fits.
    fn make_room(&self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let samples = |slot: &Slot<R>| match slot.get() {
            Some(Ok(reference)) => reference.samples(),
            _ => FAILED_SAMPLES,
        };
        let mut kept: usize = slots.slots.values().map(|(_, slot)| samples(slot)).sum();
        while kept > KEPT_SAMPLES {
            let idle = slots.slots.iter().filter(|(_, (_, slot))| Arc::strong_count(slot) == 1);
            let Some((key, slot)) = idle.min_by_key(|(_, (last_use, _))| *last_use) else { break };
            kept -= samples(&slot.1);
            let key = key.clone();
            slots.slots.remove(&key);
        }
    }
}
