//! Two folders as a manifest: each degraded recording with the reference of its name, or of a part of its name.

use super::pattern::{Names, Pattern};
use crate::error::{Error, Result};
use crate::signal::is_audio_file;
use crate::table::{Cells, Rows};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use walkdir::WalkDir;

/// How many names are told that are nearly the one that was looked for.
const NEAREST: usize = 2;

/// A folder of references and a folder of degraded recordings, with all folders in them.
#[derive(Debug, Clone)]
pub struct Folders {
    references: PathBuf,
    degraded: PathBuf,
    pattern: Option<Pattern>,
    /// What there is to be found, once it was looked for.
    names: OnceLock<Arc<Names>>,
}

impl Folders {
    /// Without a pattern, recordings belong together whose paths within the folders are the same
    /// but for the extension. A pattern such as `{reference}_{codec}-{bitrate}.wav` describes the
    /// paths of the degraded recordings: `{reference}` is the reference's path without extension,
    /// the longest that there is, every other name in braces becomes a column, and `*` is anything.
    ///
    /// # Errors
    /// [`Error::InvalidPattern`] for a pattern without `{reference}` or with a name that is not one.
    pub fn new(references: PathBuf, degraded: PathBuf, pattern: Option<&str>) -> Result<Self> {
        let pattern = pattern.map(Pattern::new).transpose()?;
        Ok(Self { references, degraded, pattern, names: OnceLock::new() })
    }

    /// Where the references are looked for.
    pub(super) fn references(&self) -> String {
        self.references.display().to_string()
    }

    /// A row for each degraded recording in the order of the names; without a reference if it has none.
    pub(super) fn rows(&self) -> Result<Rows> {
        let names = Arc::new(self.find_references()?);
        let _ = self.names.set(Arc::clone(&names));
        let folders = self.clone();
        let mut degraded = recordings(&self.degraded).peekable();
        if degraded.peek().is_none() {
            return Err(Error::NoRecordings { name: self.degraded.display().to_string() });
        }
        Ok(Box::new((1..).zip(degraded).map(move |(row, path)| {
            let path = path?;
            folders.row(&names, &path).ok_or_else(|| Error::InvalidRow {
                name: folders.degraded.display().to_string(),
                row,
                reason: format!("the name {} is not UTF-8; rename the file", path.display()),
            })
        })))
    }

    /// That a degraded recording has no reference, what was looked for, and what is nearly that.
    pub(super) fn no_reference(&self, degraded: &str) -> Error {
        let name = within(Path::new(degraded), &self.degraded).unwrap_or_default();
        let wanted = match &self.pattern {
            None => Some(without_extension(&name).to_owned()),
            Some(pattern) => pattern.reference(&name),
        };
        let looked_for = match (&wanted, &self.pattern) {
            (Some(wanted), _) => format!("looked for {wanted} with any extension"),
            (None, Some(pattern)) => format!("its name does not fit {}", pattern.text()),
            (None, None) => String::new(),
        };
        let wanted = wanted.unwrap_or(name);
        let names = self.names.get().cloned().unwrap_or_default();
        let likeness = |name: &String| strsim::jaro_winkler(name, &wanted);
        let mut nearest: Vec<_> = names.keys().map(|name| (likeness(name), name)).collect();
        nearest.sort_by(|a, b| b.0.total_cmp(&a.0));
        let nearest: Vec<&str> =
            nearest.iter().take(NEAREST).map(|(_, name)| name.as_str()).collect();
        let nearest = match nearest.is_empty() {
            true => "there are none".to_owned(),
            false => format!("nearest are {}", nearest.join(" and ")),
        };
        let (degraded, directory) = (degraded.to_owned(), self.references());
        Error::NoReference { degraded, directory, looked_for: format!("{looked_for}; {nearest}") }
    }

    fn find_references(&self) -> Result<Names> {
        let mut names = Names::new();
        for path in recordings(&self.references) {
            let path = path?;
            if let Some(name) = within(&path, &self.references) {
                names.insert(without_extension(&name).to_owned(), path);
            }
        }
        Ok(names)
    }

    fn row(&self, references: &Names, degraded: &Path) -> Option<Cells> {
        let name = within(degraded, &self.degraded)?;
        let mut cells = Cells::new();
        let found = match &self.pattern {
            None => references.get(without_extension(&name)),
            Some(pattern) => {
                let (columns, reference) = pattern.parts(&name, references);
                cells = columns;
                reference
            }
        };
        if let Some(reference) = found {
            cells.shift_insert(0, "reference".into(), reference.to_str()?.into());
        }
        cells.shift_insert(cells.len().min(1), "degraded".into(), degraded.to_str()?.into());
        Some(cells)
    }
}

/// The recordings below a folder, sorted by name within each folder. A link that leads nowhere is one too, which cannot be
/// opened; a link to a folder around it leads to nothing new.
pub(super) fn recordings(folder: &Path) -> impl Iterator<Item = Result<PathBuf>> + use<> {
    let name = folder.display().to_string();
    WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_map(
        move |entry| match entry {
            Ok(entry) if entry.file_type().is_file() && is_audio_file(entry.path()) => {
                Some(Ok(entry.into_path()))
            }
            Ok(_) => None,
            Err(error) if error.loop_ancestor().is_some() => None,
            Err(error) => match error.path().filter(|path| path.is_symlink()) {
                Some(link) => is_audio_file(link).then(|| Ok(link.to_owned())),
                None => Some(Err(Error::from_io(&name, error.into()))),
            },
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
