//! What is told about scores, one file a format; everything is written to what the caller gives.

#[cfg(feature = "network")]
pub mod calls;
pub mod comparison;
#[cfg(feature = "network")]
pub mod emodel;
pub mod json;
pub mod junit;
pub mod long_calls;
pub mod markdown;
pub mod page;
pub mod plot;
pub mod summary;
pub mod text;
pub mod validation;

use crate::error::Result;

/// A recording by its name, and what became of it.
#[derive(Debug)]
pub struct Entry<T> {
    /// The file as it was named; what is not Unicode in it is replaced.
    pub file: String,
    /// What is known of it, or why it cannot be used.
    pub outcome: Result<T>,
}

/// A text as one line for a terminal: a file's name may hold line breaks and escape sequences.
pub fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
