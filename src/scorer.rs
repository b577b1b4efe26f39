//! The one way in: a scorer, a reference prepared once, and the score of each degraded signal.

mod fullband;
mod p862;

use crate::alignment;
use crate::error::Result;
use crate::model::{ChosenModel, ModelChoice, Parameters};
use crate::p862::Prepared as P862Reference;
use crate::score::{Alignment, Recording, Score, Scored};
use crate::signal::{OpenOptions, Signal};
use fullband::FullbandReference;
use std::path::Path;

/// Scores degraded signals against references with one model, or with the one that suits the reference.
#[derive(Debug, Clone, Default)]
pub struct Scorer {
    choice: ModelChoice,
}

impl Scorer {
    /// A scorer with a model, or with the choice of one.
    pub fn new(model: impl Into<ModelChoice>) -> Self {
        Self { choice: model.into() }
    }

    /// Does the reference's part of the work, once for any number of degraded signals.
    ///
    /// # Errors
    /// A reference that is too short or silent, or has samples that are not finite.
    pub fn prepare(&self, reference: &Signal) -> Result<PreparedReference> {
        reference.validate()?;
        let chosen = self.choice.for_sample_rate(reference.sample_rate());
        let prepare = || {
            Ok(match chosen.model.parameters() {
                Parameters::P862(p862) => {
                    Prepared::P862(Box::new(P862Reference::new(p862, reference)?))
                }
                Parameters::Fullband(fullband) => {
                    Prepared::Fullband(Box::new(FullbandReference::new(fullband, reference)?))
                }
            })
        };
        Ok(PreparedReference {
            prepared: chosen.model.evaluate(prepare)?,
            chosen,
            signal: reference.clone(),
            warnings: warnings(reference),
        })
    }

    /// Opens a reference, of which a single channel goes with any choice of channel, and prepares it.
    ///
    /// # Errors
    /// As [`Signal::open_reference`] and [`prepare`](Self::prepare).
    pub fn open(&self, path: impl AsRef<Path>, options: &OpenOptions) -> Result<PreparedReference> {
        self.prepare(&Signal::open_reference(path, options)?)
    }

    /// Scores one pair.
    ///
    /// # Errors
    /// What [`Scorer::prepare`] and [`PreparedReference::score`] refuse.
    pub fn score(&self, reference: &Signal, degraded: &Signal) -> Result<Score> {
        self.prepare(reference)?.score(degraded)
    }
}

/// A reference that is ready to be compared with; `Send + Sync`, for use from many threads at once.
pub struct PreparedReference {
    chosen: ChosenModel,
    signal: Signal,
    prepared: Prepared,
    warnings: Vec<String>,
}

enum Prepared {
    P862(Box<P862Reference>),
    Fullband(Box<FullbandReference>),
}

impl PreparedReference {
    /// The model that it is ready for, and who chose it.
    pub fn chosen(&self) -> &ChosenModel {
        &self.chosen
    }

    /// Rate and length of the reference.
    pub fn recording(&self) -> Recording {
        (&self.signal).into()
    }

    /// The reference as it was given.
    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    /// Opens a degraded recording and scores it.
    ///
    /// # Errors
    /// As [`Signal::open_with`] and [`score`](Self::score).
    pub fn open(&self, path: impl AsRef<Path>, options: &OpenOptions) -> Result<Scored> {
        self.compare(&Signal::open_with(path, options)?)
    }

    /// Scores a degraded signal and keeps its rate and length beside the score.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn compare(&self, degraded: &Signal) -> Result<Scored> {
        Ok(Scored { recording: degraded.into(), score: self.score(degraded)? })
    }

    /// Scores a degraded signal; the same pair gives the same bits whatever else runs.
    ///
    /// # Errors
    /// A degraded signal that has samples which are not finite. P.862 also refuses one that is too short or silent, a
    /// reference without speech, and one whose speech the degraded signal does not overlap.
    pub fn score(&self, degraded: &Signal) -> Result<Score> {
        self.score_aligned(degraded, None)
    }

    /// The same for a recording that is on the reference's time axis already, sample for sample.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub(crate) fn score_on_time(&self, heard: &Signal) -> Result<Score> {
        let known = match &self.prepared {
            Prepared::P862(_) => None,
            Prepared::Fullband(prepared) => Some(prepared.on_time()),
        };
        self.score_aligned(heard, known)
    }

    /// The same where the alignment of the two at the model's rate may be known already. P.862 has its own.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub(crate) fn score_aligned(
        &self,
        degraded: &Signal,
        known: Option<alignment::Alignment>,
    ) -> Result<Score> {
        degraded.validate()?;
        let model = &self.chosen.model;
        let mut score = model.evaluate(|| match &self.prepared {
            Prepared::P862(prepared) => Ok(Score::of_outcome(model, prepared.score(degraded)?)),
            Prepared::Fullband(prepared) => prepared.score(model, degraded, known),
        })?;
        model.check_mos_lqo(score.mos_lqo)?;
        score.warnings = self.warnings.iter().cloned().chain(warnings(degraded)).collect();
        let confidence = score.alignment.confidence();
        if confidence < Alignment::UNRELATED_BELOW {
            score.warnings.push(format!(
                "{}: hardly resembles the reference (alignment confidence {confidence:.2}); check that the two belong together",
                degraded.name()
            ));
        }
        Ok(score)
    }
}

/// What was noticed when a signal was read, with its name.
fn warnings(signal: &Signal) -> Vec<String> {
    signal.warnings().iter().map(|warning| format!("{}: {warning}", signal.name())).collect()
}
