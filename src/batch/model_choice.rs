//! Which model scores: by the reference's rate, built in, or from a file.

use crate::error::{Error, Result};
use crate::model::Model;
use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;
use twox_hash::XxHash3_64;

/// The model to score with.
#[derive(Debug, Clone, Default)]
pub enum ModelChoice {
    /// What suits the reference's sample rate.
    #[default]
    Auto,
    /// This one.
    Model {
        /// The model.
        model: Model,
        /// Name and version, and for a model file a number over its bytes: what tells two choices apart.
        identity: String,
    },
}

impl ModelChoice {
    /// Reads `auto`, the short or full name of a model that is built in, or the path of a `.json` model file;
    /// relative paths are relative to `folder`.
    ///
    /// # Errors
    /// [`Error::UnknownModel`], [`Error::InvalidModel`], or that the file cannot be read.
    pub fn within(folder: &Path, word: &str) -> Result<Self> {
        if word == "auto" {
            return Ok(Self::Auto);
        }
        let built_in = Model::built_in();
        if let Some((_, model)) =
            built_in.iter().find(|(name, model)| word == *name || word == model.name())
        {
            let identity = format!("{} {}", model.name(), model.version());
            return Ok(Self::Model { model: model.clone(), identity });
        }
        if !word.ends_with(".json") {
            let known = built_in.map(|(name, _)| name).join(", ");
            return Err(Error::UnknownModel { word: word.to_owned(), known });
        }
        let path = folder.join(word);
        let name = path.display().to_string();
        let json = fs::read_to_string(&path).map_err(|error| Error::from_io(&name, error))?;
        let model = Model::from_json(&name, &json)?;
        let bytes = XxHash3_64::oneshot(json.as_bytes());
        let identity = format!("{} {} {bytes:016x}", model.name(), model.version());
        Ok(Self::Model { model, identity })
    }

    /// The model for a reference of this rate.
    pub fn for_sample_rate(&self, sample_rate: u32) -> Model {
        match self {
            Self::Auto => Model::for_sample_rate(sample_rate),
            Self::Model { model, .. } => model.clone(),
        }
    }

    /// Whether the reference's rate decides.
    pub fn is_automatic(&self) -> bool {
        matches!(self, Self::Auto)
    }
}

impl FromStr for ModelChoice {
    type Err = Error;

    /// As [`within`](Self::within) the current folder.
    fn from_str(word: &str) -> Result<Self> {
        Self::within(Path::new(""), word)
    }
}

impl fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Model { identity, .. } => identity,
        })
    }
}
