//! The command line: one file a subcommand; no arithmetic here.

mod score;

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
    Score(score::Arguments),
}

/// Runs the subcommand; 0 done, 2 wrong usage, 3 some inputs could not be scored.
pub fn run(arguments: Arguments) -> ExitCode {
    match arguments.command {
        Command::Score(arguments) => score::run(&arguments),
    }
}
