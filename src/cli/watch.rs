//! `basilar watch`: a folder whose files go into a store.

use super::{Exit, Result, ingest};
use basilar::monitor::{Ingest, Watch, parse_span};
use std::path::PathBuf;

/// Takes the files of a folder into a store as they come
///
/// A file is taken when it has not changed for a while. It may be stopped at any time and goes on where it was.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar watch /var/spool/captures --store calls.db --settings sites.toml
  basilar watch recordings/ --store calls.db --prompt prompt.wav
  basilar watch results/ --store calls.db --once

Exit codes: 0 done, 2 wrong usage, 3 with --once: some files or rows could not be taken.")]
pub struct Arguments {
    /// The folder, with those in it.
    folder: PathBuf,
    #[command(flatten)]
    into: ingest::Into,
    /// How often to look.
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = span)]
    every: i64,
    /// How long a file must not have changed.
    #[arg(long, value_name = "SPAN", default_value = "5s", value_parser = span)]
    rest: i64,
    /// Look once and end.
    #[arg(long)]
    once: bool,
}

/// A span of time on the command line.
pub fn span(text: &str) -> basilar::Result<i64> {
    parse_span(text)
}

/// 0 done, 2 wrong usage, 3 a file that could not be taken.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let mut ingest = Ingest::open(&arguments.into.store, arguments.into.settings.as_deref())?;
    let scoring = arguments.into.scoring();
    let mut watch = Watch::new(&arguments.folder, arguments.rest)?;
    loop {
        let mut whole = true;
        watch.look(&mut ingest, &scoring, |path, taken| whole &= ingest::report(path, taken))?;
        if arguments.once {
            return Ok(if whole { Exit::Done } else { Exit::NotScored });
        }
        watch.wait(arguments.every);
    }
}
