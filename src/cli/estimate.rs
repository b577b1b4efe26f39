//! `basilar estimate`: what networks say of recordings without a reference.

use super::input::Input;
use super::{Exit, Result, data, output, say_error, unless_closed};
use basilar::batch::alone::Recordings;
use basilar::estimate::{Adapter, Estimator, Judged};
use basilar::report::Entry;
use basilar::report::estimates::{self, Estimates, Named};
use basilar::{Signal, parallel};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Estimates quality without a reference, by networks
///
/// What a network says is an estimate on a scale of its own, which results name beside it; it is no
/// MOS-LQO. The networks come with the Python package speechmos: pip install "basilar[estimate]".
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar estimate call.wav --estimator dnsmos-p835
  basilar estimate recordings/ --estimator dnsmos-p835,plcmos -o estimates.parquet
  basilar estimate --estimator aecmos --far-end far.wav --microphone near.wav cancelled.wav
  basilar estimate call.wav --estimator mine.json --json | jq '.recordings[].estimators'
  basilar estimate --list

Exit codes: 0 done, 2 wrong usage, 3 some recordings could not be judged.")]
pub struct Arguments {
    /// Recordings, folders of them, or tables with the column file; - is standard input
    #[arg(required_unless_present = "list", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Names of estimators or paths of .json adapters, separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', required_unless_present = "list")]
    estimator: Vec<String>,
    /// The folder of the package speechmos, or of the networks [default: BASILAR_NETWORKS, or where
    /// the Python of this environment has the package]
    #[arg(long, value_name = "FOLDER")]
    networks: Option<PathBuf>,
    /// For aecmos: what the far end said
    #[arg(long, value_name = "FILE")]
    far_end: Option<PathBuf>,
    /// For aecmos: what the microphone picked up, before the echo was cancelled
    #[arg(long, value_name = "FILE")]
    microphone: Option<PathBuf>,
    /// Write a row for each estimate, as .csv, .tsv, .jsonl or .parquet [may be given several times]
    #[arg(short, long = "output", value_name = "FILE")]
    outputs: Vec<PathBuf>,
    /// Print one JSON object (schema basilar-estimates/1)
    #[arg(long)]
    json: bool,
    /// List the estimators that are known: what they estimate, source, licence
    #[arg(long)]
    list: bool,
    /// How many recordings are judged at once [default: all cores]
    #[arg(short, long)]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    input: Input,
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    if arguments.list {
        return list();
    }
    let open = |word: &String| Estimator::named(word, arguments.networks.as_deref());
    let estimators = arguments.estimator.iter().map(open).collect::<basilar::Result<Vec<_>>>()?;
    let options = arguments.input.options();
    let beside = |path: &Option<PathBuf>| {
        path.as_ref().map(|path| Signal::open_with(path, &options)).transpose()
    };
    let (far_end, microphone) = (beside(&arguments.far_end)?, beside(&arguments.microphone)?);
    let recordings = Recordings::of(&arguments.files)?;
    let claimed = recordings.claim(&arguments.outputs)?;
    let judge = |path: &Path| {
        let recording = &Signal::open_with(path, &options)?;
        recording.validate()?;
        let judged =
            Judged { recording, far_end: far_end.as_ref(), microphone: microphone.as_ref() };
        let named = |estimator: &Estimator| Named {
            estimator: estimator.adapter().name.clone(),
            outcome: estimator.estimate(judged),
        };
        Ok(Estimates {
            duration_s: recording.duration_s(),
            sample_rate: recording.sample_rate(),
            estimators: estimators.iter().map(named).collect(),
        })
    };
    let jobs = parallel::jobs(arguments.jobs);
    let entries: Vec<Entry<Estimates>> = parallel::map(recordings.all.len(), jobs, |place| {
        let recording = &recordings.all[place];
        Entry { file: recording.name.clone(), outcome: judge(&recording.path) }
    });
    let mut all = true;
    for entry in &entries {
        let of = |estimates: &Estimates| {
            let refused = estimates.estimators.iter().filter_map(|one| one.outcome.as_ref().err());
            refused.map(say_error).count() == 0
        };
        all &= entry.outcome.as_ref().map_or_else(
            |error| {
                say_error(error);
                false
            },
            of,
        );
    }
    if !arguments.outputs.is_empty() {
        let own = estimates::columns();
        let mut columns = recordings.carried(&own);
        columns.extend(own);
        claimed.write(&columns, &estimates::rows(&recordings, &entries))?;
    }
    if arguments.json {
        let mut out = data();
        unless_closed(estimates::json(&mut out, &entries).and_then(|()| out.flush()))?;
    } else if arguments.outputs.is_empty() {
        let mut out = output();
        let mut print = || {
            estimates::head(&mut out)?;
            entries.iter().try_for_each(|entry| estimates::text(&mut out, entry))?;
            out.flush()
        };
        unless_closed(print())?;
    }
    Ok(if all { Exit::Done } else { Exit::NotScored })
}

/// The estimators that are known.
fn list() -> Result<Exit> {
    let mut out = output();
    for adapter in Adapter::built_in() {
        writeln!(out, "{:22}{}", adapter.name, adapter.title)?;
        writeln!(out, "  Version  {}, hears {} Hz", adapter.version, adapter.sample_rate)?;
        for scale in &adapter.scores {
            writeln!(out, "  Gives    {}: {}", scale.name, scale.scale)?;
        }
        writeln!(out, "  Source   {}", adapter.source)?;
        writeln!(out, "  Licence  {}", adapter.licence)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
