//! Which channel of a file is scored.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// Which channel of a file to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Channel {
    /// The only channel; of several, their mix with a [`Warning::MixedDown`](crate::Warning).
    #[default]
    Mono,
    /// The first channel.
    Left,
    /// The second channel.
    Right,
    /// The mean of all channels.
    Mix,
    /// The channel of this number, counted from 1 as in audio editors.
    Number(u16),
}

impl Channel {
    /// The channel's place in a frame of `channels` samples, `None` for the mix.
    pub(super) fn place(self, name: &str, channels: usize) -> Result<Option<usize>> {
        let place = match self {
            Self::Mono if channels == 1 => 0,
            Self::Mono | Self::Mix => return Ok(None),
            Self::Left => 0,
            Self::Right => 1,
            // Wrapping makes number 0 a channel that no file has.
            Self::Number(number) => usize::from(number).wrapping_sub(1),
        };
        if place < channels {
            Ok(Some(place))
        } else {
            Err(Error::NoSuchChannel { name: name.to_owned(), channel: self.to_string(), channels })
        }
    }
}

impl FromStr for Channel {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        match word {
            "mono" => Ok(Self::Mono),
            "left" => Ok(Self::Left),
            "right" => Ok(Self::Right),
            "mix" => Ok(Self::Mix),
            number => match number.parse() {
                Ok(number) if number > 0 => Ok(Self::Number(number)),
                _ => Err(Error::InvalidChannel { word: word.to_owned() }),
            },
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mono => formatter.write_str("mono"),
            Self::Left => formatter.write_str("left"),
            Self::Right => formatter.write_str("right"),
            Self::Mix => formatter.write_str("mix"),
            Self::Number(number) => write!(formatter, "{number}"),
        }
    }
}
