//! The program `basilar`: parse, run, exit.

use basilar::cli;
use mimalloc::MiMalloc;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match cli::Arguments::read(std::env::args_os()) {
        Ok(arguments) => cli::run(arguments),
        Err(asked) => asked.exit(),
    }
}
