//! What a batch scores: the rows of a manifest, or the pairs of two folders, read as they are asked for.

use super::folders::Folders;
use super::pair::Pair;
use super::row;
use super::task::{Task, Tasks};
use crate::draft::Replaced;
use crate::error::{Error, Result};
use crate::file;
use crate::model::ModelChoice;
use crate::signal::Channel;
use crate::table::{self, Cells, Rows, text};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hasher;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use twox_hash::XxHash3_64;

/// Where the pairs of a batch come from.
#[derive(Debug, Clone)]
pub enum Manifest {
    /// A table with the columns `reference` and `degraded`, and `model` and `channel` where a row
    /// differs from the options; paths, also of model files, are relative to the table. All other
    /// columns are carried.
    Table(PathBuf),
    /// Two folders.
    Folders(Folders),
}

/// What holds for rows that do not say otherwise.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// The model.
    pub model: ModelChoice,
    /// The channel of files with several.
    pub channel: Channel,
    /// Whether recordings are long calls, scored in stretches with a row for each.
    pub long_calls: bool,
    /// Whether results say why a score is low.
    pub explain: bool,
}

impl Defaults {
    pub(super) fn form(&self) -> row::Form {
        row::Form { long_calls: self.long_calls, explain: self.explain }
    }
}

impl Manifest {
    /// The rows, in order.
    pub(super) fn tasks(&self, defaults: &Defaults) -> Result<Tasks> {
        if let Self::Table(path) = self {
            check_columns(path, defaults.form())?;
        }
        let (rows, folder) = self.rows()?;
        let (manifest, defaults) = (self.clone(), defaults.clone());
        let mut models = HashMap::new();
        Ok(Box::new((0..).zip(rows).map(move |(index, row)| match row {
            Ok(mut carried) => {
                let written = remove_results(&mut carried, defaults.form());
                let pair = match written {
                    Some(column) => Err(manifest.reserved(column)),
                    None => manifest.pair(&carried, &folder, &defaults, &mut models),
                };
                carried.shift_remove("model");
                Ok(Task::new(index, carried, pair.map_err(Arc::new)))
            }
            Err(error @ Error::InvalidRow { .. }) => {
                let pair = Err(Arc::new(error));
                Ok(Task::new(index, Cells::new(), pair))
            }
            Err(error) => Err(error),
        })))
    }

    /// Refuses results that would replace the manifest, or a recording or model that it names.
    pub(super) fn is_spared(&self, replaced: &Replaced) -> Result<()> {
        if replaced.is_empty() {
            return Ok(());
        }
        if let Self::Table(path) = self {
            replaced.spares(path)?;
        }
        let (rows, folder) = self.rows()?;
        for cells in rows.filter_map(Result::ok) {
            for path in ["reference", "degraded", "model"].map(|column| text(cells.get(column))) {
                replaced.spares(&folder.join(path))?;
            }
        }
        Ok(())
    }

    /// That there is nothing in it to score.
    pub(super) fn empty(&self) -> Error {
        let name = match self {
            Self::Table(path) => path.display().to_string(),
            Self::Folders(folders) => folders.references(),
        };
        Error::NothingToScore { name }
    }

    fn reserved(&self, column: String) -> Error {
        let name = match self {
            Self::Table(path) => path.display().to_string(),
            Self::Folders(folders) => folders.references(),
        };
        Error::ReservedColumn { name, column }
    }

    /// The cells of every row, and the folder that their paths are relative to.
    fn rows(&self) -> Result<(Rows, PathBuf)> {
        Ok(match self {
            Self::Table(path) => {
                (table::read(path)?, path.parent().unwrap_or(Path::new("")).to_owned())
            }
            Self::Folders(folders) => (folders.rows()?, PathBuf::new()),
        })
    }

    /// `models` keeps those that earlier rows named, so that a model file is read once.
    fn pair(
        &self,
        cells: &Cells,
        folder: &Path,
        defaults: &Defaults,
        models: &mut HashMap<String, ModelChoice>,
    ) -> Result<Pair> {
        let word = |column| Some(text(cells.get(column))).filter(|word| !word.is_empty());
        let path = |column| match (word(column), self) {
            (Some(path), _) => Ok(folder.join(path)),
            (None, Self::Table(_)) => Err(Error::MissingPath { column }),
            (None, Self::Folders(folders)) => {
                Err(folders.no_reference(&text(cells.get("degraded"))))
            }
        };
        Ok(Pair {
            reference: path("reference")?,
            degraded: path("degraded")?,
            model: match word("model").map(|word| models.entry(word)) {
                None => defaults.model.clone(),
                Some(Entry::Occupied(known)) => known.get().clone(),
                Some(Entry::Vacant(new)) => {
                    let model = ModelChoice::within(folder, new.key())?;
                    new.insert(model).clone()
                }
            },
            channel: word("channel").map_or(Ok(defaults.channel), |word| word.parse())?,
        })
    }

    /// Changes with the manifest: a number over all its bytes, and about how many rows they hold.
    pub(super) fn fingerprint(&self) -> Result<(u64, u64)> {
        let mut hasher = XxHash3_64::new();
        let mut rows = 0;
        match self {
            Self::Table(path) => {
                let name = path.display().to_string();
                let unreadable = |error| Error::from_io(&name, error);
                let mut file = file::open(path)?;
                let mut block = vec![0; 1 << 20];
                loop {
                    let read = file.read(&mut block).map_err(unreadable)?;
                    if read == 0 {
                        break;
                    }
                    rows += block[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
                    hasher.write(&block[..read]);
                }
                rows = table::count(path, rows)?;
            }
            Self::Folders(folders) => {
                for row in folders.rows()? {
                    rows += 1;
                    hasher.write(format!("{row:?}").as_bytes());
                }
            }
        }
        Ok((hasher.finish(), rows))
    }
}

/// Takes out what only a score may write, whatever row names it; the first column that was there.
fn remove_results(carried: &mut Cells, form: row::Form) -> Option<String> {
    let taken = |column: &&String| *column != "model" && row::is_result(column, form);
    let written: Vec<String> = carried.keys().filter(taken).cloned().collect();
    written.iter().for_each(|column| {
        carried.shift_remove(column);
    });
    written.into_iter().next()
}

/// Refuses a table whose first row lacks a path's column or has a column of the results.
fn check_columns(path: &Path, form: row::Form) -> Result<()> {
    let Some(Ok(first)) = table::read(path)?.next() else { return Ok(()) };
    table::check_columns(path, &first, &["reference", "degraded"])?;
    let taken = |column: &&String| *column != "model" && row::is_result(column, form);
    match first.keys().find(taken) {
        Some(column) => {
            let name = path.display().to_string();
            Err(Error::ReservedColumn { name, column: column.clone() })
        }
        None => Ok(()),
    }
}
