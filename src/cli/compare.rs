//! `basilar compare`: results against a baseline, or against a minimum.

use super::{Exit, Result, say_error, write_file};
use basilar::results::{Comparison, Limits, LimitsFile, Measure, Rules, mos, update};
use basilar::{Error, report};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Compares results with a baseline and fails where the quality fell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar compare baseline.csv results.csv --key call --group-by device --junit report.xml
  basilar compare baseline.csv results.csv --max-delay-change 20ms --max-delay-jitter 20ms \\
      --max-level-change 2dB --max-pumping 6dB --max-drift 100ppm --max-unheard 100ms
  basilar compare baseline.csv results.csv --limits gate.toml
  basilar compare results.csv --min 3.6
  basilar compare baseline.csv results.csv --update

Exit codes: 0 passed or updated, 1 the gate failed, 2 not compared.")]
pub struct Arguments {
    /// The baseline and the results of `basilar batch`, or with --min the results alone.
    #[arg(required = true, num_args = 1..=2, value_names = ["BASELINE", "RESULTS"])]
    tables: Vec<PathBuf>,
    /// How much MOS-LQO a row may lose [default: 0.1]
    #[arg(long, value_name = "MOS", value_parser = mos)]
    max_drop: Option<f64>,
    /// The least MOS-LQO that a row may have
    #[arg(long, value_name = "MOS", value_parser = mos)]
    min: Option<f64>,
    /// The smallest fall of a mean that counts, however sure it is [default: 0.05]
    #[arg(long, value_name = "MOS", value_parser = mos)]
    smallest_effect: Option<f64>,
    #[command(flatten)]
    measures: Measures,
    /// A TOML file of limits for all rows (`max_drop = 0.2`) and for groups of them (`[device.headset]`)
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// So many rows may fail to be scored that could be scored before
    #[arg(long, value_name = "N", default_value_t = 0)]
    allow_unscored: usize,
    /// Fails where a row comes with a warning, such as that of a wrong recording
    #[arg(long)]
    fail_on_warning: bool,
    /// The columns that say which rows of the two tables belong together.
    #[arg(long, value_delimiter = ',', default_value = "reference,degraded")]
    key: Vec<String>,
    /// Columns that make groups, of which the mean of each may not fall; without any, the mean of all rows may not
    #[arg(long, value_delimiter = ',')]
    group_by: Vec<String>,
    /// The column that names who speaks: with two or more, means are tested over talkers
    #[arg(long, default_value = "talker")]
    talker: String,
    /// Replaces the baseline by the results, after they were reviewed, and prints what changed
    #[arg(long)]
    update: bool,
    /// Writes a JUnit report: a suite a group, a test case a row.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Writes Markdown, for a comment on a pull request.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Prints JSON in place of text (schema basilar-comparison/1).
    #[arg(long)]
    json: bool,
}

/// Limits for what the connection does to time and level.
#[derive(Debug, clap::Args)]
struct Measures {
    /// How far the delay may move, such as 20ms
    #[arg(long, value_name = "TIME", value_parser = |words: &str| Measure::Delay.limit(words))]
    max_delay_change: Option<f64>,
    /// By how much the delay may go up and down within a recording, such as 20ms
    #[arg(long, value_name = "TIME", value_parser = |words: &str| Measure::DelayJitter.limit(words))]
    max_delay_jitter: Option<f64>,
    /// How far the active speech level (P.56) may move, such as 2dB
    #[arg(long, value_name = "LEVEL", value_parser = |words: &str| Measure::Level.limit(words))]
    max_level_change: Option<f64>,
    /// By how much the gain may go up and down within a recording, such as 6dB
    #[arg(long, value_name = "LEVEL", value_parser = |words: &str| Measure::Pumping.limit(words))]
    max_pumping: Option<f64>,
    /// How far the clocks may differ, such as 100ppm
    #[arg(long, value_name = "RATIO", value_parser = |words: &str| Measure::Drift.limit(words))]
    max_drift: Option<f64>,
    /// How much speech may not be heard, such as 100ms
    #[arg(long, value_name = "TIME", value_parser = |words: &str| Measure::Unheard.limit(words))]
    max_unheard: Option<f64>,
}

impl Measures {
    fn limits(&self) -> impl Iterator<Item = (Measure, f64)> {
        let given = [
            (Measure::Delay, self.max_delay_change),
            (Measure::DelayJitter, self.max_delay_jitter),
            (Measure::Level, self.max_level_change),
            (Measure::Pumping, self.max_pumping),
            (Measure::Drift, self.max_drift),
            (Measure::Unheard, self.max_unheard),
        ];
        given.into_iter().filter_map(|(measure, limit)| Some((measure, limit?)))
    }
}

impl Arguments {
    fn rules(&self) -> basilar::Result<Rules> {
        let file = match &self.limits {
            Some(path) => LimitsFile::open(path)?,
            None => LimitsFile::default(),
        };
        let given = Limits {
            max_drop: self.max_drop,
            min: self.min,
            smallest_effect: self.smallest_effect,
            measures: self.measures.limits().collect(),
        };
        Ok(Rules {
            key: self.key.clone(),
            group_by: self.group_by.clone(),
            talker: self.talker.clone(),
            limits: given.or(&file.all),
            file,
            allow_unscored: self.allow_unscored,
            fail_on_warning: self.fail_on_warning,
        })
    }

    /// The baseline, if there is one, and the results.
    fn tables(&self, rules: &Rules) -> basilar::Result<(Option<&Path>, &Path)> {
        let gated = rules.limits.min.is_some() || !rules.limits.measures.is_empty();
        match self.tables.as_slice() {
            [baseline, results] => Ok((Some(baseline), results)),
            [results] if gated && !self.update => Ok((None, results)),
            _ => Err(Error::NoBaseline { name: self.tables[0].display().to_string() }),
        }
    }
}

/// 0 passed or updated, 1 failed, 2 not compared.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let compared = arguments.rules().and_then(|rules| {
        let (baseline, results) = arguments.tables(&rules)?;
        Ok((baseline, results, Comparison::of(baseline, results, &rules)?))
    });
    let told = match &compared {
        Ok((.., comparison)) => tell(arguments, Ok(comparison)),
        Err(error) => tell(arguments, Err(error)),
    };
    let (baseline, results, comparison) = compared?;
    told?;
    if let Some(baseline) = baseline.filter(|_| arguments.update) {
        update(baseline, results, &comparison)?;
        super::tell(format_args!(
            "{} now holds the results",
            report::printable(&baseline.display().to_string())
        ));
        return Ok(Exit::Done);
    }
    Ok(if comparison.passed { Exit::Done } else { Exit::GateFailed })
}

/// Writes every report that was asked for, also that nothing could be compared; one that cannot be written hinders no
/// other.
fn tell(arguments: &Arguments, compared: std::result::Result<&Comparison, &Error>) -> Result<()> {
    let mut unwritten = Vec::new();
    if let Some(path) = &arguments.junit {
        unwritten
            .extend(write_file(path, |mut file| report::junit::write(compared, &mut file)).err());
    }
    if let Some(path) = &arguments.markdown {
        let write = |mut file| report::markdown::write(compared, &mut file);
        unwritten.extend(write_file(path, write).err());
    }
    let mut out = io::stdout().lock();
    let printed = match compared {
        Ok(comparison) if !arguments.json => report::comparison::write(comparison, &mut out),
        Err(_) if !arguments.json => Ok(()),
        compared => report::json::comparison(&mut out, compared),
    };
    super::printed(printed.and_then(|()| out.flush()))?;
    let mut unwritten = unwritten.into_iter();
    let Some(first) = unwritten.next() else { return Ok(()) };
    unwritten.for_each(say_error);
    Err(first.into())
}
