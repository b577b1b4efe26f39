//! Tables of directions.

use super::unwritable;
use basilar::network::{Call, Options};
use basilar::report::calls as report;
use basilar::table::{self, Format, Writer};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A table that stands under its name only when it is whole.
pub(super) struct Table {
    path: PathBuf,
    partial: PathBuf,
    writer: Box<dyn Writer>,
}

impl Table {
    pub fn begin(path: &Path, options: &Options) -> basilar::Result<Self> {
        let format = Format::of(path)?;
        let mut partial = path.to_owned().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let writer = File::create(&partial)
            .and_then(|file| table::write(file, format, &report::columns(&options.buffers)))
            .map_err(|source| unwritable(path, source))?;
        Ok(Self { path: path.to_owned(), partial, writer })
    }

    pub fn write(&mut self, call: &Call) -> io::Result<()> {
        report::rows(call).iter().try_for_each(|row| self.writer.write(row))
    }

    pub fn finish(self) -> io::Result<()> {
        self.writer.finish()?;
        std::fs::rename(self.partial, self.path)
    }
}
