//! Tables of directions.

use super::unwritable;
use crate::draft::Draft;
use basilar::network::{Call, Options};
use basilar::report::calls as report;
use basilar::table::{self, Format, Writer};
use std::io;
use std::path::Path;

/// A table that stands under its name only when it is whole.
pub(super) struct Table {
    draft: Draft,
    writer: Box<dyn Writer>,
}

impl Table {
    pub fn begin(path: &Path, options: &Options) -> basilar::Result<Self> {
        let format = Format::of(path)?;
        let draft = Draft::beside(path)?;
        let writer = draft
            .begin()
            .and_then(|file| table::write(file, format, &report::columns(&options.buffers)))
            .map_err(|source| unwritable(path, source))?;
        Ok(Self { draft, writer })
    }

    pub fn write(&mut self, call: &Call) -> io::Result<()> {
        report::rows(call).iter().try_for_each(|row| self.writer.write(row))
    }

    pub fn finish(self) -> io::Result<()> {
        self.writer.finish()?;
        self.draft.finish()
    }
}
