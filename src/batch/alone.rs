//! Recordings without references: files, folders of them, and tables that list them; and the tables of what was found.

use super::carried::Carried;
use super::folders;
use super::output::{self, Output};
use super::replaced::Replaced;
use crate::error::{Error, Result};
use crate::table::{self, Cells, Column, Format, text};
use std::path::{Path, PathBuf};

/// The columns that can name a recording in a table; the first that is there does.
const NAMED_BY: [&str; 2] = ["file", "degraded"];

/// A recording to be judged by itself.
#[derive(Debug, Clone)]
pub struct Recording {
    /// How it was named; what is not Unicode in it is replaced.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The cells that its table has besides.
    pub carried: Cells,
}

/// Recordings in the order in which they were named.
#[derive(Debug, Clone, Default)]
pub struct Recordings {
    /// All of them.
    pub all: Vec<Recording>,
    /// The tables that were read.
    tables: Vec<PathBuf>,
}

impl Recordings {
    /// What the paths stand for: a folder for all recordings below it, a table (.csv, .tsv, .jsonl, .parquet) for those in
    /// its column `file` or `degraded`, which are relative to it, anything else for itself.
    ///
    /// # Errors
    /// A folder without recordings, a table that cannot be read or has no such column.
    pub fn of(paths: &[PathBuf]) -> Result<Self> {
        let mut recordings = Self::default();
        for path in paths {
            if path.is_dir() {
                recordings.add_folder(path)?;
            } else if Format::of(path).is_ok() {
                recordings.add_table(path)?;
            } else {
                recordings.add(path.clone(), Cells::new());
            }
        }
        Ok(recordings)
    }

    fn add(&mut self, path: PathBuf, carried: Cells) {
        let name = path.display().to_string();
        self.all.push(Recording { name, path, carried });
    }

    fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let before = self.all.len();
        for path in folders::recordings(folder) {
            self.add(path?, Cells::new());
        }
        if self.all.len() == before {
            return Err(Error::NoRecordings { name: folder.display().to_string() });
        }
        Ok(())
    }

    fn add_table(&mut self, path: &Path) -> Result<()> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let before = self.all.len();
        for (row, cells) in (1..).zip(table::read(path)?) {
            let mut cells = cells?;
            let column = NAMED_BY.into_iter().find(|column| cells.contains_key(*column));
            let Some(column) = column else {
                table::check_columns(path, &cells, &NAMED_BY[..1])?;
                continue;
            };
            let named = text(cells.get(column));
            if named.is_empty() {
                let reason = format!("no {column} is given; fill in that cell");
                return Err(Error::InvalidRow { name: path.display().to_string(), row, reason });
            }
            cells.shift_remove(column);
            let path = folder.join(&named);
            self.all.push(Recording { name: named, path, carried: cells });
        }
        if self.all.len() == before {
            return Err(Error::EmptyTable { name: path.display().to_string() });
        }
        self.tables.push(path.to_owned());
        Ok(())
    }

    /// Takes the places of the results, before anything is judged.
    ///
    /// # Errors
    /// A name that says no format, a place that cannot be written or that holds what is read.
    pub fn claim(&self, outputs: &[PathBuf]) -> Result<Claimed> {
        let replaced = Replaced::by(outputs);
        let inputs = self.all.iter().map(|recording| &recording.path).chain(&self.tables);
        inputs.into_iter().try_for_each(|input| replaced.spares(input))?;
        let claims = outputs.iter().cloned().map(Output::claim);
        Ok(Claimed(claims.collect::<Result<_>>()?))
    }

    /// The columns that tables brought along, but for those of the results.
    pub fn carried(&self, results: &[Column]) -> Vec<Column> {
        let mut carried = Carried::default();
        for (row, recording) in (0..).zip(&self.all) {
            carried.insert(row, &recording.carried);
        }
        let own = |column: &Column| results.iter().any(|result| result.name == column.name);
        let there =
            |column: &Column| self.all.iter().any(|row| row.carried.contains_key(&column.name));
        carried.columns().filter(|column| there(column) && !own(column)).collect()
    }
}

/// Places that results will go to.
pub struct Claimed(Vec<Output>);

impl Claimed {
    /// Writes the results.
    ///
    /// # Errors
    /// What the operating system says, such as a full disk.
    pub fn write(self, columns: &[Column], rows: &[Cells]) -> Result<()> {
        output::write_rows(self.0, columns, rows)
    }
}
