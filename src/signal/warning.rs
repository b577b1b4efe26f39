//! What makes a score doubtful without making it impossible.

use std::fmt;

/// Something about a signal that its score should be read with.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Samples stand at full scale in runs of three or more: the recording was overdriven.
    Clipped {
        /// How many samples.
        samples: usize,
    },
    /// The mean is more than a hundredth of full scale away from zero.
    DcOffset {
        /// The mean, full scale ±1.0.
        offset: f64,
    },
    /// Several channels were averaged because none was chosen.
    MixedDown {
        /// How many there were.
        channels: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clipped { samples } => write!(formatter, "{samples} samples are clipped"),
            Self::DcOffset { offset } => {
                write!(formatter, "a DC offset of {:.1} % of full scale", offset * 100.0)
            }
            Self::MixedDown { channels } => {
                write!(formatter, "the mix of {channels} channels was taken")
            }
        }
    }
}
