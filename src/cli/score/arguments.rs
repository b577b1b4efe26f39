//! What `basilar score` is told.

use crate::cli::input::Input;
use basilar::ModelChoice;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Scores degraded recordings against their reference
///
/// Prints the mean opinion score (MOS-LQO, 1 bad to 5 excellent) of one degraded recording, or a
/// table of several. The recordings may differ in format, rate, level, length and delay.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar score reference.wav degraded.wav
  basilar score reference.wav opus-*.flac
  basilar score --model nb --channel left reference.wav call.flac
  basilar score --raw-rate 8000 --raw-format alaw reference.wav call.raw
  basilar score --explain reference.wav call.wav
  basilar score --timeline reference.wav call-of-an-hour.wav
  ffmpeg -i call.amr -f wav - | basilar score reference.wav -
  basilar score --json reference.wav opus-*.flac | jq '.scores[].mos_lqo'

Service bands: Excellent from 4.5, Good from 4.0, Fair from 3.5, Poor from 3.0, Bad below.
Exit codes: 0 all scored, 1 a warning that fails, 2 wrong usage, 3 some could not be scored.")]
pub struct Arguments {
    /// The undegraded recording; - is standard input
    pub(super) reference: PathBuf,
    /// The degraded recordings; - is standard input
    #[arg(required = true)]
    pub(super) degraded: Vec<PathBuf>,
    /// auto, nb, wb, wb-cor2, fb or the path of a .json model file; auto takes nb for a reference of
    /// 8 kHz or less, fb from 32 kHz, and wb between
    #[arg(long, default_value = "auto")]
    pub(super) model: ModelChoice,
    /// Score long recordings in stretches of 6 to 12 s between pauses, with the means of beginning, middle and end
    #[arg(long)]
    pub(super) timeline: bool,
    /// How many stretches are scored at once; all cores by default
    #[arg(short, long, requires = "timeline")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Tell what was found wrong, what each cause costs, and how sure that is; without it a score below 4.0 is
    /// explained in one line
    #[arg(long, conflicts_with = "timeline")]
    pub(super) explain: bool,
    /// Exit code 1 where a score comes with a warning
    #[arg(long)]
    pub(super) fail_on_warning: bool,
    /// Print one JSON object (schema basilar-score/1, with --timeline basilar-timeline/1)
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) input: Input,
}
