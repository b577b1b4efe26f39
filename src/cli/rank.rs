//! `basilar rank`: which system is best, and whether that is sure.

use super::{Exit, Result, data, output, write_file};
use basilar::ranking::{Adjustment, Question, Ranking};
use basilar::report::ranking as report;
use basilar::{Error, table};
use same_file::is_same_file;
use std::io::{self, Write};
use std::path::PathBuf;

/// Says which codec is better, by how much, and whether that is sure
///
/// Scores are paired over items; talkers, the first column of --block, are a random factor, so that
/// what is said holds for other talkers. All pairs are compared at once. Systems that share a letter
/// do not differ significantly.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar rank results.csv --by codec,bitrate
  basilar rank results.csv --by codec,bitrate --equivalence 0.1 --against opus-24
  basilar rank results.csv --by codec --block talker,item --adjust holm --plot ranking.svg
  basilar rank results.csv --by codec,bitrate --format json | jq '.ladders.differences'

Exit codes: 0 done, 2 wrong usage.")]
pub struct Arguments {
    /// The results of `basilar batch`
    results: PathBuf,
    /// Columns whose cells name a system, such as codec,bitrate
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    by: Vec<String>,
    /// Columns that name what was coded, the outermost first [default: of talker, and item or
    /// reference, those that are there]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    block: Vec<String>,
    /// How several comparisons at once are allowed for
    #[arg(long, default_value = "tukey")]
    adjust: Adjust,
    /// Test which systems differ by less than this, in MOS-LQO (two one-sided tests)
    #[arg(long, value_name = "MOS", value_parser = margin)]
    equivalence: Option<f64>,
    /// Hold the others against this system, such as opus-24 [default: every pair]
    #[arg(long, value_name = "SYSTEM", requires = "equivalence")]
    against: Option<String>,
    /// The column of --by that is the bit-rate
    #[arg(long, value_name = "COLUMN", default_value = "bitrate")]
    rate: String,
    /// Say at which bit-rates this quality is reached [default: 3,3.5,4,4.5]
    #[arg(long, value_name = "MOS", value_delimiter = ',', value_parser = quality)]
    at: Vec<f64>,
    /// How the ranking is printed: csv has the systems, json all (schema basilar-ranking/1)
    #[arg(long, default_value = "text")]
    format: Format,
    /// Write every pair, as .csv, .tsv, .jsonl or .parquet
    #[arg(long, value_name = "FILE")]
    differences: Option<PathBuf>,
    /// Draw the means with their intervals and letters
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Adjust {
    Tukey,
    Holm,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Markdown,
    Csv,
    Json,
}

fn margin(word: &str) -> std::result::Result<f64, String> {
    match word.parse() {
        Ok(value) if value > 0.0 && value < 4.0 => Ok(value),
        _ => Err("give a number above 0 and below 4".to_owned()),
    }
}

fn quality(word: &str) -> std::result::Result<f64, String> {
    match word.parse() {
        Ok(value) if (1.0..=5.0).contains(&value) => Ok(value),
        _ => Err("give a number from 1 to 5".to_owned()),
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    let ranking = rank(arguments)?;
    match arguments.format {
        Format::Text => {
            let mut out = output();
            report::text::write(&ranking, &mut out)?;
            out.flush()?;
        }
        format => {
            let mut out = data();
            match format {
                Format::Csv => report::tables::systems(&ranking, &mut out)?,
                Format::Json => {
                    serde_json::to_writer(&mut out, &ranking).map_err(io::Error::from)?;
                    writeln!(out)?;
                }
                Format::Markdown | Format::Text => report::markdown::write(&ranking, &mut out)?,
            }
            out.flush()?;
        }
    }
    Ok(Exit::Done)
}

fn rank(arguments: &Arguments) -> basilar::Result<Ranking> {
    let outputs = [&arguments.differences, &arguments.plot].into_iter().flatten();
    for output in outputs {
        if is_same_file(&arguments.results, output).unwrap_or(false) {
            return Err(Error::WouldReplaceInput { name: output.display().to_string() });
        }
    }
    let format = arguments.differences.as_deref().map(table::Format::of).transpose()?;
    let question = Question {
        by: arguments.by.clone(),
        block: arguments.block.clone(),
        adjustment: match arguments.adjust {
            Adjust::Tukey => Adjustment::Tukey,
            Adjust::Holm => Adjustment::Holm,
        },
        equivalence: arguments.equivalence,
        against: arguments.against.clone(),
        rate: arguments.rate.clone(),
        at: arguments.at.clone(),
    };
    let ranking = Ranking::of(&arguments.results, &question)?;
    if let (Some(path), Some(format)) = (&arguments.differences, format) {
        write_file(path, |file| report::tables::differences(&ranking, file, format))?;
    }
    if let Some(path) = &arguments.plot {
        let svg = report::plot::svg(&ranking)?;
        write_file(path, |mut file| file.write_all(svg.as_bytes()))?;
    }
    Ok(ranking)
}
