//! `basilar validate`: metrics against people's votes.

use super::{Exit, Result, data, output, say_error, write_file};
use basilar::batch::Progress;
#[cfg(feature = "estimate")]
use basilar::estimate::Estimator;
use basilar::report::{json, validation as report};
use basilar::table::Format;
use basilar::validation::{Study, Validation};
use basilar::{Channel, Error, ModelChoice, parallel};
use indicatif::ProgressBar;
use same_file::is_same_file;
use std::io::Write;
use std::iter;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Compares models with people's votes: correlations, errors, outliers (P.1401)
///
/// The ratings are a CSV, TSV, JSON Lines or Parquet file with the columns reference, degraded and
/// score, and if known condition, standard_error (of the score), votes (how many), scale (such as
/// ACR 1-5) and dataset (the listening test). Paths are relative to it. References that were rated
/// as they are stay out, unless --keep-references is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar validate ratings.csv
  basilar validate ratings.csv --model fb,wb,wb-cor2 --plot scatter.svg
  basilar validate ratings.csv --model fb --scores peers.csv --markdown table.md
  basilar validate ratings.csv --scores peers.csv --json | jq '.datasets[].clips.metrics'

Exit codes: 0 done, 2 wrong usage, 3 some clips could not be scored or some metric not evaluated.")]
pub struct Arguments {
    /// The table of ratings
    ratings: PathBuf,
    /// auto, nb, wb, wb-cor2, fb or paths of .json model files, separated by commas [default: auto,
    /// or none with --scores or --estimator]
    #[arg(long, value_name = "MODEL", value_delimiter = ',')]
    model: Vec<ModelChoice>,
    /// Names of estimators or paths of .json adapters, separated by commas: what they say without the
    /// reference is a metric beside the models
    #[cfg(feature = "estimate")]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    estimator: Vec<String>,
    /// The folder of the networks, as for basilar estimate
    #[cfg(feature = "estimate")]
    #[arg(long, value_name = "FOLDER", requires = "estimator")]
    networks: Option<PathBuf>,
    /// A table with scores of other programs: the column degraded and, if need be, reference as in
    /// the ratings; every other column of numbers is a metric [may be given several times]
    #[arg(long, value_name = "FILE")]
    scores: Vec<PathBuf>,
    /// Print one JSON object (schema basilar-validation/1)
    #[arg(long)]
    json: bool,
    /// Write every clip with its scores, as .csv, .tsv, .jsonl or .parquet
    #[arg(long, value_name = "FILE")]
    clips: Option<PathBuf>,
    /// Write the statistics, as .csv, .tsv, .jsonl or .parquet
    #[arg(long, value_name = "FILE")]
    statistics: Option<PathBuf>,
    /// Write one table for a README: a row a metric, a column a dataset
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Draw the votes over the scores
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Count references that were rated as they are, compared with themselves
    #[arg(long)]
    keep_references: bool,
    /// Channel to score: left, right, mix, or a number from 1 [default: the only one, or the mix]
    #[arg(long, value_name = "CHANNEL", hide_default_value = true, default_value = "mono")]
    channel: Channel,
    /// How many pairs are scored at once [default: all cores]
    #[arg(short, long)]
    jobs: Option<NonZeroUsize>,
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    let validation = validate(arguments)?;
    if arguments.json {
        let mut out = data();
        json::validation(&mut out, &validation)?;
        out.flush()?;
    } else {
        let mut out = output();
        report::text::write(&validation, &mut out)?;
        out.flush()?;
    }
    validation.errors.iter().for_each(say_error);
    Ok(if validation.is_complete() { Exit::Done } else { Exit::NotScored })
}

fn validate(arguments: &Arguments) -> basilar::Result<Validation> {
    check_outputs(arguments)?;
    let mut models = arguments.model.clone();
    if models.is_empty() && arguments.scores.is_empty() && !estimates(arguments) {
        models.push(ModelChoice::Auto);
    }
    let study = Study {
        ratings: arguments.ratings.clone(),
        models,
        scores: arguments.scores.clone(),
        channel: arguments.channel,
        keep_references: arguments.keep_references,
        jobs: parallel::jobs(arguments.jobs),
    };
    // Hidden where standard error is no terminal.
    let bar = ProgressBar::new(0);
    let on_row = |progress: &Progress| {
        bar.set_length(progress.expected);
        bar.set_position(progress.rows);
    };
    #[cfg(feature = "estimate")]
    let validation = {
        let open = |word: &String| Estimator::named(word, arguments.networks.as_deref());
        let estimators = arguments.estimator.iter().map(open);
        study.run_with(&estimators.collect::<basilar::Result<Vec<_>>>()?, &on_row)?
    };
    #[cfg(not(feature = "estimate"))]
    let validation = study.run(&on_row)?;
    bar.finish_and_clear();
    write_files(arguments, &validation)?;
    Ok(validation)
}

/// Whether estimators are among the metrics.
#[cfg_attr(not(feature = "estimate"), expect(unused_variables, reason = "no option names any"))]
fn estimates(arguments: &Arguments) -> bool {
    #[cfg(feature = "estimate")]
    return !arguments.estimator.is_empty();
    #[cfg(not(feature = "estimate"))]
    false
}

/// Refuses, before anything is scored, names that do not say a format and places that hold what is read.
fn check_outputs(arguments: &Arguments) -> basilar::Result<()> {
    let Arguments { clips, statistics, markdown, plot, .. } = arguments;
    for path in [clips, statistics].into_iter().flatten() {
        Format::of(path)?;
    }
    let inputs = || iter::once(&arguments.ratings).chain(&arguments.scores);
    for output in [clips, statistics, markdown, plot].into_iter().flatten() {
        if inputs().any(|input| is_same_file(input, output).unwrap_or(false)) {
            return Err(Error::WouldReplaceInput { name: output.display().to_string() });
        }
    }
    Ok(())
}

fn write_files(arguments: &Arguments, validation: &Validation) -> basilar::Result<()> {
    if let Some(path) = &arguments.clips {
        let format = Format::of(path)?;
        write_file(path, |file| report::tables::clips(validation, file, format))?;
    }
    if let Some(path) = &arguments.statistics {
        let format = Format::of(path)?;
        write_file(path, |file| report::tables::statistics(validation, file, format))?;
    }
    if let Some(path) = &arguments.markdown {
        write_file(path, |mut file| report::markdown::write(validation, &mut file))?;
    }
    if let Some(path) = &arguments.plot {
        let svg = report::scatter::svg(validation)?;
        write_file(path, |mut file| file.write_all(svg.as_bytes()))?;
    }
    Ok(())
}
