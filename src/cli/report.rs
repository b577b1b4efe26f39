//! `basilar report`: a page to see and hear a pair.

use super::input::Input;
use super::{Exit, Result, say_error, say_warning, write_file};
use crate::draft;
use basilar::report::page::{PairPage, RecordingFile, Sound};
use basilar::{Error, ModelChoice, Scorer, Signal};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a page that shows why a recording scores as it does
///
/// One HTML file that holds all it needs: the score, the causes with what each costs, waveforms,
/// spectrograms, loudness difference, delay and local MOS-LQO on one time axis, and the sound of both.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar report reference.wav degraded.wav -o report.html
  basilar report reference.wav call.wav --model nb --channel left --sound no -o report.html")]
pub struct Arguments {
    /// The undegraded recording
    reference: PathBuf,
    /// The degraded recording
    degraded: PathBuf,
    /// Where the page goes
    #[arg(short, long)]
    output: PathBuf,
    /// auto, nb, wb, wb-cor2, fb or the path of a .json model file
    #[arg(long, default_value = "auto")]
    model: ModelChoice,
    /// Whether the page holds the sound: auto does up to two minutes
    #[arg(long, value_enum, default_value_t)]
    sound: SoundChoice,
    #[command(flatten)]
    input: Input,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum SoundChoice {
    #[default]
    Auto,
    Yes,
    No,
}

impl From<SoundChoice> for Sound {
    fn from(choice: SoundChoice) -> Self {
        match choice {
            SoundChoice::Auto => Self::Auto,
            SoundChoice::Yes => Self::Yes,
            SoundChoice::No => Self::No,
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit> {
    check_output(arguments)?;
    Ok(match report(arguments) {
        Ok(()) => Exit::Done,
        Err(error) => {
            say_error(error);
            Exit::NotScored
        }
    })
}

/// Refuses, before anything is read, a place that cannot be written or that holds what is read.
fn check_output(arguments: &Arguments) -> basilar::Result<()> {
    let Arguments { reference, degraded, output, model, .. } = arguments;
    draft::check_place(output)?;
    let inputs = [Some(reference.as_path()), Some(degraded.as_path()), model.path()];
    draft::check_inputs([output.as_path()], inputs.into_iter().flatten())
}

fn report(arguments: &Arguments) -> basilar::Result<()> {
    let Arguments { reference, degraded, output, model, sound, input } = arguments;
    let signal = Signal::open_reference(reference, &input.options())?;
    let prepared = Scorer::new(model.clone()).prepare(&signal)?;
    let heard = Signal::open_with(degraded, &input.options())?;
    let score = prepared.explain(&heard)?;
    score.warnings.iter().for_each(say_warning);
    let page = PairPage {
        reference: (&signal, &file(reference)?),
        degraded: (&heard, &file(degraded)?),
        score: &score,
        options: "",
        sound: (*sound).into(),
    };
    let html = page.html()?;
    write_file(output, |mut file| file.write_all(html.as_bytes()))
}

fn file(path: &Path) -> basilar::Result<RecordingFile> {
    let name = || path.display().to_string();
    RecordingFile::of(path).map_err(|source| Error::Unreadable { name: name(), source })
}
