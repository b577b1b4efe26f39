//! The results: claimed before the first row is scored, written after the last, there whole or not at all.

use super::journal::Journal;
use super::progress::Summary;
use super::row;
use crate::error::{Error, Result};
use crate::table::{self, Cells, Column, Format, Writer};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;

/// A result's file while it is not yet there: a file beside it, locked against other runs.
pub(super) struct Output {
    path: PathBuf,
    format: Format,
    partial: PathBuf,
    file: File,
    finished: bool,
}

impl Output {
    /// Refuses a place that another run has taken or that cannot be written.
    pub fn claim(path: PathBuf) -> Result<Self> {
        let format = Format::of(&path)?;
        let name = path.display().to_string();
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&partial);
        let file = opened.map_err(|source| Error::Unwritable { name: name.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, format, partial, file, finished: false }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { name }),
            Err(TryLockError::Error(source)) => Err(Error::Unwritable { name, source }),
        }
    }

    fn begin(&self, columns: &[Column]) -> io::Result<Box<dyn Writer>> {
        self.file.set_len(0)?;
        table::write(self.file.try_clone()?, self.format, columns)
    }

    fn finish(&mut self, writer: Box<dyn Writer>) -> io::Result<()> {
        writer.finish()?;
        self.file.sync_all()?;
        std::fs::rename(&self.partial, &self.path)?;
        self.finished = true;
        Ok(())
    }

    fn unwritable(&self, source: io::Error) -> Error {
        Error::Unwritable { name: self.path.display().to_string(), source }
    }
}

impl Drop for Output {
    /// Gives up a place that was claimed in vain; the lock is held until the file is gone.
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed is claimed again by the next run.
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}

/// Writes rows that are all there to every output.
pub(super) fn write_rows(
    mut outputs: Vec<Output>,
    columns: &[Column],
    rows: &[Cells],
) -> Result<()> {
    for output in &mut outputs {
        let write = |output: &Output| {
            let mut writer = output.begin(columns)?;
            rows.iter().try_for_each(|cells| writer.write(cells))?;
            Ok(writer)
        };
        let written = write(output).and_then(|writer| output.finish(writer));
        written.map_err(|error| output.unwritable(error))?;
    }
    Ok(())
}

/// Writes what the journal holds to every output.
pub(super) fn write(
    journal: &Journal,
    mut outputs: Vec<Output>,
    form: row::Form,
) -> Result<Summary> {
    let columns: Vec<Column> = journal.carried().columns().chain(row::columns(form)).collect();
    let mut summary = Summary::default();
    let begin = |output: &Output| output.begin(&columns).map_err(|error| output.unwritable(error));
    let mut writers = outputs.iter().map(begin).collect::<Result<Vec<_>>>()?;
    for entry in journal.rows()? {
        let entry = entry?;
        summary.rows += 1;
        if let Some(kind) = entry.outcome.error_kind() {
            *summary.failed.entry(kind).or_default() += 1;
        }
        for cells in entry.outcome.rows(&entry.carried) {
            for (writer, output) in writers.iter_mut().zip(&outputs) {
                writer.write(&cells).map_err(|error| output.unwritable(error))?;
            }
        }
    }
    for (writer, output) in writers.into_iter().zip(&mut outputs) {
        output.finish(writer).map_err(|error| output.unwritable(error))?;
    }
    Ok(summary)
}
