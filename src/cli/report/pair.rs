//! The page of one pair.

use super::{Arguments, file};
use crate::cli::{say_warning, write_file};
use crate::draft;
use basilar::report::page::{PairPage, Sound};
use basilar::{ModelChoice, OpenOptions, Result, Scorer, Signal};
use std::io::Write;
use std::path::Path;

/// Refuses, before anything is read, a place that cannot be written or that holds what is read.
pub(super) fn check_output(arguments: &Arguments, reference: &Path, degraded: &Path) -> Result<()> {
    let output = arguments.output.as_path();
    draft::check_place(output)?;
    let model = arguments.model.as_ref().and_then(ModelChoice::path);
    let inputs = [Some(reference), Some(degraded), model];
    draft::check_inputs([output], inputs.into_iter().flatten())
}

/// Writes it, and says what the score should be read with.
pub(super) fn report(arguments: &Arguments, reference: &Path, degraded: &Path) -> Result<()> {
    let Arguments { output, model, sound, input, .. } = arguments;
    let pair = Pair {
        reference,
        degraded,
        model: model.clone().unwrap_or_default(),
        open: input.options(),
        sound: (*sound).into(),
    };
    pair.write(output)?.iter().for_each(say_warning);
    Ok(())
}

/// A pair, and how it is scored and shown.
pub(super) struct Pair<'a> {
    pub reference: &'a Path,
    pub degraded: &'a Path,
    pub model: ModelChoice,
    pub open: OpenOptions,
    pub sound: Sound,
}

impl Pair<'_> {
    /// Writes its page; what its score should be read with.
    pub fn write(&self, output: &Path) -> Result<Vec<String>> {
        let signal = Signal::open_reference(self.reference, &self.open)?;
        let prepared = Scorer::new(self.model.clone()).prepare(&signal)?;
        let heard = Signal::open_with(self.degraded, &self.open)?;
        let score = prepared.explain(&heard)?;
        let page = PairPage {
            reference: (&signal, &file(self.reference)?),
            degraded: (&heard, &file(self.degraded)?),
            score: &score,
            options: "",
            sound: self.sound,
        };
        let html = page.html()?;
        write_file(output, |mut file| file.write_all(html.as_bytes()))?;
        Ok(score.warnings)
    }
}
