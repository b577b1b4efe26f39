//! Comma- or tabulator-separated values, in UTF-8.

use super::{Cells, Column, text};
use crate::error::{Error, Result};
use csv::{ByteRecord, ByteRecordsIntoIter, ReaderBuilder, StringRecord, WriterBuilder};
use serde_json::Value;
use std::fs::File;
use std::io;

pub(super) struct Reader {
    name: String,
    header: StringRecord,
    records: ByteRecordsIntoIter<File>,
    row: u64,
}

impl Reader {
    pub fn new(name: String, file: File, delimiter: u8) -> Result<Self> {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file);
        let invalid = |error: csv::Error| Error::CorruptTable {
            name: name.clone(),
            reason: format!("its header cannot be read ({error})"),
        };
        let header = reader.headers().map_err(invalid)?.clone();
        Ok(Self { name, header, records: reader.into_byte_records(), row: 0 })
    }

    /// The cells by column; text that is not UTF-8 is refused, because no output could carry it.
    fn cells(&self, record: &ByteRecord) -> std::result::Result<Cells, String> {
        if record.len() != self.header.len() {
            let (found, expected) = (record.len(), self.header.len());
            return Err(format!(
                "{found} cells under a header of {expected}; put text with commas or line ends in quotes"
            ));
        }
        let cell = |(column, bytes): (&str, &[u8])| match std::str::from_utf8(bytes) {
            Ok("") => Ok((column.to_owned(), Value::Null)),
            Ok(text) => Ok((column.to_owned(), text.into())),
            Err(_) => Err(format!(
                "the {column} {:?} is not UTF-8; rename the file or save the table as UTF-8",
                String::from_utf8_lossy(bytes)
            )),
        };
        self.header.iter().zip(record).map(cell).collect()
    }
}

impl Iterator for Reader {
    type Item = Result<Cells>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        self.row += 1;
        let (name, row) = (self.name.clone(), self.row);
        Some(match record {
            Ok(record) => {
                self.cells(&record).map_err(|reason| Error::InvalidRow { name, row, reason })
            }
            Err(error) => Err(Error::from_io(&name, error.into())),
        })
    }
}

pub(super) struct Writer {
    columns: Vec<String>,
    file: csv::Writer<File>,
}

impl Writer {
    pub fn new(file: File, delimiter: u8, columns: &[Column]) -> io::Result<Self> {
        let columns: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let mut file = WriterBuilder::new().delimiter(delimiter).from_writer(file);
        file.write_record(&columns)?;
        Ok(Self { columns, file })
    }
}

impl super::Writer for Writer {
    fn write(&mut self, cells: &Cells) -> io::Result<()> {
        self.file.write_record(self.columns.iter().map(|column| text(cells.get(column))))?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.file.flush()
    }
}
