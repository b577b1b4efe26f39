//! The program `basilar`: parse, run, exit.

use clap::Parser;
use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run(cli::Arguments::parse())
}
