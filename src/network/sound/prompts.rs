//! The prompts that may be played: in any call, or each in the calls that a table names.

use super::search::Sought;
use crate::error::{Error, Result};
use crate::network::call::Call;
use crate::signal::{Signal, is_audio_file};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The prompts that may be played.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    pub(super) all: Vec<Sought>,
    /// The prompts of each call, by its Call-ID or its capture; none where all may be played in any.
    of_calls: Option<HashMap<String, Vec<usize>>>,
}

impl Prompts {
    /// Prompts from files and from folders of them, which may be played in any call.
    ///
    /// # Errors
    /// What is wrong with a file, and [`Error::NoPrompts`] for a folder without recordings.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut prompts = Self::default();
        for path in paths {
            prompts.add(path)?;
        }
        Ok(prompts)
    }

    /// Prompts that are played in certain calls only: pairs of a call and a file or a folder. A call goes by its Call-ID
    /// or by its capture, with or without folders.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of_calls(pairs: impl IntoIterator<Item = (String, PathBuf)>) -> Result<Self> {
        let mut prompts = Self::default();
        let mut opened: HashMap<PathBuf, Vec<usize>> = HashMap::new();
        let mut of_calls: HashMap<String, Vec<usize>> = HashMap::new();
        for (call, path) in pairs {
            let places = match opened.get(&path) {
                Some(places) => places.clone(),
                None => {
                    let first = prompts.all.len();
                    prompts.add(&path)?;
                    let places: Vec<usize> = (first..prompts.all.len()).collect();
                    opened.insert(path, places.clone());
                    places
                }
            };
            of_calls.entry(call).or_default().extend(places);
        }
        prompts.of_calls = Some(of_calls);
        Ok(prompts)
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let files = if path.is_dir() { recordings(path)? } else { vec![path.to_owned()] };
        for file in files {
            let prompt = Signal::open(&file)?;
            prompt.validate()?;
            self.all.push(Sought::new(prompt)?);
        }
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that may be played in a call.
    pub(in crate::network) fn of(&self, call: &Call) -> Vec<usize> {
        let Some(of_calls) = &self.of_calls else { return (0..self.all.len()).collect() };
        let file = Path::new(&call.capture).file_name().and_then(|name| name.to_str());
        let names = [Some(call.call_id.as_str()), Some(call.capture.as_str()), file];
        let mut places: Vec<usize> = names
            .into_iter()
            .flatten()
            .filter_map(|name| of_calls.get(name))
            .flatten()
            .copied()
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// The recordings in a folder, by name.
fn recordings(folder: &Path) -> Result<Vec<PathBuf>> {
    let name = folder.display().to_string();
    let entries = std::fs::read_dir(folder).map_err(|error| Error::from_io(&name, error))?;
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut files: Vec<_> = paths.filter(|path| is_audio_file(path)).collect();
    files.sort();
    if files.is_empty() {
        return Err(Error::NoPrompts { name });
    }
    Ok(files)
}
