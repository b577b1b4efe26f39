//! How calls are analysed.

use super::emodel::Codecs;
use super::playout::Design;
use super::rtp::MOST_BUFFERS;
use crate::error::{Error, Result};
use std::borrow::Cow;

/// What is simulated, assumed and kept.
#[derive(Debug, Clone)]
pub struct Options {
    /// De-jitter buffers to simulate; the last one gives the headline.
    pub buffers: Vec<Design>,
    /// Discards in a row after which a buffer sets itself anew; 0 for never.
    pub resynchronize_after: u32,
    /// How the far end is assumed to conceal what is missing.
    pub concealment: Concealment,
    /// Values of codecs.
    pub codecs: Cow<'static, Codecs>,
    /// One-way delay of the network where it is known, in ms; conversational quality needs it or a round trip.
    pub delay_ms: Option<f64>,
    /// Whether payloads are kept, to be decoded.
    pub keeps_payloads: bool,
    /// The buffer in which decoded sound is played.
    pub plays_in: Design,
    /// The salt with which users' numbers are hashed; none leaves them as they are.
    pub hash_salt: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            buffers: Design::DEFAULT.to_vec(),
            resynchronize_after: 10,
            concealment: Concealment::default(),
            codecs: Cow::Borrowed(Codecs::built_in()),
            delay_ms: None,
            keeps_payloads: false,
            plays_in: Design::PLAYING,
            hash_salt: None,
        }
    }
}

impl Options {
    /// Checks what was given from outside.
    ///
    /// # Errors
    /// [`Error::ImpossibleInput`] for a delay that cannot be, [`Error::InvalidBuffer`] for too many buffers.
    pub fn check(&self) -> Result<()> {
        if self.buffers.len() > MOST_BUFFERS {
            return Err(Error::TooManyBuffers { count: self.buffers.len(), most: MOST_BUFFERS });
        }
        let possible = 0.0..=10_000.0;
        match self.delay_ms {
            Some(value) if !possible.contains(&value) => Err(Error::ImpossibleInput {
                symbol: "delay",
                meaning: "one-way delay of the network in ms",
                value,
                least: *possible.start(),
                most: *possible.end(),
            }),
            _ => Ok(()),
        }
    }
}

/// How a receiver fills what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Concealment {
    /// With nothing.
    Silence,
    /// With the last packet again, fading out.
    Repeat,
    /// With pitch periods of the last sound, after G.711 Appendix I.
    #[default]
    G711Appendix1,
    /// With what the codec itself provides, or as G.711 Appendix I where it provides nothing.
    Codec,
    /// Not at all: what is missing takes no time, as in some softphones.
    Skip,
}

impl std::str::FromStr for Concealment {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|concealment| concealment.name() == word);
        found.ok_or_else(|| Error::UnknownConcealment { word: word.to_owned() })
    }
}

impl Concealment {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Silence, Self::Repeat, Self::G711Appendix1, Self::Codec, Self::Skip];

    /// The name that the command line takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Repeat => "repeat",
            Self::G711Appendix1 => "g711-appendix-1",
            Self::Codec => "codec",
            Self::Skip => "skip",
        }
    }
}
