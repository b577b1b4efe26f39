//! References that are prepared once, by the worker that first needs each, and kept for as long as room allows.

use super::task::Shared;
use crate::error::Result;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Samples of references that are kept while no worker uses them: 65 of 8 s at 16 kHz.
const KEPT_SAMPLES: usize = 1 << 23;

/// What a reference counts for that could not be read, so that there are never more than a thousand.
const FAILED_SAMPLES: usize = KEPT_SAMPLES / 1000;

/// A reference that is being made, was made, or cannot be made.
type Slot<R> = Arc<OnceLock<Shared<R>>>;

/// Prepared references by what tells them apart, for any number of threads.
pub struct References<K, R> {
    slots: Mutex<Slots<K, R>>,
    samples: fn(&R) -> usize,
}

struct Slots<K, R> {
    slots: HashMap<K, (u64, Slot<R>)>,
    uses: u64,
}

impl<K: Clone + Eq + Hash, R> References<K, R> {
    /// None yet; `samples` says how many samples a reference takes the memory of.
    pub fn new(samples: fn(&R) -> usize) -> Self {
        Self { slots: Mutex::new(Slots { slots: HashMap::new(), uses: 0 }), samples }
    }

    /// Compares with the reference of a key, which `prepare` makes where it is not there.
    ///
    /// # Errors
    /// What `prepare` said when it was asked, and what `compare` says.
    pub fn with<T>(
        &self,
        key: K,
        prepare: impl FnOnce() -> Result<R>,
        compare: impl FnOnce(&R) -> Result<T>,
    ) -> Shared<T> {
        let slot = self.slot(key);
        let reference = slot.get_or_init(|| prepare().map_err(Arc::new));
        self.make_room();
        match reference {
            Ok(reference) => compare(reference).map_err(Arc::new),
            Err(error) => Err(Arc::clone(error)),
        }
    }

    fn slot(&self, key: K) -> Slot<R> {
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
            Some(Ok(reference)) => (self.samples)(reference),
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
