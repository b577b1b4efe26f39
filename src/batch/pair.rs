//! A pair: what to score, and how.

use crate::model::ModelChoice;
use crate::signal::{Channel, OpenOptions};
use std::path::PathBuf;

/// A reference and a degraded recording, with the model and the channel that they are compared with.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub reference: PathBuf,
    pub degraded: PathBuf,
    pub model: ModelChoice,
    pub channel: Channel,
}

/// What tells prepared references apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ReferenceKey {
    path: PathBuf,
    model: String,
    channel: String,
}

impl Pair {
    /// How its recordings are opened.
    pub fn options(&self) -> OpenOptions {
        OpenOptions { channel: self.channel, raw: None }
    }

    /// What its reference has in common with those of other pairs that may be prepared once.
    pub(super) fn reference_key(&self) -> ReferenceKey {
        ReferenceKey {
            path: self.reference.clone(),
            model: self.model.to_string(),
            channel: self.channel.to_string(),
        }
    }
}
