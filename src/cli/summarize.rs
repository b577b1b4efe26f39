//! `basilar summarize`: results group by group.

use super::{Exit, Result, check_picture, write_file};
use crate::draft;
use basilar::report;
use basilar::results::{Grouping, Summaries};
use std::io::{self, Write};
use std::path::PathBuf;

/// Means with their confidence intervals, the bands and the worst files of each group.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar summarize results.csv --group-by codec,bitrate
  basilar summarize results.csv --group-by codec,bitrate --plot ladder.svg
  basilar summarize results.csv --group-by codec,measured_at --x measured_at --plot history.svg
  basilar summarize results.csv --group-by device --format csv > devices.csv")]
pub struct Arguments {
    /// The results of `basilar batch`.
    results: PathBuf,
    /// Columns that make groups, such as `codec,bitrate`.
    #[arg(long, value_delimiter = ',')]
    group_by: Vec<String>,
    /// The column that names who speaks: with two or more, means and intervals are over talkers.
    #[arg(long, default_value = "talker")]
    talker: String,
    /// How many of the worst files are named in each group.
    #[arg(long, default_value_t = 3)]
    worst: usize,
    /// How the summary is printed.
    #[arg(long, default_value = "text")]
    format: Format,
    /// Writes a picture: MOS-LQO against the numbers in --x, a line for what is in the other columns.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// The column of --group-by for the picture's horizontal axis; the last one by default.
    #[arg(long, requires = "plot")]
    x: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

/// 0 done, 2 not summarized.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let grouping = Grouping {
        group_by: arguments.group_by.clone(),
        talker: arguments.talker.clone(),
        worst: arguments.worst,
    };
    if let Some(path) = &arguments.plot {
        draft::check_inputs([path.as_path()], [arguments.results.as_path()])?;
        check_picture(path)?;
    }
    let summaries = Summaries::of(&arguments.results, &grouping)?;
    if let Some(path) = &arguments.plot {
        let x = arguments.x.as_ref().or(arguments.group_by.last());
        let svg = report::plot::svg(&summaries, x.map_or("", String::as_str))?;
        write_file(path, |mut file| file.write_all(svg.as_bytes()))?;
    }
    let mut out = io::stdout().lock();
    let printed = match arguments.format {
        Format::Text => report::summary::write_text(&summaries, &mut out),
        Format::Csv => report::summary::write_csv(&summaries, &mut out),
        Format::Json => serde_json::to_writer_pretty(&mut out, &summaries)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
    };
    super::printed(printed)?;
    Ok(Exit::Done)
}
