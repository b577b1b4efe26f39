//! The prepared references: each made once, by the worker that first needs it, and kept for as long as room allows.

use super::manifest::Pair;
use super::row;
use crate::error::Result;
use crate::scorer::{PreparedReference, Scorer};
use crate::signal::{OpenOptions, Signal};
use crate::table::Cells;
use std::collections::HashMap;
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
    pub prepared: PreparedReference,
    pub duration_s: f64,
    samples: usize,
}

impl Reference {
    fn open(pair: &Pair) -> Result<Self> {
        let options = OpenOptions { channel: pair.channel, raw: None };
        let signal = Signal::open_with(&pair.reference, &options)?;
        let scorer = Scorer::new(pair.model.model(signal.sample_rate()));
        let (duration_s, samples) = (signal.duration_s(), signal.samples().len());
        Ok(Self { prepared: scorer.prepare(&signal)?, duration_s, samples })
    }
}

/// A reference that is being made, was made, or cannot be made, with the cells that say why.
type Slot = Arc<OnceLock<std::result::Result<Reference, Cells>>>;

#[derive(Default)]
pub(super) struct References {
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    slots: HashMap<Key, (u64, Slot)>,
    uses: u64,
}

impl References {
    /// The cells of a pair's result.
    pub fn score(&self, pair: &Pair) -> Cells {
        let slot = self.slot(Key::of(pair));
        let reference = slot.get_or_init(|| Reference::open(pair).map_err(|e| row::failed(&e)));
        self.make_room();
        match reference {
            Ok(reference) => score(reference, pair).unwrap_or_else(|error| row::failed(&error)),
            Err(failed) => failed.clone(),
        }
    }

    fn slot(&self, key: Key) -> Slot {
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
        let samples = |slot: &Slot| match slot.get() {
            Some(Ok(reference)) => reference.samples,
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

fn score(reference: &Reference, pair: &Pair) -> Result<Cells> {
    let options = OpenOptions { channel: pair.channel, raw: None };
    let degraded = Signal::open_with(&pair.degraded, &options)?;
    let score = reference.prepared.score(&degraded)?;
    Ok(row::scored(&score, reference.duration_s, degraded.duration_s()))
}
