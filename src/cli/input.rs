//! How recordings are opened: the choice of channel and the description of headerless samples.

use basilar::{Channel, Encoding, OpenOptions, RawFormat, SAMPLE_RATES};

/// The options of every subcommand that opens recordings.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Recordings")]
pub struct Input {
    /// Channel to score: left, right, mix, or a number from 1 [default: the only one, or the mix]
    #[arg(long, value_name = "CHANNEL", hide_default_value = true, default_value = "mono")]
    channel: Channel,
    /// Sample rate of headerless recordings, in Hz (audio files with a header keep their own)
    #[arg(long, value_name = "HZ", requires = "raw_format", value_parser = sample_rate())]
    raw_rate: Option<u32>,
    /// How headerless samples are stored, such as s16le, f32le, alaw or mulaw
    #[arg(long, value_name = "FORMAT", requires = "raw_rate")]
    raw_format: Option<Encoding>,
    /// Interleaved channels of headerless recordings
    #[arg(long, value_name = "COUNT", requires = "raw_rate", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..))]
    raw_channels: u16,
}

fn sample_rate() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32)
        .range(i64::from(*SAMPLE_RATES.start())..=i64::from(*SAMPLE_RATES.end()))
}

impl Input {
    /// How recordings are opened.
    pub fn options(&self) -> OpenOptions {
        OpenOptions { channel: self.channel, raw: self.raw() }
    }

    fn raw(&self) -> Option<RawFormat> {
        let (sample_rate, encoding) = (self.raw_rate?, self.raw_format?);
        Some(RawFormat { sample_rate, encoding, channels: self.raw_channels })
    }
}
