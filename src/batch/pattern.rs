//! How the names of degraded recordings are made: the reference's name, and what the other parts say.

use crate::error::{Error, Result};
use crate::table::Cells;
use regex_lite::{Captures, Regex};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// References by their paths within their folder, without extension.
pub(super) type Names = BTreeMap<String, PathBuf>;

/// Where the reference's name stands.
const REFERENCE: &str = "{reference}";

/// A pattern such as `{reference}_{codec}-{bitrate}.wav`.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    text: String,
    whole: Regex,
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(text: &str) -> Result<Self> {
        let invalid = |reason: &str| Error::InvalidPattern {
            pattern: text.to_owned(),
            reason: reason.to_owned(),
        };
        if !text.contains(REFERENCE) {
            return Err(invalid("it does not contain {reference}"));
        }
        let whole = Regex::new(&expression(text)).map_err(|error| invalid(&error.to_string()))?;
        Ok(Self { text: text.to_owned(), whole })
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part of a name that is the reference's, if no reference decides.
    pub fn reference(&self, name: &str) -> Option<String> {
        self.whole.captures(name).map(|parts| parts["reference"].to_owned())
    }

    /// The parts of a name but for the reference, as cells, and the reference: the longest of those with which the rest
    /// fits.
    pub fn parts<'a>(&self, name: &str, references: &'a Names) -> (Cells, Option<&'a PathBuf>) {
        for candidate in self.candidates(name, references) {
            // Nothing else fits than the name as it is.
            let Ok(found) = Regex::new(&expression_with(&self.text, candidate)) else { continue };
            if let Some(parts) = found.captures(name) {
                return (cells(&found, &parts), references.get(candidate));
            }
        }
        match self.whole.captures(name) {
            Some(parts) => (cells(&self.whole, &parts), None),
            None => (Cells::new(), None),
        }
    }

    /// References whose names stand in `name` where the pattern has one, the longest first.
    fn candidates<'n>(&self, name: &'n str, references: &Names) -> Vec<&'n str> {
        let before = self.text.split(REFERENCE).next().unwrap_or_default().chars().next_back();
        let ends =
            |from: usize| name[from..].char_indices().map(move |(i, x)| from + i + x.len_utf8());
        let starts: Vec<usize> = match before {
            None => vec![0],
            Some('}' | '*') => name.char_indices().map(|(start, _)| start).collect(),
            Some(before) => name.match_indices(before).map(|(i, x)| i + x.len()).collect(),
        };
        let parts =
            starts.into_iter().flat_map(|start| ends(start).map(move |end| &name[start..end]));
        let mut found: Vec<&str> = parts.filter(|part| references.contains_key(*part)).collect();
        found.sort_by_key(|part| std::cmp::Reverse(part.len()));
        found
    }
}

/// The pattern's named parts, but for the reference, as cells.
fn cells(pattern: &Regex, parts: &Captures<'_>) -> Cells {
    let names = pattern.capture_names().flatten().filter(|name| *name != "reference");
    names.map(|name| (name.to_owned(), parts[name].into())).collect()
}

/// The regular expression of a pattern.
fn expression(text: &str) -> String {
    let braces = Regex::new(r"\\\{(\w+)\\\}").expect("this expression is valid");
    let escaped = regex_lite::escape(text).replace(r"\*", ".*");
    format!("^{}$", braces.replace_all(&escaped, "(?P<$1>.+?)"))
}

/// The same with a reference's name in its place.
fn expression_with(text: &str, reference: &str) -> String {
    let place = r"(?P<reference>.+?)";
    expression(text).replacen(place, &regex_lite::escape(reference), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_reference_is_taken_with_which_the_rest_fits() {
        let names = ["talk", "talk_opus", "talk_opus-12", "other/talk"];
        let names: Names = names.map(|name| (name.to_owned(), PathBuf::from(name))).into();
        let parts = |pattern: &str, name: &str| {
            let (cells, reference) = Pattern::new(pattern).unwrap().parts(name, &names);
            let reference = reference.map_or("", |path| path.to_str().unwrap());
            format!("{reference} {}", serde_json::to_string(&cells).unwrap())
        };
        let usual = "{reference}_{codec}.wav";
        assert_eq!(parts(usual, "talk_opus_evs.wav"), r#"talk_opus {"codec":"evs"}"#);
        assert_eq!(parts(usual, "talk_opus.wav"), r#"talk {"codec":"opus"}"#);
        assert_eq!(parts(usual, "other/talk_a_b.wav"), r#"other/talk {"codec":"a_b"}"#);
        assert_eq!(parts(usual, "none_opus.wav"), r#" {"codec":"opus"}"#);
        let behind = "{codec}-{reference}*.wav";
        assert_eq!(parts(behind, "evs-talk_opus-12-x.wav"), r#"talk_opus-12 {"codec":"evs"}"#);
        assert_eq!(parts("*{reference}.wav", "x/y-talk.wav"), "talk {}");
    }
}
