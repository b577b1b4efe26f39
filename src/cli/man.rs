//! `basilar man`: manual pages made from the command line's own help.

use super::{Exit, Result, data, say_error};
use clap::CommandFactory;
use clap_mangen::Man;
use std::io::Write;

/// Prints a manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar man > basilar.1
  basilar man score > basilar-score.1")]
pub struct Arguments {
    /// The subcommand that the page is about; without it, the program as a whole
    subcommand: Option<String>,
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    let mut program = super::Arguments::command();
    program.build();
    let page = match &arguments.subcommand {
        None => program,
        Some(word) => match program.find_subcommand(word) {
            Some(found) => found.clone(),
            None => {
                say_error(format!("{word}: no such subcommand; see basilar --help"));
                return Ok(Exit::WrongUsage);
            }
        },
    };
    let mut out = data();
    Man::new(page).render(&mut out)?;
    out.flush()?;
    Ok(Exit::Done)
}
