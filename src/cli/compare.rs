//! `basilar compare`: results against a baseline, or against a minimum.

use super::{Exit, Result, write_file};
use basilar::results::{Comparison, Rules};
use basilar::{Error, report};
use std::io::{self, Write};
use std::path::PathBuf;

/// Compares results with a baseline and fails where the quality fell.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The baseline and the results of `basilar batch`, or with --min the results alone.
    #[arg(required = true, num_args = 1..=2, value_names = ["BASELINE", "RESULTS"])]
    tables: Vec<PathBuf>,
    /// How much MOS-LQO a row may lose.
    #[arg(long, default_value_t = 0.1, value_parser = mos)]
    max_drop: f64,
    /// The least MOS-LQO that a row may have.
    #[arg(long, value_parser = mos)]
    min: Option<f64>,
    /// The columns that say which rows of the two tables belong together.
    #[arg(long, value_delimiter = ',', default_value = "reference,degraded")]
    key: Vec<String>,
    /// Columns that make groups; the mean of a group may not fall significantly.
    #[arg(long, value_delimiter = ',')]
    group_by: Vec<String>,
    /// Writes a JUnit report: a suite a group, a test case a row.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Writes Markdown, for a comment on a pull request.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Prints JSON in place of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn mos(word: &str) -> std::result::Result<f64, String> {
    match word.parse() {
        Ok(value) if (0.0..=5.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 to 5".to_owned()),
    }
}

/// 0 passed, 1 failed, 2 not compared.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let comparison = compare(arguments)?;
    Ok(if comparison.passed { Exit::Done } else { Exit::GateFailed })
}

fn compare(arguments: &Arguments) -> Result<Comparison> {
    let (baseline, results) = match arguments.tables.as_slice() {
        [baseline, results] => (Some(baseline.as_path()), results),
        [results] if arguments.min.is_some() => (None, results),
        _ => {
            let name = arguments.tables[0].display().to_string();
            return Err(Error::NoBaseline { name }.into());
        }
    };
    let rules = Rules {
        key: arguments.key.clone(),
        group_by: arguments.group_by.clone(),
        max_drop: arguments.max_drop,
        min: arguments.min,
    };
    let comparison = Comparison::of(baseline, results, &rules)?;
    if let Some(path) = &arguments.junit {
        write_file(path, |mut file| report::junit::write(&comparison, &mut file))?;
    }
    if let Some(path) = &arguments.markdown {
        write_file(path, |mut file| report::markdown::write(&comparison, &mut file))?;
    }
    let mut out = io::stdout().lock();
    let printed = if arguments.json {
        serde_json::to_writer_pretty(&mut out, &comparison)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out))
    } else {
        report::comparison::write(&comparison, &mut out)
    };
    super::printed(printed)?;
    Ok(comparison)
}
