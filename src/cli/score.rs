//! `basilar score`: one reference, any number of degraded recordings.

use super::input::Input;
use super::{Exit, data, output, say_error, say_warning, score_timeline};
use basilar::batch::ModelChoice;
use basilar::report::{Chosen, Entry, Recording, Scored, json, text};
use basilar::{PreparedReference, Scorer};
use std::collections::HashSet;
use std::io::{self, Write};
use std::num::NonZeroUsize;
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
  basilar score --timeline reference.wav call-of-an-hour.wav
  ffmpeg -i call.amr -f wav - | basilar score reference.wav -
  basilar score --json reference.wav opus-*.flac | jq '.scores[].mos_lqo'

Quality in words: 4.5 and above Excellent, 4.0 Good, 3.5 Fair, 3.0 Poor, below 3.0 Bad.
Exit codes: 0 all scored, 2 wrong usage, 3 some recordings could not be scored.")]
pub struct Arguments {
    /// The undegraded recording; - is standard input
    pub(super) reference: PathBuf,
    /// The degraded recordings; - is standard input
    #[arg(required = true)]
    pub(super) degraded: Vec<PathBuf>,
    /// auto, nb, wb, wb-cor2, fb or the path of a .json model file; auto takes nb for a reference of
    /// 8 kHz or less, fb from 32 kHz, and wb between
    #[arg(long, default_value = "auto")]
    model: ModelChoice,
    /// Score long recordings in stretches of 6 to 12 s between pauses, with the means of beginning, middle and end
    #[arg(long)]
    timeline: bool,
    /// How many stretches are scored at once; all cores by default
    #[arg(short, long, requires = "timeline")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Print one JSON object (schema basilar-score/1, with --timeline basilar-timeline/1)
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) input: Input,
}

impl Arguments {
    /// The model for a reference of this rate.
    pub(super) fn chosen(&self, sample_rate: u32) -> Chosen {
        let model = self.model.for_sample_rate(sample_rate);
        Chosen { model, automatic: self.model.is_automatic() }
    }
}

pub fn run(arguments: &Arguments) -> io::Result<Exit> {
    let paths = std::iter::once(&arguments.reference).chain(&arguments.degraded);
    if paths.filter(|path| *path == Path::new("-")).count() > 1 {
        say_error("-: standard input can be only one of the recordings; name files for the others");
        return Ok(Exit::WrongUsage);
    }
    if arguments.timeline {
        return score_timeline::run(arguments);
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
        let chosen = arguments.chosen(signal.sample_rate());
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
