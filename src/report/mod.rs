//! What is told about scores, one file a format; everything is written to what the caller gives.

#[cfg(feature = "network")]
pub mod calls;
pub mod comparison;
#[cfg(feature = "network")]
pub mod emodel;
#[cfg(feature = "estimate")]
pub mod estimates;
#[cfg(feature = "monitor")]
pub mod history;
pub mod inspection;
mod interval_plot;
pub mod json;
pub mod junit;
pub mod listening_test;
pub mod long_calls;
pub mod markdown;
pub mod page;
pub mod plot;
pub mod ranking;
pub mod raster;
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

/// A text as one line for a terminal, a report or the log of a CI system: the one door for names and cells, which may
/// hold line breaks, escape sequences, marks that turn the direction of what follows, and what CI systems take for a
/// command: `::` at the start of a line, `##` before a bracket or a name anywhere in it.
pub fn printable(text: &str) -> String {
    let unsafe_in_a_line = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            )
    };
    let text = text.replace(unsafe_in_a_line, "\u{fffd}").replace("##", "#\u{fffd}");
    let start = text.trim_start();
    if start.starts_with("::") { format!("\u{fffd}{start}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_gives_commands() {
        for name in [
            "::error::x",
            " \t::error::x",
            "a\n::error::x",
            "a\r::error::x",
            "a ##[error]x",
            "##vso[task.complete]",
            "##teamcity[x]",
            "\u{1b}[31mred",
            "\u{9b}31m",
            "a\u{2028}::error::",
            "\u{202e}gpj.exe",
        ] {
            let shown = printable(name);
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
            assert!(!shown.contains("##") && !shown.trim_start().starts_with("::"), "{shown:?}");
            assert!(!shown.contains(['\u{2028}', '\u{202e}']), "{shown:?}");
        }
        assert_eq!(printable("Berlin, Süd #3 a::b"), "Berlin, Süd #3 a::b");
    }
}
