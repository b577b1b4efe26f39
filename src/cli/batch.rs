//! `basilar batch`: every pair of a manifest or of two folders.

use super::{Exit, Result};
use basilar::batch::{Batch, Defaults, Folders, Manifest, Progress, Summary};
use basilar::{Channel, ModelChoice, parallel};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::{self, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How often progress is told where no bar can be drawn.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// The exit code of a program that Ctrl-C stopped.
const INTERRUPTED: i32 = 130;

/// Scores every pair of a manifest, on all cores.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar batch pairs.csv -o results.csv
  basilar batch pairs.csv -o results.csv -o results.parquet --explain --jobs 8
  basilar batch pairs.csv -o results.csv --resume
  basilar batch --reference-dir clean --degraded-dir coded --match '{reference}_{codec}-{bitrate}.wav' -o results.csv

Exit codes: 0 done, 2 not run or not written, 3 some rows could not be scored.")]
pub struct Arguments {
    /// A CSV, TSV, JSON Lines or Parquet file with the columns `reference` and `degraded`, and if
    /// wanted `model` and `channel`; all others are carried into the results. Paths are relative to it.
    #[arg(required_unless_present = "degraded_dir", conflicts_with = "degraded_dir")]
    manifest: Option<PathBuf>,
    /// Where the results go: .csv, .tsv, .jsonl or .parquet; may be given several times.
    #[arg(short, long = "output", required = true)]
    outputs: Vec<PathBuf>,
    /// A folder of references, in place of a manifest.
    #[arg(long, requires = "degraded_dir")]
    reference_dir: Option<PathBuf>,
    /// A folder of degraded recordings, each named like its reference or as --match says.
    #[arg(long, requires = "reference_dir")]
    degraded_dir: Option<PathBuf>,
    /// How degraded recordings are named, such as `{reference}_{codec}-{bitrate}.wav`; every name
    /// in braces but `reference` becomes a column, `*` is anything.
    #[arg(long = "match", value_name = "PATTERN", requires = "degraded_dir")]
    pattern: Option<String>,
    /// The model of rows that name none: auto, nb, wb, wb-cor2, fb or the path of a .json model file.
    #[arg(long, default_value = "auto")]
    model: ModelChoice,
    /// The channel of rows that name none: left, right, mix or a number from 1.
    #[arg(long, default_value = "mono")]
    channel: Channel,
    /// Scores long recordings in stretches of 6 to 12 s, a row each beside those of beginning,
    /// middle, end and whole.
    #[arg(long)]
    timeline: bool,
    /// Adds columns that say why: the main cause, all causes with what each costs, and a column a
    /// measure. Takes several times as long.
    #[arg(long, conflicts_with = "timeline")]
    explain: bool,
    /// How many pairs are scored at once; all cores by default.
    #[arg(short, long)]
    jobs: Option<NonZeroUsize>,
    /// Continues a run that was stopped; rows whose recordings or model have changed are scored again.
    #[arg(long)]
    resume: bool,
    /// Tries the rows again that could not be scored in the run that is continued, also those that ended the program.
    #[arg(long, requires = "resume")]
    retry_failed: bool,
    /// Scores this row only, counted from 0, and writes nothing: whether the program survives it.
    #[arg(long, hide = true)]
    rehearse_row: Option<u64>,
    /// Takes a manifest without rows, which is refused otherwise.
    #[arg(long)]
    allow_empty: bool,
}

/// 0 done, 2 not run or not written, 3 some rows could not be scored.
pub fn run(arguments: Arguments) -> Result<Exit> {
    let summary = score(arguments)?;
    Ok(if summary.failed.is_empty() { Exit::Done } else { Exit::NotScored })
}

fn score(arguments: Arguments) -> basilar::Result<Summary> {
    let manifest = match (arguments.manifest, arguments.reference_dir, arguments.degraded_dir) {
        (_, Some(references), Some(degraded)) => {
            Manifest::Folders(Folders::new(references, degraded, arguments.pattern.as_deref())?)
        }
        (manifest, ..) => Manifest::Table(manifest.unwrap_or_default()),
    };
    let batch = Batch {
        manifest,
        defaults: Defaults {
            model: arguments.model,
            channel: arguments.channel,
            long_calls: arguments.timeline,
            explain: arguments.explain,
        },
        outputs: arguments.outputs,
        jobs: parallel::jobs(arguments.jobs),
        resume: arguments.resume,
        retry_failed: arguments.retry_failed,
        allow_empty: arguments.allow_empty,
        rehearsal: Some(survives),
    };
    if let Some(row) = arguments.rehearse_row {
        batch.rehearse(row)?;
        return Ok(Summary::default());
    }
    say_how_to_go_on();
    let reporter = Reporter::new();
    let summary = batch.run(&|progress| reporter.report(progress));
    reporter.finish();
    let summary = summary?;
    tell(&summary);
    Ok(summary)
}

/// Whether another process like this one survives scoring a row.
fn survives(row: u64) -> bool {
    let Ok(program) = std::env::current_exe() else { return true };
    let mut rehearsal = process::Command::new(program);
    rehearsal.args(std::env::args_os().skip(1)).args(["--rehearse-row", &row.to_string()]);
    rehearsal.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A program that ends by itself says so with a code; where it cannot be asked, the row is tried.
    rehearsal
        .status()
        .map_or(true, |status| status.code().is_some_and(|code| (0..128).contains(&code)))
}

/// At Ctrl-C says that nothing is lost.
fn say_how_to_go_on() {
    // Where something else in this process already handles it, nothing is said.
    let _ = ctrlc::set_handler(|| {
        super::tell("stopped; what is scored is kept, and the same command with --resume goes on");
        process::exit(INTERRUPTED);
    });
}

fn tell(summary: &Summary) {
    let failed: u64 = summary.failed.values().sum();
    super::tell(format_args!("{} of {} rows scored", summary.rows - failed, summary.rows));
    for (kind, rows) in &summary.failed {
        super::tell(format_args!("{rows:>8} {kind}"));
    }
    if summary.changed > 0 {
        let rows = summary.changed;
        super::say_warning(format_args!(
            "scored again, because a recording or model had changed since the earlier run: {rows} of the rows"
        ));
    }
    if summary.damaged > 0 {
        let lines = summary.damaged;
        super::say_warning(format_args!(
            "the journal of the earlier run was damaged on the medium in {lines} of its lines; their rows were scored again"
        ));
    }
}

/// A bar on a terminal, a line a minute elsewhere.
struct Reporter {
    /// Drawn when the first row is finished, and so how many there are is known.
    bar: OnceLock<ProgressBar>,
    started: Instant,
    reported: Mutex<Instant>,
}

impl Reporter {
    fn new() -> Self {
        let now = Instant::now();
        Self { bar: OnceLock::new(), started: now, reported: Mutex::new(now) }
    }

    fn report(&self, progress: &Progress) {
        if io::stderr().is_terminal() {
            let bar = self.bar.get_or_init(|| bar(progress, self.started.elapsed()));
            bar.set_length(progress.expected.max(progress.rows));
            bar.set_position(progress.rows);
            if progress.failed > 0 {
                bar.set_message(format!(", {} failed", progress.failed));
            }
            return;
        }
        let Ok(mut reported) = self.reported.lock() else { return };
        if reported.elapsed() >= REPORT_INTERVAL {
            *reported = Instant::now();
            let rate =
                (progress.rows - progress.resumed) as f64 / self.started.elapsed().as_secs_f64();
            let left = progress.expected.saturating_sub(progress.rows) as f64 / rate;
            let Progress { rows, expected, failed, .. } = progress;
            super::tell(format_args!(
                "{rows} of about {expected} rows, {failed} failed, {rate:.1} a second, {:.0} min left",
                left / 60.0
            ));
        }
    }

    fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(progress: &Progress, elapsed: Duration) -> ProgressBar {
    let resumed = progress.resumed;
    let style =
        ProgressStyle::with_template("{wide_bar} {pos} of {len} rows{msg}, {rate}, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    // Of a width that does not change with every row.
    let style = style.with_key("rate", move |state: &ProgressState, out: &mut dyn fmt::Write| {
        let rows = state.pos().saturating_sub(resumed) as f64;
        // A line that cannot be drawn is drawn again soon.
        let _ = write!(out, "{:5.1} a second", rows / state.elapsed().as_secs_f64());
    });
    let bar = ProgressBar::new(progress.expected.max(progress.rows))
        .with_style(style)
        .with_position(resumed)
        .with_elapsed(elapsed);
    bar.reset_eta();
    bar
}
