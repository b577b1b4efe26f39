//! The command line: one file a subcommand; no arithmetic here.

mod batch;
mod compare;
mod score;
mod summarize;

use std::process::ExitCode;

/// Scores how a degraded recording sounds against its reference, on the MOS-LQO scale.
#[derive(Debug, clap::Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Batch(batch::Arguments),
    Compare(compare::Arguments),
    Score(score::Arguments),
    Summarize(summarize::Arguments),
}

/// Runs the subcommand; 0 done, 2 wrong usage, 3 some inputs could not be scored.
pub fn run(arguments: Arguments) -> ExitCode {
    match arguments.command {
        Command::Batch(arguments) => batch::run(arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Summarize(arguments) => summarize::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
    }
}
