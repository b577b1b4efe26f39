//! Long calls, stretch by stretch.

use super::Arguments;
use crate::cli::{Exit, Result, data, output, say_error, say_warning, unless_closed};
use basilar::long_calls::LongReference;
use basilar::parallel;
use basilar::report::Entry;
use basilar::report::long_calls::{json, text};
use std::io::Write;

pub fn run(arguments: &Arguments) -> Result<Exit> {
    let file = arguments.reference.display().to_string();
    let mut out =
        if arguments.json { Box::new(data()) } else { Box::new(output()) as Box<dyn Write> };
    let reference = match open(arguments) {
        Ok(reference) => reference,
        Err(error) => {
            say_error(&error);
            if arguments.json {
                let entry = Entry { file, outcome: Err(error) };
                unless_closed(json(&mut out, &entry, None, &[]).and_then(|()| out.flush()))?;
            }
            return Ok(Exit::NotScored);
        }
    };
    let (chosen, recording) = (reference.chosen(), reference.recording());
    let jobs = parallel::jobs(arguments.jobs);
    let mut scores = Vec::new();
    let mut exit = Exit::Done;
    for path in &arguments.degraded {
        let outcome = reference.score_file(path, &arguments.input.options(), jobs);
        let entry = Entry { file: path.display().to_string(), outcome };
        match &entry.outcome {
            Ok(scored) => {
                scored.score.warnings.iter().for_each(say_warning);
                if scored.score.whole.mos_lqo.is_none() {
                    exit = Exit::NotScored;
                }
                let warned = !scored.score.warnings.is_empty();
                if arguments.fail_on_warning && warned && exit == Exit::Done {
                    exit = Exit::GateFailed;
                }
                if !arguments.json {
                    if !scores.is_empty() {
                        writeln!(out)?;
                    }
                    text(&mut out, (&file, recording), chosen, (&entry.file, scored))?;
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
        let printed = json(&mut out, &entry, Some(chosen), &scores);
        unless_closed(printed.and_then(|()| out.flush()))?;
    }
    Ok(exit)
}

fn open(arguments: &Arguments) -> basilar::Result<LongReference> {
    let path = &arguments.reference;
    LongReference::open(path, &arguments.input.options(), &arguments.model)
}
