//! The one error type: every variant names the file or argument, what is wrong with it, and what to do.

/// Why something could not be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Shorter than the model can judge (P.862: a quarter of a second).
    #[error(
        "{name}: {duration_s:.3} s of audio is too short; give at least {minimum_s} s, better 8 s with speech"
    )]
    TooShort {
        /// File or signal.
        name: String,
        /// Its length in seconds.
        duration_s: f64,
        /// The least the model takes, in seconds.
        minimum_s: f64,
    },
    /// No power in the speech band: digital silence, or a signal outside it.
    #[error(
        "{name}: silent in the speech band (350 to 3250 Hz); check that the right file and channel were recorded"
    )]
    Silent {
        /// File or signal.
        name: String,
    },
    /// A reference in which no utterance was found.
    #[error(
        "{name}: no speech of 0.2 s or more found in the reference; give a reference with clear speech"
    )]
    NoSpeech {
        /// File or signal.
        name: String,
    },
    /// The degraded signal holds nothing of the reference's speech.
    #[error(
        "{degraded}: no overlap with the speech of {reference}; check that the two belong together and that nothing was cut"
    )]
    NoOverlap {
        /// The reference.
        reference: String,
        /// The degraded signal.
        degraded: String,
    },
    /// A model file that cannot be used.
    #[error("{name}: not a usable model: {reason}; start from one of the files in models/")]
    InvalidModel {
        /// File or built-in name.
        name: String,
        /// What is wrong in it.
        reason: String,
    },
}

/// A result with basilar's error.
pub type Result<T> = std::result::Result<T, Error>;
