//! `--model`: automatic, built in, or a model file.

use basilar::Model;
use basilar::report::Chosen;
use std::fs;

/// What `--model` says.
#[derive(Debug, Clone)]
pub enum Choice {
    Auto,
    Fixed(Model),
}

impl Choice {
    /// Reads the word; a model file is opened here, so that a bad one is wrong usage.
    pub fn parse(word: &str) -> Result<Self, String> {
        if word == "auto" {
            return Ok(Self::Auto);
        }
        if let Some((_, model)) = Model::built_in().into_iter().find(|(name, _)| *name == word) {
            return Ok(Self::Fixed(model));
        }
        if !word.ends_with(".json") {
            let known = Model::built_in().map(|(name, _)| name).join(", ");
            return Err(format!("give auto, {known} or the path of a .json model file"));
        }
        let json = fs::read_to_string(word)
            .map_err(|error| format!("cannot be read ({error}); check the path"))?;
        Model::from_json(word, &json).map(Self::Fixed).map_err(|error| error.to_string())
    }

    /// The model for a reference of this rate.
    pub fn for_sample_rate(&self, sample_rate: u32) -> Chosen {
        match self {
            Self::Auto => Chosen { model: Model::for_sample_rate(sample_rate), automatic: true },
            Self::Fixed(model) => Chosen { model: model.clone(), automatic: false },
        }
    }
}
