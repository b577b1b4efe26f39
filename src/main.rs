//! The program `basilar`: parse, run, print the error, exit.

use clap::Parser;
use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run(cli::Arguments::parse())
}
