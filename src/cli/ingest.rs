//! `basilar ingest`: files into a store.

use super::{Exit, Result, say_error, tell};
use basilar::monitor::{Ingest, Scoring, Taken};
use basilar::{ModelChoice, parallel};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Takes scored calls into a store, each once
///
/// Files are tables of results (of basilar batch, basilar calls or any program), manifests of recordings yet to be
/// scored, and captures. What the store holds already is left out by its content, so that a run that was stopped is
/// simply run again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar ingest results.csv --store calls.db
  basilar ingest *.pcapng.gz --store calls.db --settings sites.toml
  basilar ingest manifest.csv --store calls.db --model fb

Exit codes: 0 done, 2 wrong usage, 3 some files or rows could not be taken.")]
pub struct Arguments {
    /// Tables, manifests and captures.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    into: Into,
}

/// The options of what takes calls into a store.
#[derive(Debug, clap::Args)]
pub struct Into {
    /// The store; it is made where there is none.
    #[arg(long, value_name = "FILE.db")]
    pub store: PathBuf,
    /// Sites, trunks, endpoints, privacy and retention; remembered until others are given.
    #[arg(long, value_name = "FILE.toml")]
    pub settings: Option<PathBuf>,
    /// What calls play, to score them against: files, or folders of them.
    #[arg(long, value_name = "WAV|FOLDER")]
    prompt: Vec<PathBuf>,
    /// The model that scores recordings and prompts: auto, nb, wb, wb-cor2, fb or a model file.
    #[arg(long, default_value = "auto")]
    model: ModelChoice,
    /// How many recordings are scored at once [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Keep what was heard in captures in this folder; without, no sound is kept.
    #[arg(long, value_name = "FOLDER")]
    keep_sound: Option<PathBuf>,
}

impl Into {
    pub fn scoring(&self) -> Scoring {
        Scoring {
            prompts: self.prompt.clone(),
            model: self.model.clone(),
            jobs: parallel::jobs(self.jobs),
            sound: self.keep_sound.clone(),
        }
    }
}

/// 0 done, 2 wrong usage, 3 a file that could not be taken, or not all of it.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let mut ingest = Ingest::open(&arguments.into.store, arguments.into.settings.as_deref())?;
    let scoring = arguments.into.scoring();
    let mut exit = Exit::Done;
    for path in &arguments.files {
        let taken = ingest.file(path, &scoring);
        if let Err(error @ basilar::Error::Store { .. }) = taken {
            return Err(error.into());
        }
        if !report(path, &taken) {
            exit = Exit::NotScored;
        }
    }
    let deleted = ingest.enforce_retention()?;
    if deleted > 0 {
        tell(format_args!("{deleted} calls deleted by the retention of the store"));
    }
    Ok(exit)
}

/// A line on what became of a file; whether all of it could be taken.
pub fn report(path: &Path, taken: &basilar::Result<Taken>) -> bool {
    let name = basilar::report::printable(&path.display().to_string());
    let taken = match taken {
        Ok(taken) => taken,
        Err(error) => {
            say_error(error);
            return false;
        }
    };
    if taken.file_known {
        tell(format_args!("{name}: known already"));
        return true;
    }
    let mut line = format!("{name}: {} calls added", taken.added);
    if taken.known > 0 {
        line += &format!(", {} known already", taken.known);
    }
    if taken.left_out > 0 {
        line += &format!(", {} left out", taken.left_out);
    }
    if taken.without_time > 0 {
        line +=
            &format!(", {} without a time of their own at that of the file", taken.without_time);
    }
    if let Some(reason) = &taken.first_reason {
        line += &format!(" ({})", basilar::report::printable(reason));
    }
    tell(line);
    taken.left_out == 0 && taken.first_reason.is_none()
}
