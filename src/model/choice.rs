//! The choice of a model: by the reference's rate, by the name of one that is built in, or from a file.

use super::Model;
use crate::error::{Error, Result};
use crate::file;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use twox_hash::XxHash3_64;

/// The word for the choice by the reference's sample rate.
const AUTO: &str = "auto";

/// The most bytes of a model file: those of the built-in models have 30 thousand at most.
const MOST_BYTES: u64 = 1 << 24;

/// The model to score with, before the reference is known.
#[derive(Debug, Clone, Default)]
pub enum ModelChoice {
    /// What suits the reference's sample rate.
    #[default]
    Auto,
    /// This one.
    Given(GivenModel),
}

/// A model that was asked for.
#[derive(Debug, Clone)]
pub struct GivenModel {
    model: Model,
    label: String,
    identity: String,
    path: Option<PathBuf>,
}

/// The model of a comparison, and who chose it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChosenModel {
    /// The model.
    pub model: Model,
    /// Whether the reference's sample rate decided.
    pub automatic: bool,
}

impl ModelChoice {
    /// Reads `auto`, the short or full name of a model that is built in, in upper or lower case, or the path of a
    /// `.json` model file; relative paths are relative to `folder`.
    ///
    /// # Errors
    /// [`Error::UnknownModel`], [`Error::InvalidModel`], or that the file cannot be read.
    pub fn within(folder: &Path, word: &str) -> Result<Self> {
        if word.eq_ignore_ascii_case(AUTO) {
            return Ok(Self::Auto);
        }
        let built_in = Model::built_in();
        let is_meant = |(short, model): &&(&str, Model)| {
            [short, model.name()].iter().any(|name| word.eq_ignore_ascii_case(name))
        };
        if let Some((short, model)) = built_in.iter().find(is_meant) {
            return Ok(Self::Given(GivenModel::new(model.clone(), short)));
        }
        if !word.to_ascii_lowercase().ends_with(".json") {
            let known = built_in.map(|(short, _)| short).join(", ");
            return Err(Error::UnknownModel { word: word.to_owned(), known });
        }
        let path = folder.join(word);
        let name = path.display().to_string();
        let json = file::text(&path, MOST_BYTES)?;
        let mut given = GivenModel::from(Model::from_json(&name, &json)?);
        // Two files may hold different numbers under one name and version.
        given.path = Some(path);
        given.identity += &format!(" {:016x}", XxHash3_64::oneshot(json.as_bytes()));
        Ok(Self::Given(given))
    }

    /// The model for a reference of this rate, in Hz.
    pub fn for_sample_rate(&self, sample_rate: u32) -> ChosenModel {
        match self {
            Self::Auto => {
                ChosenModel { model: Model::for_sample_rate(sample_rate), automatic: true }
            }
            Self::Given(given) => ChosenModel { model: given.model.clone(), automatic: false },
        }
    }

    /// The file that it was read from.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Auto => None,
            Self::Given(given) => given.path.as_deref(),
        }
    }

    /// What results call it: `auto`, the short name of a model that is built in, or the name in the model file.
    pub fn label(&self) -> &str {
        match self {
            Self::Auto => AUTO,
            Self::Given(given) => &given.label,
        }
    }
}

impl GivenModel {
    fn new(model: Model, label: &str) -> Self {
        let identity = format!("{} {}", model.name(), model.version());
        Self { model, label: label.to_owned(), identity, path: None }
    }
}

impl From<Model> for GivenModel {
    fn from(model: Model) -> Self {
        let label = model.name().to_owned();
        Self::new(model, &label)
    }
}

impl From<Model> for ModelChoice {
    fn from(model: Model) -> Self {
        Self::Given(model.into())
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
    /// What tells two choices apart: `auto`, or name and version, for a model file with a number over its bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => AUTO,
            Self::Given(given) => &given.identity,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_full_names_in_any_case_are_the_same_choice() {
        for words in [["wb", "WB", "p862-wb", "P862-WB"], ["fb", "Fb", "basilar-fb", "BASILAR-FB"]]
        {
            let [first, others @ ..] = words.map(|word| word.parse::<ModelChoice>().unwrap());
            for other in others {
                assert_eq!(other.to_string(), first.to_string());
                assert_eq!(other.label(), first.label());
            }
            assert_eq!(first.label(), words[0]);
        }
        assert!(matches!("AUTO".parse(), Ok(ModelChoice::Auto)));
        assert!(matches!("nb2".parse::<ModelChoice>(), Err(Error::UnknownModel { .. })));
    }
}
