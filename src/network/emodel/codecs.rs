//! What each codec costs: equipment impairment and packet-loss robustness, with source and confidence, as data.

use super::{Inputs, Scale};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::LazyLock;

/// The file format that this version reads.
const SCHEMA: &str = "basilar-emodel-codecs/1";

/// Rows of codec values; every one of them can be replaced by a file of one's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codecs {
    schema: String,
    version: String,
    #[serde(rename = "about")]
    _about: String,
    codecs: Vec<Codec>,
}

/// One codec at one rate, on one scale.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Codec {
    /// The short name, unique in the file, such as `g729a`.
    pub id: String,
    /// The name in words.
    pub name: String,
    /// The scale of its values.
    pub scale: Scale,
    /// Bit rate in kbit/s.
    pub kbit_s: f64,
    /// Ie: the equipment impairment factor.
    pub ie: f64,
    /// How sure Ie is.
    pub ie_confidence: Confidence,
    /// Bpl under random loss; none where nothing is published.
    #[serde(default)]
    pub bpl: Option<f64>,
    /// How sure Bpl is.
    #[serde(default)]
    pub bpl_confidence: Option<Confidence>,
    /// Speech in a packet for which Bpl was found, in ms.
    #[serde(default)]
    pub packet_ms: Option<f64>,
    /// How listeners heard it.
    pub context: ListeningContext,
    /// Where the values come from.
    pub source: String,
}

/// How well a codec's value is attested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Confidence {
    /// At least two independent sources agree.
    A,
    /// One source that cites the table.
    B,
    /// A paper, not ITU.
    C,
    /// A guess, or sources that contradict each other.
    D,
}

/// How listeners heard a codec when its values were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ListeningContext {
    /// With one ear, as at a handset.
    Monotic,
    /// With both, as on headphones.
    Diotic,
}

impl Codec {
    /// Whether an estimate from these values must be called provisional: no standard stands behind them.
    pub fn is_provisional(&self) -> bool {
        self.ie_confidence >= Confidence::C || self.bpl_confidence >= Some(Confidence::C)
    }

    /// The default inputs with this codec; where no Bpl is published, that of the least robust codec.
    pub fn inputs(&self) -> Inputs {
        let inputs = Inputs::default();
        Inputs { ie: self.ie, bpl: self.bpl.unwrap_or(inputs.bpl), ..inputs }
    }

    /// What an estimate with these values, with loss or without, should be read with.
    pub fn remarks(&self, with_loss: bool) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.is_provisional() {
            remarks.push(format!(
                "provisional: the values of {} have no standard behind them ({})",
                self.name, self.source
            ));
        }
        if with_loss && self.bpl.is_none() {
            remarks.push(format!(
                "no Bpl is published for {}; that of the least robust codec is taken",
                self.name
            ));
        }
        remarks
    }
}

impl Codecs {
    /// The values that are compiled in.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Codecs> = LazyLock::new(|| {
            let json = include_str!("../../../models/emodel-codecs.json");
            Codecs::from_json("emodel-codecs.json", json)
                .expect("the values that are compiled in are valid, as the tests show")
        });
        &BUILT_IN
    }

    /// Values from the text of a file; `name` is how an error calls it.
    ///
    /// # Errors
    /// [`Error::InvalidModel`] where the text is not of this schema, or a value cannot be.
    pub fn from_json(name: &str, json: &str) -> Result<Self> {
        let invalid = |reason: String| Error::InvalidModel { name: name.to_owned(), reason };
        let codecs: Self =
            serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        if codecs.schema != SCHEMA {
            return Err(invalid(format!(
                "its schema is {:?}, this version reads {SCHEMA:?}",
                codecs.schema
            )));
        }
        for (index, codec) in codecs.codecs.iter().enumerate() {
            codec.inputs().rate(codec.scale).map_err(|error| invalid(error.to_string()))?;
            if codecs.codecs[..index].iter().any(|before| before.id == codec.id) {
                return Err(invalid(format!("it has two codecs {:?}", codec.id)));
            }
        }
        Ok(codecs)
    }

    /// Values from a file.
    ///
    /// # Errors
    /// What the operating system says, or [`Error::InvalidModel`] as from [`from_json`](Self::from_json).
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let json = std::fs::read_to_string(path).map_err(|error| Error::from_io(&name, error))?;
        Self::from_json(&name, &json)
    }

    /// The version of the values.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All rows, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Codec> {
        self.codecs.iter()
    }

    /// The row with a short name.
    ///
    /// # Errors
    /// [`Error::UnknownCodec`], which lists the names there are.
    pub fn find(&self, id: &str) -> Result<&Codec> {
        self.get(id).ok_or_else(|| Error::UnknownCodec {
            word: id.to_owned(),
            known: self.iter().map(|codec| codec.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The row with a short name, if there is one.
    pub fn get(&self, id: &str) -> Option<&Codec> {
        self.iter().find(|codec| codec.id.eq_ignore_ascii_case(id))
    }
}
