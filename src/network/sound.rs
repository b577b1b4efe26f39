//! How a direction sounded: its prompt found by alignment, and the part of it that was heard scored.

use super::call::Sound;
use super::decode::Rendered;
use super::moments;
use super::options::Concealment;
use crate::alignment::{AlignmentParameters, align};
use crate::error::{Error, Result};
use crate::model::ModelChoice;
use crate::scorer::Scorer;
use crate::signal::{Signal, is_audio_file};
use std::path::{Path, PathBuf};

/// The rate at which prompts are sought, in Hz: the telephone band tells them.
const SEARCH_RATE_HZ: u32 = 8000;
/// Less of a prompt than that, in seconds, is not worth a score.
const LEAST_HEARD_S: f64 = 1.0;
/// What may be missing at either end of a prompt, in seconds, before only a part of it counts as heard.
const TOLERANCE_S: f64 = 0.1;
/// Confidence of the alignment from which on a prompt is heard; envelopes of other speech may agree by half.
const PLAYED_FROM: f64 = 0.6;

/// The prompts that may be played.
#[derive(Debug, Clone, Default)]
pub struct Prompts(Vec<Signal>);

impl Prompts {
    /// Prompts from files and from folders of them.
    ///
    /// # Errors
    /// What is wrong with a file, and [`Error::NoPrompts`] for a folder without recordings.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut prompts = Vec::new();
        for path in paths {
            let files = if path.is_dir() { recordings(path)? } else { vec![path.clone()] };
            for file in files {
                let prompt = Signal::open(&file)?;
                prompt.validate()?;
                prompts.push(prompt);
            }
        }
        Ok(Self(prompts))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Scores a direction against the prompt that it plays; none where it plays none of them.
    ///
    /// # Errors
    /// What the model refuses, such as a part of the prompt without speech.
    pub fn score(
        &self,
        rendered: &Rendered,
        choice: &ModelChoice,
        concealment: Concealment,
    ) -> Result<Option<Sound>> {
        let samples = rendered.samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let heard = Signal::new("the call", samples, rendered.rate_hz);
        let Some((prompt, part)) = self.find(&heard)? else { return Ok(None) };
        let reference = cut(prompt, part.prompt_s);
        let degraded = cut(&heard, part.heard_s);
        // A model for the band that the codec carries, whatever the prompt has beside.
        let rate_hz = reference.sample_rate().min(degraded.sample_rate());
        let model = choice.for_sample_rate(rate_hz).model;
        let reference = reference.resampled(rate_hz)?;
        let score = Scorer::new(model).score(&reference, &degraded)?;
        let (prompt_s, heard_s) = (part.prompt_s.0, part.heard_s.0);
        let moments = moments::of(&score.timeline.intervals, rendered, prompt_s, heard_s);
        Ok(Some(Sound {
            mos_lqo: score.mos_lqo,
            model: score.model,
            start_s: part.prompt_s.0,
            end_s: part.prompt_s.1,
            prompt: prompt.name().to_owned(),
            concealment: concealment.name(),
            moments,
        }))
    }

    /// The prompt that is heard with most confidence, and the part of it.
    fn find(&self, heard: &Signal) -> Result<Option<(&Signal, Part)>> {
        if heard.samples().is_empty() {
            return Ok(None);
        }
        let searched = heard.resampled(SEARCH_RATE_HZ)?;
        let parameters = AlignmentParameters::default();
        let mut best: Option<(f64, &Signal, Part)> = None;
        for prompt in &self.0 {
            let sought = prompt.resampled(SEARCH_RATE_HZ)?;
            let (sought, searched) = (sought.samples(), searched.samples());
            let alignment = align(sought, searched, SEARCH_RATE_HZ, &parameters);
            let better = best.as_ref().is_none_or(|(best, _, _)| alignment.confidence > *best);
            if alignment.confidence >= PLAYED_FROM
                && better
                && let Some(part) = Part::of(&alignment, sought.len(), searched.len())
            {
                best = Some((alignment.confidence, prompt, part));
            }
        }
        Ok(best.map(|(_, prompt, part)| (prompt, part)))
    }
}

/// The part of a prompt that a direction holds, in seconds from the start of either.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    prompt_s: (f64, f64),
    heard_s: (f64, f64),
}

impl Part {
    /// What lies within both, by the delays at the beginning and at the end.
    fn of(alignment: &crate::alignment::Alignment, prompt: usize, heard: usize) -> Option<Self> {
        let (first, last) = (alignment.segments.first()?, alignment.segments.last()?);
        let seconds = |samples: f64| samples / f64::from(SEARCH_RATE_HZ);
        let (prompt_s, heard_s) = (seconds(prompt as f64), seconds(heard as f64));
        let (early_s, late_s) = (seconds(first.delay_samples), seconds(last.delay_samples));
        let mut start_s = (-early_s).max(0.0);
        let mut end_s = prompt_s.min(heard_s - late_s);
        if start_s < TOLERANCE_S {
            start_s = 0.0;
        }
        if prompt_s - end_s < TOLERANCE_S {
            end_s = prompt_s;
        }
        let heard_part = ((start_s + early_s).max(0.0), (end_s + late_s).min(heard_s));
        let long_enough = end_s - start_s >= LEAST_HEARD_S;
        long_enough.then_some(Self { prompt_s: (start_s, end_s), heard_s: heard_part })
    }
}

/// What lies between two times of a signal.
fn cut(signal: &Signal, (start_s, end_s): (f64, f64)) -> Signal {
    let rate = f64::from(signal.sample_rate());
    let samples = signal.samples();
    let place = |time_s: f64| ((time_s * rate).round().max(0.0) as usize).min(samples.len());
    let (start, end) = (place(start_s), place(end_s));
    let part = samples[start..end.max(start)].to_vec();
    Signal::new(signal.name(), part, signal.sample_rate())
}

/// The recordings in a folder, by name.
fn recordings(folder: &Path) -> Result<Vec<PathBuf>> {
    let name = folder.display().to_string();
    let entries = std::fs::read_dir(folder).map_err(|error| Error::from_io(&name, error))?;
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut files: Vec<_> = paths.filter(|path| is_audio_file(path)).collect();
    files.sort();
    if files.is_empty() {
        return Err(Error::NoPrompts { name });
    }
    Ok(files)
}
