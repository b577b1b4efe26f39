//! `basilar models`: what is built in.

use super::{Exit, Result, data, output};
use basilar::report::{json, text};
use std::io::Write;

/// Lists the models that are built in: band, rates, range and source
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar models
  basilar models --json | jq '.models[].name'")]
pub struct Arguments {
    /// Print one JSON object (schema basilar-models/1)
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    if arguments.json {
        let mut out = data();
        json::models(&mut out)?;
        out.flush()?;
    } else {
        let mut out = output();
        text::models(&mut out)?;
        out.flush()?;
    }
    Ok(Exit::Done)
}
