//! Two folders as a manifest: each degraded recording with the reference of its name, or of a part of its name.

use crate::error::{Error, Result};
use crate::signal::is_audio_file;
use crate::table::{Cells, Rows};
use regex_lite::{Captures, Regex};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A folder of references and a folder of degraded recordings, with all folders in them.
#[derive(Debug, Clone)]
pub struct Folders {
    references: PathBuf,
    degraded: PathBuf,
    pattern: Option<Regex>,
}

impl Folders {
    /// Without a pattern, recordings belong together whose paths within the folders are the same
    /// but for the extension. A pattern such as `{reference}_{codec}-{bitrate}.wav` describes the
    /// paths of the degraded recordings: `{reference}` is the reference's path without extension,
    /// every other name in braces becomes a column, and `*` is anything.
    ///
    /// # Errors
    /// [`Error::InvalidPattern`] for a pattern without `{reference}` or with a name that is not one.
    pub fn new(references: PathBuf, degraded: PathBuf, pattern: Option<&str>) -> Result<Self> {
        let pattern = pattern.map(expression).transpose()?;
        Ok(Self { references, degraded, pattern })
    }

    /// Where the references are looked for.
    pub(super) fn references(&self) -> String {
        self.references.display().to_string()
    }

    /// A row for each degraded recording in the order of the names; without a reference if it has none.
    pub(super) fn rows(&self) -> Result<Rows> {
        let mut references = BTreeMap::new();
        for path in recordings(&self.references) {
            let path = path?;
            if let Some(name) = within(&path, &self.references) {
                references.insert(without_extension(&name).to_owned(), path);
            }
        }
        let folders = self.clone();
        let mut degraded = recordings(&self.degraded).peekable();
        if degraded.peek().is_none() {
            return Err(Error::NoRecordings { name: self.degraded.display().to_string() });
        }
        Ok(Box::new((1..).zip(degraded).map(move |(row, path)| {
            let path = path?;
            folders.row(&references, &path).ok_or_else(|| Error::InvalidRow {
                name: folders.degraded.display().to_string(),
                row,
                reason: format!("the name {} is not UTF-8; rename the file", path.display()),
            })
        })))
    }

    fn row(&self, references: &BTreeMap<String, PathBuf>, degraded: &Path) -> Option<Cells> {
        let name = within(degraded, &self.degraded)?;
        let mut cells = Cells::new();
        let found = match &self.pattern {
            None => references.get(without_extension(&name)),
            Some(pattern) => pattern.captures(&name).and_then(|parts| {
                carry(pattern, &parts, &mut cells);
                references.get(&parts["reference"])
            }),
        };
        if let Some(reference) = found {
            cells.shift_insert(0, "reference".into(), reference.to_str()?.into());
        }
        cells.shift_insert(cells.len().min(1), "degraded".into(), degraded.to_str()?.into());
        Some(cells)
    }
}

/// The pattern's named parts, but for the reference, as cells.
fn carry(pattern: &Regex, parts: &Captures<'_>, cells: &mut Cells) {
    for name in pattern.capture_names().flatten().filter(|name| *name != "reference") {
        cells.insert(name.to_owned(), parts[name].into());
    }
}

fn expression(pattern: &str) -> Result<Regex> {
    let invalid = |reason: &str| Error::InvalidPattern {
        pattern: pattern.to_owned(),
        reason: reason.to_owned(),
    };
    let braces = Regex::new(r"\\\{(\w+)\\\}").expect("this expression is valid");
    let escaped = regex_lite::escape(pattern).replace(r"\*", ".*");
    let expression = format!("^{}$", braces.replace_all(&escaped, "(?P<$1>.+?)"));
    if !expression.contains("(?P<reference>") {
        return Err(invalid("it does not contain {reference}"));
    }
    Regex::new(&expression).map_err(|error| invalid(&error.to_string()))
}

/// The recordings below a folder, sorted by name within each folder.
pub(super) fn recordings(folder: &Path) -> impl Iterator<Item = Result<PathBuf>> + use<> {
    let name = folder.display().to_string();
    WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_map(
        move |entry| match entry {
            Ok(entry) if entry.file_type().is_file() && is_audio_file(entry.path()) => {
                Some(Ok(entry.into_path()))
            }
            Ok(_) => None,
            Err(error) => Some(Err(Error::from_io(&name, error.into()))),
        },
    )
}

/// The path below a folder with `/` between its parts, if it is UTF-8.
fn within(path: &Path, folder: &Path) -> Option<String> {
    let parts = path.strip_prefix(folder).ok()?.iter().map(|part| part.to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

fn without_extension(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
