//! The command `basilar`: the program itself, called as a function.

use basilar::cli::{self, Arguments};
use pyo3::prelude::*;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

/// Runs the program with these arguments, the first its name, and gives its exit code.
#[pyfunction]
pub fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    let exit = py.detach(|| match Arguments::read(arguments) {
        Ok(arguments) => cli::run(arguments),
        Err(asked) => {
            // Help that nobody reads any more is no error.
            let _ = asked.print();
            ExitCode::from(asked.exit_code() as u8)
        }
    });
    // Rust's own main would do this at its end; the program has reported what it could not write.
    let _ = io::stdout().flush();
    // An ExitCode says what it is by comparison only.
    (0..=u8::MAX).find(|&code| ExitCode::from(code) == exit).unwrap_or(u8::MAX)
}
