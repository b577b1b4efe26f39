//! `basilar score`: one reference, any number of degraded recordings.

use super::input::Input;
use super::{Exit, data, output, say_error, say_warning};
use basilar::batch::ModelChoice;
use basilar::report::{Chosen, Entry, Recording, Scored, json, text};
use basilar::{PreparedReference, Scorer};
use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Scores degraded recordings against their reference
///
/// Prints the mean opinion score (MOS-LQO, 1 bad to 5 excellent) of one degraded recording, or a
/// table of several. The recordings may differ in format, rate, level, length and delay.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar score reference.wav degraded.wav
  basilar score reference.wav opus-*.flac
  basilar score --model nb --channel left reference.wav call.flac
  basilar score --raw-rate 8000 --raw-format alaw reference.wav call.raw
  ffmpeg -i call.amr -f wav - | basilar score reference.wav -
  basilar score --json reference.wav opus-*.flac | jq '.scores[].mos_lqo'

Quality in words: 4.5 and above Excellent, 4.0 Good, 3.5 Fair, 3.0 Poor, below 3.0 Bad.
Exit codes: 0 all scored, 2 wrong usage, 3 some recordings could not be scored.")]
pub struct Arguments {
    /// The undegraded recording; - is standard input
    reference: PathBuf,
    /// The degraded recordings; - is standard input
    #[arg(required = true)]
    degraded: Vec<PathBuf>,
    /// auto, nb, wb, wb-cor2, fb or the path of a .json model file; auto takes nb for a reference of
    /// 8 kHz or less, fb from 32 kHz, and wb between
    #[arg(long, default_value = "auto")]
    model: ModelChoice,
    /// Print one JSON object (schema basilar-score/1)
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    input: Input,
}

pub fn run(arguments: &Arguments) -> io::Result<Exit> {
    let paths = std::iter::once(&arguments.reference).chain(&arguments.degraded);
    if paths.filter(|path| *path == Path::new("-")).count() > 1 {
        say_error("-: standard input can be only one of the recordings; name files for the others");
        return Ok(Exit::WrongUsage);
    }
    let file = arguments.reference.display().to_string();
    match Reference::open(arguments) {
        Ok(reference) if arguments.json => print_json(arguments, file, &reference),
        Ok(reference) => print_text(arguments, &file, &reference),
        Err(error) => {
            say_error(&error);
            if arguments.json {
                let mut out = data();
                json::score(&mut out, &Entry { file, outcome: Err(error) }, None, &[])?;
                out.flush()?;
            }
            Ok(Exit::NotScored)
        }
    }
}

struct Reference {
    recording: Recording,
    chosen: Chosen,
    prepared: PreparedReference,
}

impl Reference {
    fn open(arguments: &Arguments) -> basilar::Result<Self> {
        let signal = arguments.input.open_reference(&arguments.reference)?;
        let model = arguments.model.for_sample_rate(signal.sample_rate());
        let chosen = Chosen { model, automatic: arguments.model.is_automatic() };
        let prepared = Scorer::new(chosen.model.clone()).prepare(&signal)?;
        Ok(Self { recording: (&signal).into(), chosen, prepared })
    }

    /// Scores every degraded recording in turn and says at once what is wrong with it.
    fn scores(&self, arguments: &Arguments) -> impl Iterator<Item = Entry<Scored>> {
        let mut said = HashSet::new();
        arguments.degraded.iter().map(move |path| {
            let outcome = self.score(&arguments.input, path);
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

    fn score(&self, input: &Input, path: &Path) -> basilar::Result<Scored> {
        let degraded = input.open(path)?;
        let score = self.prepared.score(&degraded)?;
        Ok(Scored { recording: (&degraded).into(), score })
    }
}

fn print_json(arguments: &Arguments, file: String, reference: &Reference) -> io::Result<Exit> {
    let scores: Vec<_> = reference.scores(arguments).collect();
    let entry = Entry { file, outcome: Ok(reference.recording) };
    let mut out = data();
    json::score(&mut out, &entry, Some(&reference.chosen), &scores)?;
    out.flush()?;
    Ok(exit(scores.iter().all(|entry| entry.outcome.is_ok())))
}

fn print_text(arguments: &Arguments, file: &str, reference: &Reference) -> io::Result<Exit> {
    let head = (file, reference.recording);
    let mut out = output();
    let mut all = true;
    if arguments.degraded.len() > 1 {
        text::table_head(&mut out, head, &reference.chosen)?;
        out.flush()?;
    }
    for entry in reference.scores(arguments) {
        all &= entry.outcome.is_ok();
        if arguments.degraded.len() > 1 {
            text::table_row(&mut out, &entry)?;
        } else if let Ok(scored) = &entry.outcome {
            text::block(&mut out, head, &reference.chosen, (&entry.file, scored))?;
        }
        out.flush()?;
    }
    Ok(exit(all))
}

fn exit(all_scored: bool) -> Exit {
    if all_scored { Exit::Done } else { Exit::NotScored }
}
