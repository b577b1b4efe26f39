//! What makes a score doubtful without making it impossible.

use std::fmt;

/// Something about a signal that its score should be read with.
#[derive(Debug, Clone, Copy, PartialEq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// Samples stand at full scale in runs of three or more: the recording was overdriven.
    Clipped {
        /// How many samples.
        samples: usize,
    },
    /// The mean is away from zero.
    DcOffset {
        /// The mean, full scale ±1.0.
        offset: f64,
    },
    /// Something moves too slowly to be heard.
    Rumble {
        /// Its level below 20 Hz, in dBov.
        level_dbov: f64,
    },
    /// Samples are far beyond full scale, as where integers were stored as floats.
    BeyondFullScale {
        /// The largest absolute sample, full scale 1.0.
        peak: f64,
    },
    /// Several channels were averaged because none was chosen.
    MixedDown {
        /// How many there were.
        channels: usize,
    },
    /// The size of a frame in a WAV header contradicts its bits per sample, by which the samples were read.
    BlockAlign,
    /// The header leaves the length open, so all was read to the end of the file.
    OpenLength,
    /// The header promises a little more than the file holds.
    BytesMissing {
        /// How many bytes.
        bytes: u64,
    },
    /// The last bytes are no whole frame and were left out.
    PartialFrame {
        /// How many bytes.
        bytes: u64,
    },
    /// Bytes before the audio, such as a tag or the rest of a frame that was cut, were passed over.
    BytesBefore {
        /// How many bytes.
        bytes: u64,
    },
    /// The stream ends without the mark of its end, so that its last part may be missing.
    NoEndMark,
}

impl Warning {
    /// Its name in tables, such as `dc_offset`.
    pub fn kind(&self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clipped { samples } => write!(formatter, "{samples} samples are clipped"),
            Self::DcOffset { offset } => {
                write!(formatter, "a DC offset of {:.1} % of full scale", offset * 100.0)
            }
            Self::Rumble { level_dbov } => write!(
                formatter,
                "rumble below 20 Hz, which nobody hears, at {level_dbov:.0} dBov; look after the microphone or the converter"
            ),
            Self::BeyondFullScale { peak } => write!(
                formatter,
                "samples reach {peak:.1} times full scale, beyond full scale (1.0); were integers stored as floats?"
            ),
            Self::MixedDown { channels } => {
                write!(formatter, "the mix of {channels} channels was taken")
            }
            Self::BlockAlign => formatter.write_str(
                "the header's frame size (BlockAlign) is wrong; read by its bits per sample",
            ),
            Self::OpenLength => formatter
                .write_str("the header leaves the length open; read to the end of the file"),
            Self::BytesMissing { bytes } => {
                write!(formatter, "the header promises {bytes} bytes more than the file holds")
            }
            Self::PartialFrame { bytes } => write!(
                formatter,
                "the last {bytes} bytes of the audio are not a whole frame and were left out"
            ),
            Self::BytesBefore { bytes } => {
                write!(formatter, "{bytes} bytes before the audio were passed over")
            }
            Self::NoEndMark => {
                formatter.write_str("the stream has no end mark; its last part may be missing")
            }
        }
    }
}
