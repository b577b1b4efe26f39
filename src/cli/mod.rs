//! The command line: one file a subcommand; no arithmetic here.

mod batch;
#[cfg(feature = "network")]
mod calls;
mod compare;
mod completions;
#[cfg(feature = "network")]
mod emodel;
#[cfg(feature = "estimate")]
mod estimate;
mod input;
mod inspect;
mod man;
mod models;
mod report;
mod score;
mod summarize;
mod validate;

use basilar::Error;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

/// Scores how a degraded recording sounds against its reference, on the MOS-LQO scale of 1 to 5.
#[derive(Debug, clap::Parser)]
#[command(
    name = "basilar",
    version,
    after_help = "\
Examples:
  basilar score reference.wav degraded.wav
  basilar score --json reference.wav degraded.wav | jq '.scores[].mos_lqo'
  basilar report reference.wav degraded.wav -o report.html
  basilar batch pairs.csv -o results.csv
  basilar compare baseline.csv results.csv --junit report.xml
  basilar inspect call.wav --fail-on clipping,one_way_call
  basilar validate ratings.csv --model fb,wb --plot scatter.svg

Exit codes: 0 done, 1 the gate failed, 2 wrong usage, 3 some inputs could not be scored."
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Batch(batch::Arguments),
    Compare(compare::Arguments),
    #[cfg(feature = "estimate")]
    Estimate(Box<estimate::Arguments>),
    Inspect(Box<inspect::Arguments>),
    Report(report::Arguments),
    Score(score::Arguments),
    Summarize(summarize::Arguments),
    Validate(validate::Arguments),
    #[cfg(feature = "network")]
    Calls(Box<calls::Arguments>),
    #[cfg(feature = "network")]
    Emodel(Box<emodel::Arguments>),
    Models(models::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Done = 0,
    GateFailed = 1,
    WrongUsage = 2,
    NotScored = 3,
}

/// Why a subcommand was not run to its end.
enum Failure {
    /// It cannot be, for a reason that is said in a sentence.
    Refused(Error),
    /// Its result could not be printed.
    Unprinted(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Unprinted(error)
    }
}

/// What every subcommand comes to.
type Result<T> = std::result::Result<T, Failure>;

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Batch(arguments) => batch::run(arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        #[cfg(feature = "estimate")]
        Command::Estimate(arguments) => estimate::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Summarize(arguments) => summarize::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        #[cfg(feature = "network")]
        Command::Calls(arguments) => calls::run(&arguments),
        #[cfg(feature = "network")]
        Command::Emodel(arguments) => emodel::run(&arguments),
        Command::Models(arguments) => models::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    let exit = done.unwrap_or_else(|failure| match failure {
        Failure::Refused(error) => {
            say_error(error);
            Exit::WrongUsage
        }
        // Who closes the pipe, as `head` does, has read enough.
        Failure::Unprinted(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Failure::Unprinted(error) => {
            say_error(format!("standard output: {error}; write to a place with room"));
            Exit::NotScored
        }
    });
    ExitCode::from(exit as u8)
}

/// Writes a file in one go.
fn write_file(path: &Path, write: impl FnOnce(File) -> io::Result<()>) -> basilar::Result<()> {
    File::create(path)
        .and_then(write)
        .map_err(|source| Error::Unwritable { name: path.display().to_string(), source })
}

/// What became of printing the last that there is to say: who closes the pipe changes nothing of how the program ends.
fn unless_closed(done: io::Result<()>) -> io::Result<()> {
    done.or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// What became of printing a result; who closes the pipe has read enough.
fn printed(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// One sentence on standard error about what cannot be done.
fn say_error(sentence: impl Display) {
    say(anstyle::AnsiColor::Red, "error", sentence);
}

/// One sentence on standard error about what a result should be read with.
fn say_warning(sentence: impl Display) {
    say(anstyle::AnsiColor::Yellow, "warning", sentence);
}

/// One line on standard error about how things stand.
fn tell(line: impl Display) {
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(io::stderr(), "{line}");
}

fn say(colour: anstyle::AnsiColor, kind: &str, sentence: impl Display) {
    let style = anstyle::Style::new().bold().fg_color(Some(colour.into()));
    let sentence = basilar::report::printable(&sentence.to_string());
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(anstream::stderr(), "{style}{kind}{style:#}: {sentence}");
}

/// Standard output for a person, with colours on a terminal.
fn output() -> impl Write {
    io::BufWriter::new(anstream::stdout())
}

/// Standard output for a program, byte by byte.
fn data() -> impl Write {
    io::BufWriter::new(io::stdout())
}
