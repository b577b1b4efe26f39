//! A model's parameters, read from `models/*.json`: every constant that the code names stands there with its source.

pub(crate) mod alignment;
pub(crate) mod belonging;
mod choice;
mod fingerprint;
pub(crate) mod fullband;
pub(crate) mod indicators;
pub(crate) mod long_calls;
mod p862;
mod plausible;
pub(crate) mod section;

use crate::error::{Error, Result};
use crate::guard::caught;
use alignment::AlignmentParameters;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, LazyLock};

pub use choice::{ChosenModel, GivenModel, ModelChoice};
pub(crate) use p862::{
    BarkBand, DelaySearch, Disturbance, InputFilter, Mapping, P862, RateTables, VoiceActivity,
};

/// The file format that this version reads.
const SCHEMA: &str = "basilar-model/1";

/// The least that a mapping comes to; that of P.862.2 ends a thousandth below 1.
const LOWEST_MOS_LQO: f64 = 0.99;

/// How far the ends of a model's range are rounded in its file.
const MOS_LQO_ROUNDING: f64 = 0.01;

/// The most that an opinion can be.
const HIGHEST_MOS_LQO: f64 = 5.0;

/// A perceptual model: its name, its source and every constant it uses. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Model(Arc<File>);

/// The contents of a model file.
#[derive(Debug, Deserialize)]
struct File {
    schema: String,
    name: String,
    version: String,
    title: String,
    source: String,
    band: Band,
    mos_lqo_range: [f64; 2],
    #[serde(flatten)]
    parameters: Parameters,
}

/// What the algorithm reads that evaluates the model.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", content = "parameters", rename_all = "lowercase")]
pub(crate) enum Parameters {
    /// The P.862 family.
    P862(Arc<P862>),
    /// basilar-fb.
    Fullband(Arc<fullband::Parameters>),
}

/// The audio bandwidth that a model judges (P.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// 300 to 3400 Hz, as through a telephone handset.
    Narrowband,
    /// 50 to 7000 Hz, on headphones.
    Wideband,
    /// 20 to 20000 Hz, on headphones.
    Fullband,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Band::Narrowband => "narrowband",
            Band::Wideband => "wideband",
            Band::Fullband => "fullband",
        })
    }
}

macro_rules! built_in {
    ($file:literal) => {{
        static MODEL: LazyLock<Model> = LazyLock::new(|| {
            Model::parse($file, include_str!(concat!("../../models/", $file)))
                .expect("the models that are compiled in are valid, as the tests show")
        });
        MODEL.clone()
    }};
}

impl Model {
    /// P.862 with the P.862.1 mapping: references of 8 kHz, or higher rates brought to 16 kHz.
    pub fn narrowband() -> Self {
        built_in!("p862-nb.json")
    }

    /// P.862.2.
    pub fn wideband() -> Self {
        built_in!("p862-wb.json")
    }

    /// P.862.2 with Corrigendum 2 of 2018.
    pub fn wideband_corrigendum2() -> Self {
        built_in!("p862-wb-cor2.json")
    }

    /// basilar's own model of fullband speech at 48 kHz.
    pub fn fullband() -> Self {
        built_in!("basilar-fb.json")
    }

    /// Every model that is compiled in, under the short name that `--model` takes.
    pub fn built_in() -> [(&'static str, Self); 4] {
        [
            ("nb", Self::narrowband()),
            ("wb", Self::wideband()),
            ("wb-cor2", Self::wideband_corrigendum2()),
            ("fb", Self::fullband()),
        ]
    }

    /// The model that suits a reference of this rate: narrowband up to 8 kHz, fullband from 32 kHz, wideband between.
    pub fn for_sample_rate(sample_rate: u32) -> Self {
        match sample_rate {
            ..=8000 => Self::narrowband(),
            32_000.. => Self::fullband(),
            _ => Self::wideband(),
        }
    }

    /// A model from the text of a model file; `name` is how an error calls it.
    ///
    /// # Errors
    /// [`Error::InvalidModel`] where the text is not a model of this schema, its numbers cannot be evaluated, or are far
    /// beyond those of the built-in models.
    pub fn from_json(name: &str, json: &str) -> Result<Self> {
        let model = Self::parse(name, json)?;
        let invalid = |reason: String| Error::InvalidModel { name: name.to_owned(), reason };
        let file = serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        plausible::check(&file).map_err(invalid)?;
        Ok(model)
    }

    /// A model whose numbers are as they should be, wherever that can be said of each by itself.
    fn parse(name: &str, json: &str) -> Result<Self> {
        let invalid = |reason: String| Error::InvalidModel { name: name.to_owned(), reason };
        let file: File = serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        if file.schema != SCHEMA {
            return Err(invalid(format!(
                "its schema is {:?}, this version reads {SCHEMA:?}",
                file.schema
            )));
        }
        let [lowest, highest] = file.mos_lqo_range;
        if !(LOWEST_MOS_LQO <= lowest && lowest < highest && highest <= HIGHEST_MOS_LQO) {
            return Err(invalid(format!("mos_lqo_range is {lowest} to {highest}, beyond 1 to 5")));
        }
        match &file.parameters {
            Parameters::P862(p862) => p862.validate(),
            Parameters::Fullband(fullband) => fullband.validate(),
        }
        .map_err(invalid)?;
        Ok(Self(Arc::new(file)))
    }

    /// The model's name, such as `p862-wb`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The version of its numbers; a score is comparable within one version.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// One line on what it is.
    pub fn title(&self) -> &str {
        &self.0.title
    }

    /// The Recommendations or publications its numbers come from.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The bandwidth it judges.
    pub fn band(&self) -> Band {
        self.0.band
    }

    /// The lowest and highest MOS-LQO it gives.
    pub fn mos_lqo_range(&self) -> [f64; 2] {
        self.0.mos_lqo_range
    }

    /// The sample rates it works at, in Hz, rising.
    pub fn sample_rates(&self) -> Vec<u32> {
        match self.parameters() {
            Parameters::P862(p862) => p862.rates.iter().map(|rate| rate.sample_rate_hz).collect(),
            Parameters::Fullband(fullband) => vec![fullband.sample_rate()],
        }
    }

    /// Sixteen hexadecimal digits that depend on every number of the model, those of its alignment included: two models
    /// with one fingerprint give the same scores, whatever their names and versions say.
    pub fn fingerprint(&self) -> String {
        fingerprint::fingerprint(&(self.0.mos_lqo_range, &self.0.parameters))
    }

    /// What the model comes to, where its numbers may not be able to be evaluated: those of a file keep the rules, and yet
    /// some may not go with each other.
    pub(crate) fn evaluate<T>(&self, evaluate: impl FnOnce() -> Result<T>) -> Result<T> {
        let is_built_in = Self::built_in().iter().any(|(_, model)| Arc::ptr_eq(&model.0, &self.0));
        if is_built_in {
            return evaluate();
        }
        caught(evaluate).unwrap_or_else(|| Err(self.unusable("its numbers do not go together")))
    }

    /// Refuses an opinion that is none, or that this model cannot have.
    pub(crate) fn check_mos_lqo(&self, mos_lqo: f64) -> Result<f64> {
        let [lowest, highest] = self.mos_lqo_range();
        match (lowest - MOS_LQO_ROUNDING..=highest + MOS_LQO_ROUNDING).contains(&mos_lqo) {
            true => Ok(mos_lqo),
            false => Err(self.unusable(&format!("it came to a MOS-LQO of {mos_lqo}"))),
        }
    }

    fn unusable(&self, reason: &str) -> Error {
        Error::InvalidModel { name: self.name().to_owned(), reason: reason.to_owned() }
    }

    /// How pairs are brought onto one time axis: the model's own way, or the built-in one where the model has its own
    /// delays inside, as the P.862 family.
    pub(crate) fn alignment(&self) -> &AlignmentParameters {
        match &self.0.parameters {
            Parameters::P862(_) => AlignmentParameters::built_in(),
            Parameters::Fullband(fullband) => fullband.alignment(),
        }
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_models_are_valid_and_carry_their_file_names() {
        for (_, model) in Model::built_in() {
            assert!(
                ["p862-", "basilar-"].iter().any(|family| model.name().starts_with(family)),
                "{}",
                model.name()
            );
            assert!(!model.source().is_empty());
        }
    }

    /// Name, version and fingerprint of everything that moves a score.
    const FINGERPRINTS: [[&str; 3]; 6] = [
        ["p862-nb", "1.0.0", "6d5869cea0f5ead9"],
        ["p862-wb", "1.0.0", "7c15939f366dbbb1"],
        ["p862-wb-cor2", "1.0.0", "5de706ec1dc6794f"],
        ["basilar-fb", "2.0.0", "0c9b9d113eb8646f"],
        ["basilar-alignment", "2.0.0", "1c2c0668822d87fb"],
        ["basilar-long-calls", "1.0.0", "9a7c517b9b794b69"],
    ];

    #[test]
    fn numbers_change_with_the_version_only() {
        let models = Model::built_in().map(|(_, model)| {
            [model.name(), model.version(), &model.fingerprint()].map(str::to_owned)
        });
        let mut found = models.to_vec();
        let alignment = alignment::Chosen::default();
        let file = alignment.file();
        let print = fingerprint::fingerprint(&file.parameters);
        found.push([file.name.clone(), file.version.clone(), print]);
        found.push(long_calls::LongCallParameters::identity());
        assert_eq!(
            found, FINGERPRINTS,
            "numbers that change need a new version; then put version and fingerprint here"
        );
    }

    #[test]
    fn a_model_file_may_bring_its_own_alignment() {
        let text = include_str!("../../models/basilar-fb.json");
        let reference = "\"alignment\": \"basilar-alignment 2.0.0\"";
        assert!(text.contains(reference));
        let with = |alignment: &str| {
            Model::from_json(
                "own.json",
                &text.replace(reference, &format!("\"alignment\": {alignment}")),
            )
        };
        let own = include_str!("../../models/alignment.json")
            .replace("\"hop_s\": 0.004", "\"hop_s\": 0.005");
        let model = with(&own).expect("a valid model");
        assert_eq!(model.alignment().envelope.hop_s, 0.005);
        assert_ne!(model.fingerprint(), Model::fullband().fingerprint());
        let older = Model::from_json("older.json", &text.replace(&format!("{reference},"), ""));
        let older = older.expect("a file of version 1.0.0 that says nothing of alignment");
        assert_eq!(older.fingerprint(), Model::fullband().fingerprint());
        for refused in ["\"basilar-alignment 0.9.0\"", "7", &own.replace("0.005", "0.0")] {
            assert!(matches!(with(refused), Err(Error::InvalidModel { .. })), "{refused}");
        }
    }

    #[test]
    fn a_model_with_numbers_that_cannot_be_evaluated_is_refused() {
        let text = include_str!("../../models/p862-wb.json");
        for (from, to) in [
            ("\"vad_window\": 64", "\"vad_window\": 0"),
            ("\"frame\": 512", "\"frame\": 500"),
            ("\"margin_windows\": 75", "\"margin_windows\": 7"),
            ("\"hop_divisor\": 4", "\"hop_divisor\": 0"),
            ("\"schema\": \"basilar-model/1\"", "\"schema\": \"other\""),
            ("\"bins\": 25", "\"bins\": 9999"),
            ("\"kind\": \"p862\"", "\"kind\": \"p999\""),
        ] {
            assert!(text.contains(from), "{from}");
            let refused = Model::from_json("changed.json", &text.replace(from, to));
            assert!(matches!(refused, Err(Error::InvalidModel { .. })), "{to}");
        }
    }
}
