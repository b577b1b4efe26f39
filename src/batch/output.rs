//! The results: claimed before the first row is scored, written after the last, there whole or not at all.

use super::journal::Journal;
use super::progress::Summary;
use super::row;
use crate::draft::Draft;
use crate::error::Result;
use crate::table::{self, Column, Format, Writer};
use std::path::PathBuf;

/// A result's file while it is not yet there.
pub(super) struct Output {
    draft: Draft,
    format: Format,
}

impl Output {
    /// Refuses a place that another run has taken or that cannot be written.
    pub fn claim(path: PathBuf) -> Result<Self> {
        Ok(Self { format: Format::of(&path)?, draft: Draft::claim(path)? })
    }

    /// Refuses to write over what stands beside its place, where no unfinished run can have left it.
    pub fn refuse_content(&mut self) -> Result<()> {
        self.draft.refuse_content()
    }

    fn begin(&self, columns: &[Column]) -> Result<Box<dyn Writer>> {
        let begun = self.draft.begin().and_then(|file| table::write(file, self.format, columns));
        begun.map_err(|error| self.draft.unwritable(error))
    }

    fn finish(self, writer: Box<dyn Writer>) -> Result<()> {
        let name = self.draft.path().display().to_string();
        let finished = writer.finish().and_then(|()| self.draft.finish());
        finished.map_err(|source| crate::Error::Unwritable { name, source })
    }
}

/// Writes what the journal holds to every output.
pub(super) fn write(journal: &Journal, outputs: Vec<Output>, form: row::Form) -> Result<Summary> {
    let columns: Vec<Column> = journal.carried().columns().chain(row::columns(form)).collect();
    let mut summary = Summary::default();
    let begin = |output: &Output| output.begin(&columns);
    let mut writers = outputs.iter().map(begin).collect::<Result<Vec<_>>>()?;
    for entry in journal.rows()? {
        let entry = entry?;
        summary.rows += 1;
        if let Some(kind) = entry.outcome.error_kind() {
            *summary.failed.entry(kind).or_default() += 1;
        }
        for cells in entry.outcome.rows(&entry.carried) {
            for (writer, output) in writers.iter_mut().zip(&outputs) {
                writer.write(&cells).map_err(|error| output.draft.unwritable(error))?;
            }
        }
    }
    for (writer, output) in writers.into_iter().zip(outputs) {
        output.finish(writer)?;
    }
    Ok(summary)
}
