//! A row of a manifest on its way to a result.

use super::done::Identity;
use super::pair::Pair;
use crate::error::{Error, Result};
use crate::table::Cells;
use std::hash::Hasher;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use twox_hash::XxHash3_64;

/// A result whose error may be that of several rows.
pub(crate) type Shared<T> = std::result::Result<T, Arc<Error>>;

/// One row of a manifest.
#[derive(Debug)]
pub(super) struct Task {
    /// The row, counted from 0.
    pub index: u64,
    /// The cells that go into the results as they are.
    pub carried: Cells,
    /// What to score, or why the row cannot be.
    pub pair: Shared<Pair>,
    /// What its result depends on, once it is about to be scored.
    pub identity: Option<Identity>,
    /// Whether it was finished, of recordings or a model that have changed since.
    pub again: bool,
}

/// The rows of a manifest; an error here ends it.
pub(super) type Tasks = Box<dyn Iterator<Item = Result<Task>> + Send>;

impl Task {
    /// A row that is new.
    pub fn new(index: u64, carried: Cells, pair: Shared<Pair>) -> Self {
        Self { index, carried, pair, identity: None, again: false }
    }

    /// What its result depends on besides the manifest and the options: size and time of change of both recordings, every
    /// number of the model, the channel.
    pub fn identify(&self) -> Identity {
        let mut hasher = XxHash3_64::new();
        match &self.pair {
            Ok(pair) => {
                add_file(&mut hasher, &pair.reference);
                add_file(&mut hasher, &pair.degraded);
                hasher.write(format!("{} {}", pair.model, pair.channel).as_bytes());
            }
            Err(error) => hasher.write(error.to_string().as_bytes()),
        }
        Identity::new(hasher.finish()).unwrap_or(Identity::MIN)
    }
}

/// What changes when a file is written; a file that is not there differs from every one that is.
fn add_file(hasher: &mut XxHash3_64, path: &Path) {
    let Ok(file) = path.metadata() else { return hasher.write(b"none") };
    let changed = file.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    hasher.write(&file.len().to_le_bytes());
    hasher.write(&changed.map_or(0, |time| time.as_nanos()).to_le_bytes());
}
