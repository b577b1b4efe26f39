//! `basilar plot`: the panels of a pair's page as a picture.

use super::input::Input;
use super::report::file;
use super::{Exit, Result, say_error, say_warning, write_file};
use basilar::report::page::{PairPage, Sound};
use basilar::report::raster;
use basilar::{ModelChoice, Scorer, Signal};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Draws a pair for a paper: waveforms, spectrograms, delay, local MOS-LQO, causes
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar plot reference.wav degraded.wav -o figure.svg
  basilar plot reference.wav degraded.wav -o figure.png --scale 3

Exit codes: 0 done, 2 wrong usage, 3 the pair could not be scored.")]
pub struct Arguments {
    /// The undegraded recording
    reference: PathBuf,
    /// The degraded recording
    degraded: PathBuf,
    /// Where the picture goes: .svg or .png
    #[arg(short, long, value_parser = picture)]
    output: PathBuf,
    /// Pixels of a PNG for each of the picture's 900 across
    #[arg(long, default_value_t = 2.0, value_parser = scale)]
    scale: f32,
    /// auto, nb, wb, wb-cor2, fb or the path of a .json model file
    #[arg(long, default_value = "auto")]
    model: ModelChoice,
    #[command(flatten)]
    input: Input,
}

fn picture(word: &str) -> std::result::Result<PathBuf, String> {
    let path = PathBuf::from(word);
    if ["svg", "png"].iter().any(|format| is(&path, format)) {
        Ok(path)
    } else {
        Err("name a file that ends in .svg or .png".to_owned())
    }
}

fn is(path: &Path, format: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(format))
}

fn scale(word: &str) -> std::result::Result<f32, String> {
    match word.parse() {
        Ok(scale) if (0.2..=8.0).contains(&scale) => Ok(scale),
        _ => Err("give a number from 0.2 to 8".to_owned()),
    }
}

/// 0 done, 2 not written, 3 not scored.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    match drawn(arguments) {
        Ok(bytes) => {
            write_file(&arguments.output, |mut file| file.write_all(&bytes))?;
            Ok(Exit::Done)
        }
        Err(error) => {
            say_error(error);
            Ok(Exit::NotScored)
        }
    }
}

fn drawn(arguments: &Arguments) -> basilar::Result<Vec<u8>> {
    let Arguments { reference, degraded, output, scale, model, input } = arguments;
    let signal = Signal::open_reference(reference, &input.options())?;
    let heard = Signal::open_with(degraded, &input.options())?;
    let score = Scorer::new(model.clone()).prepare(&signal)?.explain(&heard)?;
    score.warnings.iter().for_each(say_warning);
    let page = PairPage {
        reference: (&signal, &file(reference)?),
        degraded: (&heard, &file(degraded)?),
        score: &score,
        options: "",
        sound: Sound::No,
    };
    let svg = page.figure()?;
    if is(output, "svg") {
        return Ok(svg.into_bytes());
    }
    raster::png(&output.display().to_string(), &svg, *scale)
}
