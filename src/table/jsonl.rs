//! JSON Lines: one object a line.

use super::{Cells, Column};
use crate::error::{Error, Result};
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};

pub(super) struct Reader {
    name: String,
    file: BufReader<File>,
    row: u64,
}

impl Reader {
    pub fn new(name: String, file: File) -> Self {
        Self { name, file: BufReader::new(file), row: 0 }
    }
}

impl Iterator for Reader {
    type Item = Result<Cells>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        while line.trim_ascii().is_empty() {
            line.clear();
            match self.file.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(Error::from_io(&self.name, error))),
            }
        }
        self.row += 1;
        Some(serde_json::from_slice(&line).map_err(|error| Error::InvalidRow {
            name: self.name.clone(),
            row: self.row,
            reason: format!("not a JSON object in UTF-8 ({error}); write one object a line"),
        }))
    }
}

pub(super) struct Writer {
    columns: Vec<String>,
    file: BufWriter<File>,
}

impl Writer {
    pub fn new(file: File, columns: &[Column]) -> Self {
        let columns = columns.iter().map(|column| column.name.clone()).collect();
        Self { columns, file: BufWriter::new(file) }
    }
}

impl super::Writer for Writer {
    fn write(&mut self, cells: &Cells) -> io::Result<()> {
        let cell =
            |column: &String| (column.clone(), cells.get(column).cloned().unwrap_or(Value::Null));
        let row: Cells = self.columns.iter().map(cell).collect();
        serde_json::to_writer(&mut self.file, &row)?;
        self.file.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.file.flush()
    }
}
