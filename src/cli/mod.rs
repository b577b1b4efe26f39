//! The command line: one file a subcommand; no arithmetic here.

mod batch;
#[cfg(feature = "network")]
mod calls;
mod compare;
mod completions;
#[cfg(feature = "network")]
mod emodel;
mod input;
mod man;
mod models;
mod report;
mod score;
mod summarize;
mod validate;

use crate::draft::{self, Draft};
use basilar::Error;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
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
  basilar validate ratings.csv --model fb,wb --plot scatter.svg

Exit codes: 0 done, 1 the gate failed, 2 wrong usage, 3 some inputs could not be scored."
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

impl Arguments {
    /// Reads a command line, its first word the program.
    ///
    /// # Errors
    /// Help that is asked for, and what cannot be read; where recordings stand in the place of a subcommand, `score` is
    /// named.
    pub fn read(
        words: impl IntoIterator<Item = OsString>,
    ) -> std::result::Result<Self, clap::Error> {
        let words: Vec<OsString> = words.into_iter().collect();
        Self::try_parse_from(&words).map_err(|error| match error.kind() {
            ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument
                if words.iter().skip(1).take(2).any(basilar::is_audio_file) =>
            {
                let words: Vec<_> =
                    words.iter().skip(1).map(|word| word.to_string_lossy()).collect();
                let meant =
                    format!("no subcommand is named; say basilar score {}", words.join(" "));
                Self::command().error(ErrorKind::InvalidSubcommand, meant)
            }
            _ => error,
        })
    }
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Batch(batch::Arguments),
    Compare(compare::Arguments),
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
        Failure::Unprinted(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Failure::Unprinted(error) => {
            say_error(format!("standard output: {error}; write to a place with room"));
            Exit::NotScored
        }
    });
    ExitCode::from(exit as u8)
}

/// Writes a file: it is there whole, or not at all.
fn write_file(path: &Path, write: impl FnOnce(File) -> io::Result<()>) -> basilar::Result<()> {
    let draft = Draft::beside(path)?;
    draft
        .begin()
        .and_then(write)
        .and_then(|()| draft.finish())
        .map_err(|source| Error::Unwritable { name: path.display().to_string(), source })
}

/// Refuses, before anything is read, a place for a picture that cannot be written.
fn check_picture(path: &Path) -> basilar::Result<()> {
    let is_svg = |ending: &std::ffi::OsStr| ending.eq_ignore_ascii_case("svg");
    if !path.extension().is_some_and(is_svg) {
        return Err(Error::UnknownPictureFormat { name: path.display().to_string() });
    }
    draft::check_place(path)
}

/// What became of printing the last that there is to say: who closes the pipe changes nothing of how the program ends.
fn unless_closed(done: io::Result<()>) -> io::Result<()> {
    done.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// What became of printing a result; who closes the pipe has read enough.
fn printed(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
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
