//! How recordings are opened: the choice of channel and the description of headerless samples.

use basilar::long_calls::Survey;
use basilar::{Channel, Encoding, Error, OpenOptions, RawFormat, Signal};
use std::path::Path;

/// Names that end so belong to files with a header, whatever the raw options say.
const WITH_HEADER: [&str; 14] = [
    "aac", "aif", "aifc", "aiff", "caf", "flac", "m4a", "mka", "mp3", "mp4", "oga", "ogg", "opus",
    "wav",
];

/// The options of every subcommand that opens recordings.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Recordings")]
pub struct Input {
    /// Channel to score: left, right, mix, or a number from 1 [default: the only one, or the mix]
    #[arg(long, value_name = "CHANNEL", hide_default_value = true, default_value = "mono")]
    channel: Channel,
    /// Sample rate of headerless recordings, in Hz (files named .wav, .flac and so on keep their own)
    #[arg(long, value_name = "HZ", requires = "raw_format",
          value_parser = clap::value_parser!(u32).range(4_000..=384_000))]
    raw_rate: Option<u32>,
    /// How headerless samples are stored, such as s16le, f32le, alaw or mulaw
    #[arg(long, value_name = "FORMAT", requires = "raw_rate")]
    raw_format: Option<Encoding>,
    /// Interleaved channels of headerless recordings
    #[arg(long, value_name = "COUNT", requires = "raw_rate", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..))]
    raw_channels: u16,
}

impl Input {
    /// Opens a recording as these options say; `-` is standard input.
    pub fn open(&self, path: &Path) -> basilar::Result<Signal> {
        Signal::open_with(path, &self.options(path))
    }

    /// Opens a reference; one with a single channel goes with any channel of the others.
    pub fn open_reference(&self, path: &Path) -> basilar::Result<Signal> {
        self.for_reference(path, Self::open)
    }

    /// Reads a long recording as these options say.
    pub fn survey(&self, path: &Path) -> basilar::Result<Survey> {
        Survey::of(path, &self.options(path))
    }

    /// As [`open_reference`](Self::open_reference), for a long one.
    pub fn survey_reference(&self, path: &Path) -> basilar::Result<Survey> {
        self.for_reference(path, Self::survey)
    }

    fn for_reference<T>(
        &self,
        path: &Path,
        open: impl Fn(&Self, &Path) -> basilar::Result<T>,
    ) -> basilar::Result<T> {
        match open(self, path) {
            Err(Error::NoSuchChannel { channels: 1, .. }) if path != Path::new("-") => {
                open(&Self { channel: Channel::Mono, ..self.clone() }, path)
            }
            opened => opened,
        }
    }

    fn options(&self, path: &Path) -> OpenOptions {
        let raw = if has_header(path) { None } else { self.raw() };
        OpenOptions { channel: self.channel, raw }
    }

    fn raw(&self) -> Option<RawFormat> {
        let (sample_rate, encoding) = (self.raw_rate?, self.raw_format?);
        Some(RawFormat { sample_rate, encoding, channels: self.raw_channels })
    }
}

/// By the name, because samples may look like any header.
fn has_header(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|found| WITH_HEADER.iter().any(|known| known.eq_ignore_ascii_case(found)))
}
