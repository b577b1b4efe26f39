//! How a direction sounded: its prompt found by alignment, the part of it that was heard scored, and the score joined to
//! the packets that were missing.

mod findings;
mod heard;
mod moments;
mod parameters;
mod prompts;
mod search;

pub use prompts::Prompts;

use super::call::{Call, Sound};
use super::decode::Rendered;
use super::options::Concealment;
use super::playout::Design;
use crate::error::Result;
use crate::finding::Diagnosis;
use crate::model::ModelChoice;
use crate::scorer::Scorer;
use crate::signal::Signal;
use moments::Packets;
use search::Sought;

/// What heard a direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Receiver {
    /// How it fills gaps.
    pub concealment: Concealment,
    /// Its de-jitter buffer.
    pub buffer: Design,
}

impl Prompts {
    /// Scores a direction against the prompt that it plays; none where it plays none of these, which are told by
    /// [`of`](Self::of).
    ///
    /// # Errors
    /// What the model refuses, such as a part of the prompt without speech.
    pub(super) fn score(
        &self,
        places: &[usize],
        rendered: &Rendered,
        choice: &ModelChoice,
        receiver: Receiver,
    ) -> Result<Option<Sound>> {
        let samples = rendered.samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let heard = Signal::new("the call", samples, rendered.rate_hz);
        let prompts: Vec<&Sought> =
            places.iter().filter_map(|place| self.all.get(*place)).collect();
        let Some((prompt, part)) = search::find(&prompts, &heard)? else { return Ok(None) };
        let reference = heard::cut(prompt, part.prompt_s);
        let degraded = heard::cut(&heard, part.heard_s);
        // A model for the band that the codec carries, whatever the prompt has beside.
        let rate_hz = reference.sample_rate().min(degraded.sample_rate());
        let model = choice.for_sample_rate(rate_hz).model;
        let reference = reference.resampled(rate_hz)?;
        let reference = Scorer::new(model).prepare(&reference)?;
        let score = reference.score(&degraded)?;
        let packets = Packets::of(rendered, &part);
        let explained = score.mos_lqo < Diagnosis::WORTH_BELOW_MOS
            && degraded.duration_s() < Diagnosis::WORTH_UP_TO_S;
        let diagnosis = match explained {
            true => Some(reference.diagnose(&degraded, &score)?),
            false => None,
        };
        let timeline = moments::timeline(&score.timeline.intervals, &packets);
        Ok(Some(Sound {
            mos_lqo: score.mos_lqo,
            model: score.model,
            start_s: part.prompt_s.0,
            end_s: part.prompt_s.1,
            prompt: prompt.name().to_owned(),
            concealment: receiver.concealment.name(),
            buffer: receiver.buffer.to_string(),
            moments: moments::dearest(&timeline, &packets),
            timeline,
            why: diagnosis.as_ref().and_then(Diagnosis::why),
            main_cause: diagnosis.as_ref().and_then(Diagnosis::main_cause),
            findings: diagnosis.as_ref().map(|found| findings::joined(found, &packets)),
            diagnosis,
        }))
    }

    /// Whether prompts are named for other calls, but none for this one.
    pub(super) fn lacks(&self, call: &Call) -> bool {
        !self.is_empty() && self.of(call).is_empty()
    }
}
