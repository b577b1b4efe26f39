//! Comma- or tabulator-separated values, in UTF-8.

use super::{Cells, Column, text};
use crate::error::{Error, Result};
use csv::{ByteRecord, ByteRecordsIntoIter, ReaderBuilder, StringRecord, Trim, WriterBuilder};
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

pub(super) struct Reader {
    name: String,
    header: StringRecord,
    records: ByteRecordsIntoIter<File>,
    row: u64,
}

impl Reader {
    /// Reads a table whose cells are parted by `delimiter`, or, where the header says so, by another: a spreadsheet in
    /// a country of decimal commas writes semicolons, and some write `sep=;` above the header.
    pub fn new(name: String, mut file: File, delimiter: u8) -> Result<Self> {
        let (delimiter, start) =
            dialect(&mut file, delimiter).map_err(|error| Error::from_io(&name, error))?;
        file.seek(SeekFrom::Start(start)).map_err(|error| Error::from_io(&name, error))?;
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(file);
        let invalid = |error: csv::Error| Error::CorruptTable {
            name: name.clone(),
            reason: format!("its header cannot be read ({error})"),
        };
        let header =
            reader.headers().map_err(invalid)?.iter().map(column_name).collect::<StringRecord>();
        let again =
            (1..header.len()).find(|&i| header.iter().take(i).any(|other| other == &header[i]));
        if let Some(column) = again.map(|i| header[i].to_owned()) {
            return Err(Error::RepeatedColumn { name, column });
        }
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

/// What parts the cells, and where the header starts, by the first lines of a file.
fn dialect(file: &mut File, delimiter: u8) -> io::Result<(u8, u64)> {
    /// More than any header takes.
    const HEAD: u64 = 1 << 16;
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let told = line.trim_ascii().strip_prefix(b"\xef\xbb\xbf").unwrap_or(line.trim_ascii());
    if let [b's', b'e', b'p', b'=', delimiter] = told {
        return Ok((*delimiter, line.len() as u64 + 1));
    }
    let count = |delimiter: u8| line.iter().filter(|&&byte| byte == delimiter).count();
    let other = [b';', b'\t'].into_iter().find(|&other| count(other) > 0);
    Ok((other.filter(|_| count(delimiter) == 0).unwrap_or(delimiter), 0))
}

/// A column's name as the rest of the program knows it: `Reference` is `reference`, and a byte order mark is no part of it.
fn column_name(header: &str) -> String {
    const KNOWN: [&str; 12] = [
        "reference",
        "degraded",
        "model",
        "channel",
        "mos_lqo",
        "score",
        "condition",
        "dataset",
        "talker",
        "votes",
        "standard_error",
        "scale",
    ];
    let name = header.trim_matches(['\u{feff}', ' ']);
    let known = KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(name));
    known.unwrap_or(name).to_owned()
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
