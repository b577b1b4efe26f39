//! `basilar report`: pages to mail and to open anywhere, of a pair or of a table of results.

mod pair;
mod results;

use super::input::Input;
use super::{Exit, Result, say_error};
use basilar::report::page::{RecordingFile, Sound};
use basilar::{Error, ModelChoice};
use std::path::{Path, PathBuf};

/// Writes a page that shows why a recording scores as it does, or what results come to
///
/// One HTML file that holds all it needs. Of a pair: the score, the causes with what each costs, waveforms,
/// spectrograms, loudness difference, delay and local MOS-LQO on one time axis, and the sound of both. Of results: headline
/// figures, means by any column, causes, the course over time, what changed, and every row to sort and filter.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar report reference.wav degraded.wav -o report.html
  basilar report reference.wav call.wav --model nb --channel left --sound no -o report.html
  basilar report results.csv -o report.html --baseline baseline.csv --key call --pairs worst:20

Exit codes: 0 done, 2 wrong usage, 3 a pair could not be scored.")]
pub struct Arguments {
    /// The undegraded recording and the degraded one, or the results of `basilar batch` or `basilar calls`
    #[arg(required = true, num_args = 1..=2, value_names = ["REFERENCE|RESULTS", "DEGRADED"])]
    files: Vec<PathBuf>,
    /// Where the page goes
    #[arg(short, long)]
    output: PathBuf,
    /// auto, nb, wb, wb-cor2, fb or the path of a .json model file [default: auto, of results that of each row]
    #[arg(long)]
    model: Option<ModelChoice>,
    /// Whether the page of a pair holds the sound: auto does up to two minutes
    #[arg(long, value_enum, default_value_t)]
    sound: SoundChoice,
    #[command(flatten)]
    results: results::Options,
    #[command(flatten)]
    input: Input,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum SoundChoice {
    #[default]
    Auto,
    Yes,
    No,
}

impl From<SoundChoice> for Sound {
    fn from(choice: SoundChoice) -> Self {
        match choice {
            SoundChoice::Auto => Self::Auto,
            SoundChoice::Yes => Self::Yes,
            SoundChoice::No => Self::No,
        }
    }
}

/// 0 done, 2 wrong usage, 3 a pair that could not be scored.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let done = match arguments.files.as_slice() {
        [results] => return results::report(arguments, results),
        [reference, degraded] if arguments.results.are_given() => Err(Error::PairWithOptions {
            name: format!("{} {}", reference.display(), degraded.display()),
        }),
        [reference, degraded, ..] => {
            pair::check_output(arguments, reference, degraded)?;
            pair::report(arguments, reference, degraded)
        }
        [] => Ok(()),
    };
    match done {
        Ok(()) => Ok(Exit::Done),
        Err(error @ (Error::Unwritable { .. } | Error::PairWithOptions { .. })) => {
            Err(error.into())
        }
        Err(error) => {
            say_error(error);
            Ok(Exit::NotScored)
        }
    }
}

/// A recording's name and what tells it from any other.
pub(super) fn file(path: &Path) -> basilar::Result<RecordingFile> {
    let name = || path.display().to_string();
    RecordingFile::of(path).map_err(|source| Error::Unreadable { name: name(), source })
}
