//! What is told about scores, one file a format; everything is written to what the caller gives.

#[cfg(feature = "network")]
pub mod calls;
pub mod comparison;
#[cfg(feature = "network")]
pub mod emodel;
#[cfg(feature = "estimate")]
pub mod estimates;
pub mod inspection;
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

/// A text as one line for a terminal or the log of a CI system: a name may hold line breaks, escape sequences, and what
/// GitHub takes for a command, `::` or `##[` at the start of a line.
pub fn printable(text: &str) -> String {
    let text = text.replace(char::is_control, "\u{fffd}");
    let command = ["::", "##["].iter().any(|start| text.trim_start().starts_with(start));
    if command { format!("\u{fffd}{}", text.trim_start()) } else { text }
}
