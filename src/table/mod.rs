//! Tables of any length in CSV, TSV, JSON Lines or Parquet: read and written as streams, one format a file.

mod csv;
mod jsonl;
mod parquet;

use crate::error::{Error, Result};
use crate::file;
use serde_json::{Map, Value};
use std::fs::File;
use std::io;
use std::path::Path;

/// One row: its cells by column, in the order of the columns.
pub type Cells = Map<String, Value>;

/// The rows of a table: an [`Error::InvalidRow`] concerns one row, any other error ends the table.
pub type Rows = Box<dyn Iterator<Item = Result<Cells>> + Send>;

/// A file format for tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Values separated by commas (RFC 4180).
    Csv,
    /// Values separated by tabulators.
    Tsv,
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The format that a file's extension stands for.
    ///
    /// # Errors
    /// [`Error::UnknownTableFormat`] for any other extension.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("tsv") => Ok(Self::Tsv),
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(Error::UnknownTableFormat { name: path.display().to_string() }),
        }
    }
}

/// Opens a table; its rows are read as they are asked for.
///
/// # Errors
/// A file that cannot be opened, or whose beginning is not of the format its name says.
pub fn read(path: &Path) -> Result<Rows> {
    let format = Format::of(path)?;
    let name = path.display().to_string();
    let file = file::open(path)?;
    Ok(match format {
        Format::Csv => Box::new(csv::Reader::new(name, file, b',')?),
        Format::Tsv => Box::new(csv::Reader::new(name, file, b'\t')?),
        Format::JsonLines => Box::new(jsonl::Reader::new(name, file)),
        Format::Parquet => Box::new(parquet::Reader::new(name, file)?),
    })
}

/// About how many rows a table has, from the line ends in its bytes.
///
/// # Errors
/// A Parquet file, which has no lines, that cannot be read.
pub(crate) fn count(path: &Path, line_ends: u64) -> Result<u64> {
    match Format::of(path)? {
        Format::Csv | Format::Tsv => Ok(line_ends.saturating_sub(1)),
        Format::JsonLines => Ok(line_ends),
        Format::Parquet => {
            let name = path.display().to_string();
            let file = file::open(path)?;
            Ok(parquet::Reader::new(name, file)?.count)
        }
    }
}

/// Takes rows in the order in which they will stand.
pub trait Writer {
    /// Writes one row; a column that it lacks stays empty.
    ///
    /// # Errors
    /// What the operating system says, such as a full disk.
    fn write(&mut self, cells: &Cells) -> io::Result<()>;

    /// Writes what is left.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Begins a table of these columns in an empty file.
///
/// # Errors
/// What the operating system says, such as a full disk.
pub fn write(file: File, format: Format, columns: &[Column]) -> io::Result<Box<dyn Writer>> {
    Ok(match format {
        Format::Csv => Box::new(csv::Writer::new(file, b',', columns)?),
        Format::Tsv => Box::new(csv::Writer::new(file, b'\t', columns)?),
        Format::JsonLines => Box::new(jsonl::Writer::new(file, columns)),
        Format::Parquet => Box::new(parquet::Writer::new(file, columns)?),
    })
}

/// A column's name and what its cells hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: String,
    /// What all of its cells hold where they are not empty.
    pub kind: Kind,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text; the kind of columns whose cells differ in kind.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Numbers.
    Number,
    /// True or false.
    Boolean,
}

impl Kind {
    /// The kind of one cell, if it is not empty.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Self::Boolean),
            Value::Number(number) if number.is_i64() => Some(Self::Integer),
            Value::Number(_) => Some(Self::Number),
            _ => Some(Self::Text),
        }
    }

    /// The kind that holds the cells of both, where a cell may be empty.
    pub fn of_both(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (first, second) {
            (Some(Self::Integer), Some(Self::Number))
            | (Some(Self::Number), Some(Self::Integer)) => Some(Self::Number),
            (Some(first), Some(second)) if first != second => Some(Self::Text),
            (first, second) => first.or(second),
        }
    }
}

/// Refuses a table whose first row lacks a column that is needed.
pub(crate) fn check_columns(path: &Path, first: &Cells, needed: &[&str]) -> Result<()> {
    let Some(column) = needed.iter().find(|column| !first.contains_key(**column)) else {
        return Ok(());
    };
    let found = first.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let name = path.display().to_string();
    Err(Error::NoColumn { name, column: (*column).to_owned(), found })
}

/// A cell as text: nothing for an empty one, JSON for lists and objects.
pub fn text(cell: Option<&Value>) -> String {
    match cell {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

/// A cell as a finite number, also where it is one in words, as every cell of a CSV file; NaN, which some programs write
/// for nothing, is none.
pub fn number(cell: Option<&Value>) -> Option<f64> {
    let number = match cell? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}
