//! A folder that is watched: files are taken when they have come to rest, each once.

use super::ingest::{Ingest, Taken};
use super::inputs::{Scoring, Source};
use super::time::{changed_ms, duration, now_ms};
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A folder that is watched.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    /// How long a file must have been at rest, in ms.
    rest_ms: i64,
    /// What was known of each file when it was last looked at: size and time of its change.
    seen: HashMap<PathBuf, (u64, i64)>,
    /// The files that were taken or refused as they were then.
    done: HashMap<PathBuf, (u64, i64)>,
}

impl Watch {
    /// A folder and those in it; a file is taken when it has not changed for so many ms.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is no folder.
    pub fn new(folder: &Path, rest_ms: i64) -> Result<Self> {
        if !folder.is_dir() {
            return Err(Error::NotFound { name: folder.display().to_string() });
        }
        Ok(Self { folder: folder.to_owned(), rest_ms, seen: HashMap::new(), done: HashMap::new() })
    }

    /// Looks once: takes every file that is at rest, and tells what became of each that is new.
    ///
    /// # Errors
    /// What the store says, which concerns all files; what is wrong with one is told and leaves the others.
    pub fn look(
        &mut self,
        ingest: &mut Ingest,
        scoring: &Scoring,
        mut tell: impl FnMut(&Path, &Result<Taken>),
    ) -> Result<()> {
        let with_prompt = !scoring.prompts.is_empty();
        let files = WalkDir::new(&self.folder)
            .sort_by_file_name()
            .into_iter()
            .filter_map(|entry| entry.ok());
        let files = files.filter(|entry| entry.file_type().is_file());
        let files: Vec<_> =
            files.filter(|entry| Source::is_watched(entry.path(), with_prompt)).collect();
        let mut seen = HashMap::new();
        for entry in files {
            let Ok(metadata) = entry.metadata() else { continue };
            let state = (metadata.len(), changed_ms(&metadata));
            let path = entry.into_path();
            let rests = now_ms() - state.1 >= self.rest_ms
                || self.rest_ms > 0 && self.seen.get(&path) == Some(&state);
            seen.insert(path.clone(), state);
            if !rests || self.done.get(&path) == Some(&state) {
                continue;
            }
            let taken = ingest.file(&path, scoring);
            if let Err(error @ Error::Store { .. }) = taken {
                return Err(error);
            }
            if !matches!(&taken, Ok(taken) if taken.file_known) {
                tell(&path, &taken);
            }
            self.done.insert(path, state);
        }
        self.done.retain(|path, _| seen.contains_key(path));
        self.seen = seen;
        ingest.enforce_retention().map(drop)
    }

    /// Waits until it is worth to look again.
    pub fn wait(&self, every_ms: i64) {
        std::thread::sleep(duration(every_ms));
    }
}
