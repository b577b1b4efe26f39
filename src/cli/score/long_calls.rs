//! Long calls, stretch by stretch.

use super::Arguments;
use crate::cli::{Exit, data, output, say_error, say_warning};
use basilar::batch;
use basilar::long_calls::LongReference;
use basilar::report::long_calls::{LongScored, json, text};
use basilar::report::{Chosen, Entry, Recording};
use std::io::{self, Write};
use std::path::Path;

pub fn run(arguments: &Arguments) -> io::Result<Exit> {
    let file = arguments.reference.display().to_string();
    let mut out =
        if arguments.json { Box::new(data()) } else { Box::new(output()) as Box<dyn Write> };
    let (reference, chosen) = match open(arguments) {
        Ok(opened) => opened,
        Err(error) => {
            say_error(&error);
            if arguments.json {
                json(&mut out, &Entry { file, outcome: Err(error) }, None, &[])?;
                out.flush()?;
            }
            return Ok(Exit::NotScored);
        }
    };
    let recording = Recording::from(reference.survey());
    let mut scores = Vec::new();
    let mut exit = Exit::Done;
    for path in &arguments.degraded {
        let entry =
            Entry { file: path.display().to_string(), outcome: score(arguments, &reference, path) };
        match &entry.outcome {
            Ok(scored) => {
                scored.score.warnings.iter().for_each(say_warning);
                if scored.score.whole.mos_lqo.is_none() {
                    exit = Exit::NotScored;
                }
                if !arguments.json {
                    if !scores.is_empty() {
                        writeln!(out)?;
                    }
                    text(&mut out, (&file, recording), &chosen, (&entry.file, scored))?;
                    out.flush()?;
                }
            }
            Err(error) => {
                say_error(error);
                exit = Exit::NotScored;
            }
        }
        scores.push(entry);
    }
    if arguments.json {
        let entry = Entry { file, outcome: Ok(recording) };
        json(&mut out, &entry, Some(&chosen), &scores)?;
        out.flush()?;
    }
    Ok(exit)
}

fn open(arguments: &Arguments) -> basilar::Result<(LongReference, Chosen)> {
    let survey = arguments.input.survey_reference(&arguments.reference)?;
    let chosen = arguments.chosen(survey.sample_rate());
    Ok((LongReference::new(survey, chosen.model.clone())?, chosen))
}

fn score(
    arguments: &Arguments,
    reference: &LongReference,
    path: &Path,
) -> basilar::Result<LongScored> {
    let degraded = arguments.input.survey(path)?;
    let score = reference.score(&degraded, batch::jobs(arguments.jobs))?;
    Ok(LongScored { recording: (&degraded).into(), score })
}
