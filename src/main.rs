//! The program `basilar`: parse, run, exit.

use basilar::cli;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(cli::Arguments::parse())
}
