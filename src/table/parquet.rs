//! Apache Parquet: read row by row, written in row groups of optional columns, compressed with Zstandard.

use super::{Cells, Column, Kind, number, text};
use crate::error::{Error, Result};
use crate::guard::{CONTRADICTION, caught};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;
use serde_json::Value;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// Rows that are held until they are written as a group.
const ROW_GROUP: usize = 16_384;

pub(super) struct Reader {
    name: String,
    rows: Option<RowIter<'static>>,
    row: u64,
    /// How many rows there are.
    pub count: u64,
}

impl Reader {
    pub fn new(name: String, file: File) -> Result<Self> {
        let opened = caught(|| {
            let file = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
            let count = check_metadata(file.metadata())?;
            Ok((count, RowIter::from_file_into(Box::new(file))))
        });
        match opened.unwrap_or_else(|| Err(CONTRADICTION.to_owned())) {
            Ok((count, rows)) => Ok(Self { name, rows: Some(rows), row: 0, count }),
            Err(reason) => {
                let reason = format!("not a Parquet file, or not a whole one ({reason})");
                Err(Error::CorruptTable { name, reason })
            }
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Cells>;

    fn next(&mut self) -> Option<Self::Item> {
        // After an error the rows behind it are not to be had.
        let mut rows = self.rows.take()?;
        self.row += 1;
        let next = caught(|| rows.next().map(|row| row.map(|row| row.to_json_value())));
        let reason = match next {
            Some(None) if self.row > self.count => return None,
            Some(Some(Ok(cells))) if self.row <= self.count => {
                self.rows = Some(rows);
                return Some(Ok(match cells {
                    Value::Object(cells) => cells,
                    _ => Cells::new(),
                }));
            }
            Some(None) => format!("it holds {} of {} rows", self.row - 1, self.count),
            Some(Some(Ok(_))) => format!("it holds more rows than the {} it says", self.count),
            Some(Some(Err(error))) => format!("row {} cannot be read ({error})", self.row),
            None => format!("row {} cannot be read ({CONTRADICTION})", self.row),
        };
        Some(Err(Error::CorruptTable { name: self.name.clone(), reason }))
    }
}

/// How many rows there are, if that and the sizes of all parts are possible.
fn check_metadata(metadata: &ParquetMetaData) -> std::result::Result<u64, String> {
    let rows = metadata.file_metadata().num_rows();
    let groups = metadata.row_groups();
    let sum = groups.iter().try_fold(0_i64, |sum, group| {
        (group.num_rows() >= 0).then(|| sum.checked_add(group.num_rows())).flatten()
    });
    if sum != Some(rows) {
        return Err(format!("it says {rows} rows, which its groups do not have"));
    }
    let columns = groups.iter().flat_map(|group| group.columns());
    for column in columns {
        let offsets = [Some(column.data_page_offset()), column.dictionary_page_offset()];
        let sizes = [column.compressed_size(), column.uncompressed_size(), column.num_values()];
        if let Some(number) = offsets.into_iter().flatten().chain(sizes).find(|&number| number < 0)
        {
            return Err(format!("{number} is no place or size in it"));
        }
    }
    Ok(rows.unsigned_abs())
}

pub(super) struct Writer {
    columns: Vec<Column>,
    file: SerializedFileWriter<File>,
    group: Vec<Cells>,
}

impl Writer {
    pub fn new(file: File, columns: &[Column]) -> io::Result<Self> {
        let fields = columns.iter().map(|column| field(column).map(Arc::new));
        let fields = fields.collect::<parquet::errors::Result<Vec<_>>>().map_err(into_io)?;
        let schema = Type::group_type_builder("basilar").with_fields(fields).build();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let schema = Arc::new(schema.map_err(into_io)?);
        let file = SerializedFileWriter::new(file, schema, Arc::new(properties));
        Ok(Self { columns: columns.to_vec(), file: file.map_err(into_io)?, group: Vec::new() })
    }

    fn write_group(&mut self) -> parquet::errors::Result<()> {
        let mut group = self.file.next_row_group()?;
        let mut columns = self.columns.iter();
        while let (Some(column), Some(mut writer)) = (columns.next(), group.next_column()?) {
            write_column(&mut writer, column, &self.group)?;
            writer.close()?;
        }
        group.close()?;
        self.group.clear();
        Ok(())
    }
}

impl super::Writer for Writer {
    fn write(&mut self, cells: &Cells) -> io::Result<()> {
        self.group.push(cells.clone());
        if self.group.len() < ROW_GROUP { Ok(()) } else { self.write_group().map_err(into_io) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group().map_err(into_io)?;
        self.file.close().map_err(into_io)?;
        Ok(())
    }
}

fn field(column: &Column) -> parquet::errors::Result<Type> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Boolean => (Physical::BOOLEAN, None),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

fn write_column(
    writer: &mut SerializedColumnWriter<'_>,
    column: &Column,
    rows: &[Cells],
) -> parquet::errors::Result<()> {
    let cells = rows.iter().map(|cells| cells.get(&column.name));
    match column.kind {
        Kind::Text => write_cells::<ByteArrayType>(
            writer,
            cells.map(|cell| cell.filter(|cell| !cell.is_null())),
            |cell| Some(ByteArray::from(text(Some(cell)).into_bytes())),
        ),
        Kind::Integer => write_cells::<Int64Type>(writer, cells, Value::as_i64),
        Kind::Number => write_cells::<DoubleType>(writer, cells, |cell| number(Some(cell))),
        Kind::Boolean => write_cells::<BoolType>(writer, cells, Value::as_bool),
    }
}

/// Writes the values that are there, and for each row whether one is.
fn write_cells<'a, T: DataType>(
    writer: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = Option<&'a Value>>,
    value: impl Fn(&Value) -> Option<T::T>,
) -> parquet::errors::Result<()> {
    let cells: Vec<Option<T::T>> = cells.map(|cell| cell.and_then(&value)).collect();
    let present: Vec<i16> = cells.iter().map(|cell| cell.is_some().into()).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    writer.typed::<T>().write_batch(&values, Some(&present), None)?;
    Ok(())
}

fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
