//! `basilar completions`: what a shell needs to complete the command line.

use super::{Exit, Result, data};
use clap::CommandFactory;
use std::io::Write;

/// Prints shell completions
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar completions bash > ~/.local/share/bash-completion/completions/basilar
  basilar completions fish > ~/.config/fish/completions/basilar.fish")]
pub struct Arguments {
    /// The shell to complete in
    shell: clap_complete::Shell,
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    // Written in one go, because the generator panics where a pipe breaks.
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut super::Arguments::command(),
        "basilar",
        &mut script,
    );
    let mut out = data();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Exit::Done)
}
