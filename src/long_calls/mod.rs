//! Recordings of minutes to hours: aligned as a whole, scored stretch by stretch, never in memory at once.
//!
//! 1. `survey`: each recording is decoded once as a stream; `outline` keeps a few band powers every 20 ms.
//! 2. `pauses`: where the reference speaks, and `cut`: its speech in stretches of 6 to 12 s between pauses.
//! 3. `course`: where each stretch is heard, over the whole recording.
//! 4. `windows`: both recordings are decoded a second time, a stretch after the other.
//! 5. `stretch`: the place to the sample, by the alignment of calls, and the score, by any model.
//! 6. `parts`: beginning, middle, end and whole.
//!
//! `score` is what is told of all this.

mod course;
mod cut;
mod outline;
mod parts;
mod pauses;
mod score;
mod stretch;
mod survey;
mod windows;

pub use score::{LongScore, LongScored, Part, Stretch};
pub use survey::Survey;

use crate::error::{Error, Result};
use crate::model::long_calls::LongCallParameters;
use crate::model::{ChosenModel, ModelChoice};
use crate::parallel;
use crate::score::Recording;
use crate::signal::OpenOptions;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use stretch::Reader;

/// A long reference, cut into stretches, ready for any number of degraded recordings.
pub struct LongReference {
    survey: Survey,
    /// In frames of the outline.
    stretches: Vec<Range<usize>>,
    chosen: ChosenModel,
}

impl LongReference {
    /// Reads a reference, of which a single channel goes with any choice of channel, and cuts it at its pauses.
    ///
    /// # Errors
    /// As [`Survey::of`], and [`Error::NoSpeech`].
    pub fn open(path: &Path, options: &OpenOptions, choice: &ModelChoice) -> Result<Self> {
        let survey = options.for_reference(|options| Survey::of(path, options))?;
        let powers = &survey.outline.powers;
        let parameters = LongCallParameters::built_in();
        let speech = pauses::speech(powers, &parameters.pauses);
        let stretches = cut::stretches(powers, &speech, &parameters.cuts);
        if stretches.is_empty() {
            return Err(Error::NoSpeech {
                name: survey.name(),
                minimum_s: parameters.pauses.shortest_speech_s,
            });
        }
        let chosen = choice.for_sample_rate(survey.sample_rate());
        Ok(Self { survey, stretches, chosen })
    }

    /// The model that its stretches are scored with, and who chose it.
    pub fn chosen(&self) -> &ChosenModel {
        &self.chosen
    }

    /// Rate and length of the reference.
    pub fn recording(&self) -> Recording {
        self.survey.recording()
    }

    /// How many values of four bytes are kept of it.
    #[cfg(feature = "cli")]
    pub(crate) fn kept_values(&self) -> usize {
        self.survey.kept_values()
    }

    /// Reads a degraded recording and scores every stretch, `jobs` of them at once.
    ///
    /// # Errors
    /// As [`Survey::of`] and [`score`](Self::score).
    pub fn score_file(
        &self,
        path: &Path,
        options: &OpenOptions,
        jobs: NonZeroUsize,
    ) -> Result<LongScored> {
        let degraded = Survey::of(path, options)?;
        let score = self.score(&degraded, jobs)?;
        Ok(LongScored { recording: degraded.recording(), score })
    }

    /// Scores every stretch of a degraded recording, `jobs` of them at once; the same bits whatever their number.
    ///
    /// # Errors
    /// A recording that cannot be read again. A stretch that cannot be scored is no error here.
    pub fn score(&self, degraded: &Survey, jobs: NonZeroUsize) -> Result<LongScore> {
        let outlines = [&self.survey.outline, &degraded.outline];
        let [reference_bands, degraded_bands] = outlines.map(|outline| &outline.bands);
        let course = &LongCallParameters::built_in().course;
        let places = course::course(&self.stretches, reference_bands, degraded_bands, course);
        let tasks = stretch::tasks(&self.stretches, &places, &self.survey, degraded);
        let reader = Mutex::new(Reader::new(&self.survey, degraded, tasks)?);
        let work = || -> Result<Vec<(usize, Stretch)>> {
            let mut scored = Vec::new();
            loop {
                let cut = reader.lock().unwrap_or_else(PoisonError::into_inner).next()?;
                let Some(cut) = cut else { return Ok(scored) };
                scored.push((cut.place, cut.score(&self.chosen.model)));
            }
        };
        let scored: Vec<Vec<_>> =
            parallel::on_each(jobs, work).into_iter().collect::<Result<_>>()?;
        let mut scored: Vec<_> = scored.into_iter().flatten().collect();
        scored.sort_by_key(|(place, _)| *place);
        let stretches = scored.into_iter().map(|(_, stretch)| stretch).collect();
        Ok(LongScore::new(stretches, &self.survey, degraded))
    }
}
