//! Scores for programs: one JSON object on one line, as `schemas/*.json` describe it.

use super::Entry;
use crate::model::{Band, ChosenModel, Model};
use crate::score::{Recording, Scored};
use crate::validation::Validation;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::io::{Error, Result, Write};

/// A reference and the degraded recordings that were compared with it (schema `basilar-score/1`).
///
/// `chosen` is absent where the reference cannot be used.
///
/// # Errors
/// What the writer says.
pub fn score(
    out: &mut impl Write,
    reference: &Entry<Recording>,
    chosen: Option<&ChosenModel>,
    scores: &[Entry<Scored>],
) -> Result<()> {
    scores_of("basilar-score/1", out, reference, chosen, scores)
}

/// The same for scores of any kind, under the name of its schema.
pub(super) fn scores_of<T: Serialize>(
    schema: &'static str,
    out: &mut impl Write,
    reference: &Entry<Recording>,
    chosen: Option<&ChosenModel>,
    scores: &[Entry<T>],
) -> Result<()> {
    #[derive(serde::Serialize)]
    struct Document<'a, T> {
        schema: &'static str,
        reference: &'a Entry<Recording>,
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<ModelLine<'a>>,
        scores: &'a [Entry<T>],
    }
    let model = chosen.map(ModelLine::chosen);
    line(out, &Document { schema, reference, model, scores })
}

/// The models that are built in (schema `basilar-models/1`).
///
/// # Errors
/// What the writer says.
pub fn models(out: &mut impl Write) -> Result<()> {
    #[derive(serde::Serialize)]
    struct Document<'a> {
        schema: &'static str,
        models: Vec<ModelLine<'a>>,
    }
    let built_in = Model::built_in();
    let models = built_in.iter().map(|(option, model)| ModelLine::new(Some(option), model));
    line(out, &Document { schema: "basilar-models/1", models: models.collect() })
}

/// A validation against people's votes (schema `basilar-validation/1`).
///
/// # Errors
/// What the writer says.
pub fn validation(out: &mut impl Write, validation: &Validation) -> Result<()> {
    line(out, validation)
}

#[derive(serde::Serialize)]
struct ModelLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    option: Option<&'a str>,
    name: &'a str,
    version: &'a str,
    title: &'a str,
    source: &'a str,
    band: Band,
    sample_rates: Vec<u32>,
    mos_lqo_range: [f64; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen_by: Option<&'static str>,
}

impl<'a> ModelLine<'a> {
    /// The model of a comparison.
    fn chosen(chosen: &'a ChosenModel) -> Self {
        let chosen_by = Some(if chosen.automatic { "auto" } else { "option" });
        Self { chosen_by, ..Self::new(None, &chosen.model) }
    }

    fn new(option: Option<&'a str>, model: &'a Model) -> Self {
        Self {
            option,
            name: model.name(),
            version: model.version(),
            title: model.title(),
            source: model.source(),
            band: model.band(),
            sample_rates: model.sample_rates(),
            mos_lqo_range: model.mos_lqo_range(),
            chosen_by: None,
        }
    }
}

impl<T: Serialize> Serialize for Entry<T> {
    /// The name, and beside it either what is known or the sentence that says why nothing is.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Usable<'a, T> {
            file: &'a str,
            #[serde(flatten)]
            known: &'a T,
        }
        match &self.outcome {
            Ok(known) => Usable { file: &self.file, known }.serialize(serializer),
            Err(error) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("file", &self.file)?;
                map.serialize_entry("error", &error.to_string())?;
                map.end()
            }
        }
    }
}

/// One document on a line.
pub(super) fn line(out: &mut impl Write, document: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *out, document).map_err(Error::from)?;
    writeln!(out)
}
