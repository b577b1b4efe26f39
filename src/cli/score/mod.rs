//! `basilar score`: one reference, any number of degraded recordings.

mod arguments;
mod long_calls;
mod pairs;

pub use arguments::Arguments;

use super::{Exit, Result, say_error};
use std::path::Path;

/// Scores pairs, or with `--timeline` long calls.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let paths = std::iter::once(&arguments.reference).chain(&arguments.degraded);
    if paths.filter(|path| *path == Path::new("-")).count() > 1 {
        say_error("-: standard input can be only one of the recordings; name files for the others");
        return Ok(Exit::WrongUsage);
    }
    if arguments.timeline { long_calls::run(arguments) } else { pairs::run(arguments) }
}
