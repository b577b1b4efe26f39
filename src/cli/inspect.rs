//! `basilar inspect`: what recordings show without a reference.

use super::input::Input;
use super::{Exit, Result, data, output, say_error, say_warning, tell, unless_closed};
use basilar::batch::alone::Recordings;
use basilar::diagnosis::Kind;
use basilar::diagnosis::alone::{Inspection, inspect_file};
use basilar::parallel;
use basilar::report::{Entry, inspection};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// The kinds of fault that show without a reference.
const KINDS: [Kind; 12] = [
    Kind::Clipping,
    Kind::LostSpeech,
    Kind::DigitalSilence,
    Kind::Noise,
    Kind::Hum,
    Kind::BandLimit,
    Kind::LevelOffset,
    Kind::DcOffset,
    Kind::Echo,
    Kind::OneWayCall,
    Kind::LittleSpeech,
    Kind::NothingHeard,
];

/// Finds faults in recordings without a reference
///
/// Level (P.56), clipping, dropouts and digital silence, noise, hum, band limits, DC offset and speech
/// share of every channel; in stereo calls also the echo of the other side and one-way calls. These
/// are findings of signals, not scores. Recordings of any length are read as streams.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar inspect call.wav
  basilar inspect recordings/ -o inspected.csv
  basilar inspect calls.csv -o inspected.parquet     # its column file or degraded names them
  basilar inspect --fail-on clipping,one_way_call call.wav
  basilar inspect --json call.wav | jq '.recordings[].channels[].diagnosis.findings[].kind'

Kinds of findings: clipping, lost_speech, digital_silence, noise, hum, band_limit, level_offset,
dc_offset, echo, one_way_call, little_speech, nothing_heard.
Exit codes: 0 done, 1 a finding of --fail-on, 2 wrong usage, 3 some recordings could not be read.")]
pub struct Arguments {
    /// Recordings, folders of them, or tables with the column file; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write a row for each channel, as .csv, .tsv, .jsonl or .parquet [may be given several times]
    #[arg(short, long = "output", value_name = "FILE")]
    outputs: Vec<PathBuf>,
    /// End with exit code 1 if a finding is of one of these kinds, separated by commas, or any
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    fail_on: Vec<FailOn>,
    /// Print one JSON object (schema basilar-inspection/1)
    #[arg(long)]
    json: bool,
    /// How many recordings are inspected at once [default: all cores]
    #[arg(short, long)]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    input: Input,
}

/// A rule of the gate.
#[derive(Debug, Clone, Copy, PartialEq)]
enum FailOn {
    Any,
    Kind(Kind),
}

fn kind(word: &str) -> std::result::Result<FailOn, String> {
    if word == "any" {
        return Ok(FailOn::Any);
    }
    let named = word.replace('-', "_");
    let kind = KINDS.into_iter().find(|kind| kind.name() == named);
    kind.map(FailOn::Kind).ok_or_else(|| {
        let kinds = KINDS.map(Kind::name).join(", ");
        format!("no kind that shows without a reference; name any of {kinds}, or any")
    })
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    let recordings = Recordings::of(&arguments.files)?;
    let claimed = recordings.claim(&arguments.outputs)?;
    let options = arguments.input.options();
    let jobs = parallel::jobs(arguments.jobs);
    let entries: Vec<Entry<Inspection>> = parallel::map(recordings.all.len(), jobs, |place| {
        let recording = &recordings.all[place];
        let outcome = inspect_file(&recording.path, &options);
        Entry { file: recording.name.clone(), outcome }
    });
    for entry in &entries {
        match &entry.outcome {
            Ok(inspection) => inspection.warnings.iter().for_each(say_warning),
            Err(error) => say_error(error),
        }
    }
    if !arguments.outputs.is_empty() {
        let own = inspection::columns();
        let mut columns = recordings.carried(&own);
        columns.extend(own);
        claimed.write(&columns, &inspection::rows(&recordings, &entries))?;
    }
    if arguments.json {
        let mut out = data();
        unless_closed(inspection::json(&mut out, &entries).and_then(|()| out.flush()))?;
    } else if arguments.outputs.is_empty() {
        let mut out = output();
        let mut print = || {
            entries.iter().try_for_each(|entry| inspection::text(&mut out, entry))?;
            out.flush()
        };
        unless_closed(print())?;
    }
    let failed = failed(arguments, &entries);
    Ok(match entries.iter().all(|entry| entry.outcome.is_ok()) {
        _ if failed => Exit::GateFailed,
        true => Exit::Done,
        false => Exit::NotScored,
    })
}

/// Whether a rule of the gate is broken; says by what.
fn failed(arguments: &Arguments, entries: &[Entry<Inspection>]) -> bool {
    let mut failed = false;
    for entry in entries {
        let Ok(inspection) = &entry.outcome else { continue };
        for channel in &inspection.channels {
            let broken = |kind: Kind| {
                let rules = &arguments.fail_on;
                rules.contains(&FailOn::Any) || rules.contains(&FailOn::Kind(kind))
            };
            for (kind, _) in channel.diagnosis.causes().into_iter().filter(|cause| broken(cause.0))
            {
                failed = true;
                let words = channel.diagnosis.summed_up(kind);
                let file = basilar::report::printable(&entry.file);
                tell(format_args!("failed: {file}, {}: {words}", channel.channel));
            }
        }
    }
    failed
}
