//! Pairs that fit into memory: a block or a table of scores, or one JSON object.

use super::Arguments;
use crate::cli::{Exit, Result, data, output, say_error, say_warning, unless_closed};
use basilar::diagnosis::Diagnosis;
use basilar::report::{Entry, json, text};
use basilar::{PreparedReference, Scored, Scorer, Signal};
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

pub fn run(arguments: &Arguments) -> Result<Exit> {
    let file = arguments.reference.display().to_string();
    match open(arguments) {
        Ok(reference) if arguments.json => print_json(arguments, file, &reference),
        Ok(reference) => print_text(arguments, &file, &reference),
        Err(error) => {
            say_error(&error);
            if arguments.json {
                let mut out = data();
                let entry = Entry { file, outcome: Err(error) };
                let printed = json::score(&mut out, &entry, None, &[]);
                unless_closed(printed.and_then(|()| out.flush()))?;
            }
            Ok(Exit::NotScored)
        }
    }
}

fn open(arguments: &Arguments) -> basilar::Result<PreparedReference> {
    let path = &arguments.reference;
    Scorer::new(arguments.model.clone()).open(path, &arguments.input.options())
}

/// Scores every degraded recording in turn and says at once what is wrong with it.
fn scores(
    arguments: &Arguments,
    reference: &PreparedReference,
) -> impl Iterator<Item = Entry<Scored>> {
    let mut said = HashSet::new();
    arguments.degraded.iter().map(move |path| {
        let outcome = score(arguments, reference, path);
        match &outcome {
            Ok(scored) => scored.score.warnings.iter().for_each(|warning| {
                // Those about the reference come with every score.
                if said.insert(warning.clone()) {
                    say_warning(warning);
                }
            }),
            Err(error) => say_error(error),
        }
        Entry { file: path.display().to_string(), outcome }
    })
}

fn score(
    arguments: &Arguments,
    reference: &PreparedReference,
    path: &Path,
) -> basilar::Result<Scored> {
    let degraded = Signal::open_with(path, &arguments.input.options())?;
    let mut scored = reference.compare(&degraded)?;
    let low = scored.score.mos_lqo < Diagnosis::WORTH_BELOW_MOS
        && degraded.duration_s() < Diagnosis::WORTH_UP_TO_S;
    if arguments.explain {
        reference.measure_connection(&degraded, &mut scored.score)?;
    }
    if low && !arguments.json || arguments.explain {
        scored.score.diagnosis = Some(reference.diagnose(&degraded, &scored.score)?);
    }
    Ok(scored)
}

fn print_json(arguments: &Arguments, file: String, reference: &PreparedReference) -> Result<Exit> {
    let scores: Vec<_> = scores(arguments, reference).collect();
    let entry = Entry { file, outcome: Ok(reference.recording()) };
    let mut out = data();
    let printed = json::score(&mut out, &entry, Some(reference.chosen()), &scores);
    unless_closed(printed.and_then(|()| out.flush()))?;
    let mut exit = Exit::Done;
    scores.iter().for_each(|entry| exit = then(exit, arguments, entry));
    Ok(exit)
}

fn print_text(arguments: &Arguments, file: &str, reference: &PreparedReference) -> Result<Exit> {
    let head = (file, reference.recording());
    let mut out = output();
    let mut exit = Exit::Done;
    if arguments.degraded.len() > 1 {
        text::table_head(&mut out, head, reference.chosen())?;
        out.flush()?;
    }
    for entry in scores(arguments, reference) {
        if arguments.degraded.len() > 1 {
            text::table_row(&mut out, &entry)?;
        } else if let Ok(scored) = &entry.outcome {
            text::block(&mut out, head, reference.chosen(), (&entry.file, scored))?;
        }
        if let (true, Ok(scored)) = (arguments.explain, &entry.outcome) {
            text::findings(&mut out, scored.score.diagnosis.as_ref())?;
        }
        out.flush()?;
        exit = then(exit, arguments, &entry);
    }
    Ok(exit)
}

/// How the program ends after one more recording.
fn then(exit: Exit, arguments: &Arguments, entry: &Entry<Scored>) -> Exit {
    match (&entry.outcome, exit) {
        (Err(_), _) | (_, Exit::NotScored) => Exit::NotScored,
        (Ok(scored), _) if arguments.fail_on_warning && !scored.score.warnings.is_empty() => {
            Exit::GateFailed
        }
        (Ok(_), exit) => exit,
    }
}
