//! Recordings of minutes to hours: aligned as a whole, scored stretch by stretch, never in memory at once.
//!
//! 1. `survey`: each recording is decoded once as a stream; `outline` keeps a few band powers every 20 ms.
//! 2. `pauses`: where the reference speaks, and `cut`: its speech in stretches of 6 to 12 s between pauses.
//! 3. `course`: where each stretch is heard, over the whole recording.
//! 4. `windows`: both recordings are decoded a second time, a stretch after the other.
//! 5. `stretch`: the place to the sample, by the alignment of calls, and the score, by any model.
//! 6. `parts`: beginning, middle, end and whole.

mod course;
mod cut;
mod outline;
mod parts;
mod pauses;
mod stretch;
mod survey;
mod windows;

pub use parts::{LongScore, Part};
pub use stretch::Stretch;
pub use survey::Survey;

use crate::error::{Error, Result};
use crate::model::Model;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use stretch::Reader;

/// A long reference, cut into stretches, ready for any number of degraded recordings.
pub struct LongReference {
    survey: Survey,
    /// In frames of the outline.
    stretches: Vec<Range<usize>>,
    model: Model,
}

impl LongReference {
    /// Cuts a reference at its pauses.
    ///
    /// # Errors
    /// [`Error::NoSpeech`].
    pub fn new(survey: Survey, model: Model) -> Result<Self> {
        let powers = &survey.outline.powers;
        let stretches = cut::stretches(powers, &pauses::speech(powers));
        if stretches.is_empty() {
            return Err(Error::NoSpeech { name: survey.name() });
        }
        Ok(Self { survey, stretches, model })
    }

    /// The recording.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Scores every stretch of a degraded recording, `jobs` of them at once; the same bits whatever their number.
    ///
    /// # Errors
    /// A recording that cannot be read again. A stretch that cannot be scored is no error here.
    pub fn score(&self, degraded: &Survey, jobs: NonZeroUsize) -> Result<LongScore> {
        let outlines = [&self.survey.outline, &degraded.outline];
        let [reference_bands, degraded_bands] = outlines.map(|outline| &outline.bands);
        let places = course::course(&self.stretches, reference_bands, degraded_bands);
        let tasks = stretch::tasks(&self.stretches, &places, &self.survey, degraded);
        let reader = Mutex::new(Reader::new(&self.survey, degraded, tasks)?);
        let work = || -> Result<Vec<(usize, Stretch)>> {
            let mut scored = Vec::new();
            loop {
                let cut = reader.lock().unwrap_or_else(PoisonError::into_inner).next()?;
                let Some(cut) = cut else { return Ok(scored) };
                scored.push((cut.place, cut.score(&self.model)));
            }
        };
        let scored = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(work)).collect();
            let results = workers.into_iter().map(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            results.collect::<Result<Vec<_>>>()
        })?;
        let mut scored: Vec<_> = scored.into_iter().flatten().collect();
        scored.sort_by_key(|(place, _)| *place);
        let stretches = scored.into_iter().map(|(_, stretch)| stretch).collect();
        Ok(LongScore::new(stretches, &self.survey, degraded))
    }
}
