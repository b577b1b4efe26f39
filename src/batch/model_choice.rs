//! The model that a row is scored with.

use crate::error::{Error, Result};
use crate::model::Model;
use std::fmt;
use std::str::FromStr;

/// The model to score with.
#[derive(Debug, Clone, Default)]
pub enum ModelChoice {
    /// What suits the reference's sample rate.
    #[default]
    Auto,
    /// This one.
    Model(Model),
}

impl ModelChoice {
    /// The model for a reference of this rate.
    pub fn model(&self, sample_rate: u32) -> Model {
        match self {
            Self::Auto => Model::for_sample_rate(sample_rate),
            Self::Model(model) => model.clone(),
        }
    }
}

impl FromStr for ModelChoice {
    type Err = Error;

    /// `auto`, or the short or full name of a model that is compiled in.
    fn from_str(word: &str) -> Result<Self> {
        if word == "auto" {
            return Ok(Self::Auto);
        }
        let built_in = Model::built_in();
        match built_in.iter().find(|(name, model)| word == *name || word == model.name()) {
            Some((_, model)) => Ok(Self::Model(model.clone())),
            None => Err(Error::UnknownModel {
                word: word.to_owned(),
                known: built_in.map(|(name, _)| name).join(", "),
            }),
        }
    }
}

impl fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Model(model) => write!(f, "{} {}", model.name(), model.version()),
        }
    }
}
