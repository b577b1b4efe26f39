//! `basilar votes`: a listening test evaluated.

use super::{Exit, Result, data, output, say_error, write_file};
use basilar::listening_test::{Evaluation, Layout, ListeningTest, Method, Screen};
use basilar::report::listening_test as report;
use basilar::table;
use basilar::{Error, table::Format as TableFormat};
use same_file::is_same_file;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Evaluates a listening test: mean opinions, intervals, how far listeners agree
///
/// The votes are a CSV, TSV, JSON Lines or Parquet file: a row a vote with the columns listener,
/// item, condition and score (for P.835 sig, bak and ovrl); or a row an item and a column a
/// listener; or the answers that the P.808 toolkit collects. Gold and trapping questions have their
/// right answer in a column gold or trap.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar votes votes.csv --plot mos.svg
  basilar votes mushra.csv --method mushra --screen bs1534 --reference hidden_reference
  basilar votes votes.csv --screen p808,correlation:0.7 --listeners listeners.csv
  basilar votes votes.csv --ratings ratings.csv && basilar validate ratings.csv

Exit codes: 0 done, 2 wrong usage, 3 some rows are no votes.")]
pub struct Arguments {
    /// The table of votes
    votes: PathBuf,
    /// How listeners voted [default: by the votes: acr, ccr, p835 or mushra]
    #[arg(long)]
    method: Option<MethodName>,
    /// How the table is laid out [default: by its columns]
    #[arg(long)]
    layout: Option<LayoutName>,
    /// Which listeners are left out, separated by commas: p808 (a gold or trapping question wrong),
    /// bs1534 (hidden reference below 90 or anchor above 90 too often), correlation:0.75 (less with
    /// the others than this)
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = screen)]
    screen: Vec<Screen>,
    /// The condition that is the hidden reference [default: one called reference or alike]
    #[arg(long, value_name = "CONDITION")]
    reference: Option<String>,
    /// The condition that is the mid-range anchor of BS.1534 [default: one called anchor70 or alike]
    #[arg(long, value_name = "CONDITION")]
    anchor: Option<String>,
    /// Finds the condition in an item's name, by what stands in brackets, such as _(c[0-9]+)_
    #[arg(long, value_name = "REGEX")]
    condition_pattern: Option<String>,
    /// Say how many votes more make the interval of a condition reach no further than this
    #[arg(long, value_name = "POINTS", default_value_t = 0.1, value_parser = half_width)]
    half_width: f64,
    /// How the evaluation is printed: csv has the conditions, json all (schema basilar-votes/1)
    #[arg(long, default_value = "text")]
    format: Format,
    /// Write every item in every condition, as .csv, .tsv, .jsonl or .parquet
    #[arg(long, value_name = "FILE")]
    stimuli: Option<PathBuf>,
    /// Write every listener, as .csv, .tsv, .jsonl or .parquet
    #[arg(long, value_name = "FILE")]
    listeners: Option<PathBuf>,
    /// Write ratings for `basilar validate`; recordings are in the columns reference and degraded
    #[arg(long, value_name = "FILE")]
    ratings: Option<PathBuf>,
    /// Rate by the model of listeners' biases and inconsistencies in place of means
    #[arg(long, requires = "ratings")]
    recovered: bool,
    /// Draw the conditions with their intervals
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum MethodName {
    Acr,
    Dcr,
    Ccr,
    P835,
    Mushra,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LayoutName {
    Long,
    Wide,
    P808,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

fn screen(word: &str) -> std::result::Result<Screen, String> {
    let (rule, least) = word.split_once(':').unwrap_or((word, "0.75"));
    match (rule, least.parse::<f64>()) {
        ("p808", _) => Ok(Screen::P808),
        ("bs1534", _) => Ok(Screen::Bs1534),
        ("correlation", Ok(least)) if (-1.0..=1.0).contains(&least) => {
            Ok(Screen::Correlation(least))
        }
        _ => Err("give p808, bs1534, or correlation:0.75 with a number from -1 to 1".to_owned()),
    }
}

fn half_width(word: &str) -> std::result::Result<f64, String> {
    match word.parse() {
        Ok(value) if value > 0.0 && value <= 100.0 => Ok(value),
        _ => Err("give a number above 0".to_owned()),
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    let evaluation = evaluate(arguments)?;
    match arguments.format {
        Format::Text => {
            let mut out = output();
            report::text::write(&evaluation, &mut out)?;
            out.flush()?;
        }
        Format::Csv => {
            let mut out = data();
            report::tables::conditions(&evaluation, &mut out)?;
            out.flush()?;
        }
        Format::Json => {
            let mut out = data();
            serde_json::to_writer(&mut out, &evaluation).map_err(io::Error::from)?;
            writeln!(out)?;
            out.flush()?;
        }
    }
    evaluation.errors.iter().for_each(say_error);
    Ok(if evaluation.errors.is_empty() { Exit::Done } else { Exit::NotScored })
}

fn evaluate(arguments: &Arguments) -> basilar::Result<Evaluation> {
    let Arguments { stimuli, listeners, ratings, plot, .. } = arguments;
    let tables = [stimuli, listeners, ratings];
    for path in tables.into_iter().flatten() {
        TableFormat::of(path)?;
    }
    for output in tables.into_iter().chain([plot]).flatten() {
        if is_same_file(&arguments.votes, output).unwrap_or(false) {
            return Err(Error::WouldReplaceInput { name: output.display().to_string() });
        }
    }
    let test = ListeningTest {
        votes: arguments.votes.clone(),
        layout: arguments.layout.map(|layout| match layout {
            LayoutName::Long => Layout::Long,
            LayoutName::Wide => Layout::Wide,
            LayoutName::P808 => Layout::P808,
        }),
        method: arguments.method.map(|method| match method {
            MethodName::Acr => Method::Acr,
            MethodName::Dcr => Method::Dcr,
            MethodName::Ccr => Method::Ccr,
            MethodName::P835 => Method::P835,
            MethodName::Mushra => Method::Mushra,
        }),
        screens: arguments.screen.clone(),
        reference: arguments.reference.clone(),
        anchor: arguments.anchor.clone(),
        condition_pattern: arguments.condition_pattern.clone(),
        half_width: arguments.half_width,
    };
    let evaluation = test.run()?;
    write_files(arguments, &evaluation)?;
    Ok(evaluation)
}

type WriteTable = fn(&Evaluation, File, table::Format) -> io::Result<()>;

fn write_files(arguments: &Arguments, evaluation: &Evaluation) -> basilar::Result<()> {
    let write = |path: &Path, table: WriteTable| {
        let format = TableFormat::of(path)?;
        write_file(path, |file| table(evaluation, file, format))
    };
    if let Some(path) = &arguments.stimuli {
        write(path, report::tables::stimuli)?;
    }
    if let Some(path) = &arguments.listeners {
        write(path, report::tables::listeners)?;
    }
    if let Some(path) = &arguments.ratings {
        let format = TableFormat::of(path)?;
        let rows = report::tables::ratings(evaluation, arguments.recovered)?;
        write_file(path, |file| report::tables::write_ratings(rows, file, format))?;
    }
    if let Some(path) = &arguments.plot {
        let svg = report::plot::svg(evaluation)?;
        write_file(path, |mut file| file.write_all(svg.as_bytes()))?;
    }
    Ok(())
}
