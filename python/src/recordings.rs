//! Columns of recordings in an Arrow table: paths or URLs, encoded files, or lists of samples.

use crate::samples::{FULL_SCALE, Frames};
use crate::source::{Hertz, Source};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType};
use basilar::Error;
use pyo3::prelude::*;
use std::borrow::Cow;

/// Where the rate of samples in lists stands.
#[derive(FromPyObject)]
pub enum Rate {
    /// In Hz, the same in all rows.
    Fixed(Hertz),
    /// The name of the column that has it.
    Column(String),
}

/// The recordings of a batch that play one role.
pub struct Recordings<'a> {
    /// How messages call them.
    role: &'static str,
    column: &'a ArrayRef,
    rate: Option<Rates<'a>>,
}

enum Rates<'a> {
    Fixed(u32),
    Column(&'a ArrayRef),
}

/// Whether results carry a column of recordings on: they do where those are only named.
pub fn are_named(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

impl<'a> Recordings<'a> {
    pub fn new(
        batch: &'a RecordBatch,
        role: &'static str,
        name: &str,
        rate: Option<&Rate>,
    ) -> Result<Self, ArrowError> {
        let column = column(batch, name)?;
        let rate = match rate {
            None => None,
            Some(Rate::Fixed(rate)) => Some(Rates::Fixed(rate.0)),
            Some(Rate::Column(name)) => Some(Rates::Column(self::column(batch, name)?)),
        };
        match column.data_type() {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                if !matches!(
                    item.data_type(),
                    DataType::Int16 | DataType::Float32 | DataType::Float64
                ) {
                    return Err(ArrowError::SchemaError(format!(
                        "column {name}: samples of type {} are not taken; give int16, or float or double with full scale ±1.0",
                        item.data_type()
                    )));
                }
                if rate.is_none() {
                    return Err(ArrowError::SchemaError(format!(
                        "column {name}: samples do not say their rate; give sample_rate in Hz, or the name of its column"
                    )));
                }
            }
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {}
            kind if are_named(kind) => {}
            kind => {
                return Err(ArrowError::SchemaError(format!(
                    "column {name}: {kind} is no recording; give paths, encoded files as binary, or lists of samples"
                )));
            }
        }
        Ok(Self { role, column, rate })
    }

    /// The recording of a row.
    pub fn source(&self, row: usize) -> basilar::Result<Source<'a>> {
        let missing = || Error::MissingPath { column: self.role };
        if self.column.is_null(row) {
            return Err(missing());
        }
        if let Some(path) = text(self.column, row) {
            return Ok(Source::at(path.as_ref()));
        }
        let name = self.role;
        if let Some(bytes) = bytes(self.column, row) {
            return Ok(Source::Encoded { name: name.to_owned(), bytes: Cow::Borrowed(bytes) });
        }
        let samples = list(self.column, row).and_then(|list| samples(&list)).ok_or_else(missing)?;
        let sample_rate = match &self.rate {
            Some(Rates::Fixed(rate)) => Some(*rate),
            Some(Rates::Column(column)) => whole_number(column, row),
            None => None,
        };
        let sample_rate = sample_rate.ok_or(Error::MissingPath { column: "sample_rate" })?;
        Ok(Source::Samples { name, frames: Frames { samples, channels: 1 }, sample_rate })
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, ArrowError> {
    batch.column_by_name(name).ok_or_else(|| {
        let schema = batch.schema_ref();
        let found = schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>();
        ArrowError::SchemaError(format!(
            "there is no column {name}; choose among {}",
            found.join(", ")
        ))
    })
}

fn text(column: &dyn Array, row: usize) -> Option<&str> {
    let short = column.as_string_opt::<i32>().map(|column| column.value(row));
    let long = || column.as_string_opt::<i64>().map(|column| column.value(row));
    let view = || column.as_string_view_opt().map(|column| column.value(row));
    short.or_else(long).or_else(view)
}

fn bytes(column: &dyn Array, row: usize) -> Option<&[u8]> {
    let short = column.as_binary_opt::<i32>().map(|column| column.value(row));
    let long = || column.as_binary_opt::<i64>().map(|column| column.value(row));
    let view = || column.as_binary_view_opt().map(|column| column.value(row));
    short.or_else(long).or_else(view)
}

fn list(column: &dyn Array, row: usize) -> Option<ArrayRef> {
    let short = column.as_list_opt::<i32>().map(|column| column.value(row));
    let long = || column.as_list_opt::<i64>().map(|column| column.value(row));
    let fixed = || column.as_fixed_size_list_opt().map(|column| column.value(row));
    short.or_else(long).or_else(fixed)
}

/// With full scale ±1.0; a missing sample is not a number, which scoring refuses by its place.
fn samples(list: &dyn Array) -> Option<Vec<f32>> {
    let integers = list.as_primitive_opt::<Int16Type>().map(|list| {
        list.iter().map(|s| s.map_or(f32::NAN, |s| f32::from(s) / FULL_SCALE)).collect()
    });
    let single = || {
        let list = list.as_primitive_opt::<Float32Type>()?;
        Some(list.iter().map(|sample| sample.unwrap_or(f32::NAN)).collect())
    };
    let double = || {
        let list = list.as_primitive_opt::<Float64Type>()?;
        Some(list.iter().map(|sample| sample.unwrap_or(f64::NAN) as f32).collect())
    };
    integers.or_else(single).or_else(double)
}

fn whole_number(column: &dyn Array, row: usize) -> Option<u32> {
    if column.is_null(row) {
        return None;
    }
    let long = column.as_primitive_opt::<Int64Type>().map(|column| column.value(row));
    let int = || column.as_primitive_opt::<Int32Type>().map(|column| column.value(row).into());
    let unsigned =
        || column.as_primitive_opt::<UInt32Type>().map(|column| column.value(row).into());
    let float = || {
        let rate = column.as_primitive_opt::<Float64Type>()?.value(row);
        (rate.fract() == 0.0).then_some(rate as i64)
    };
    u32::try_from(long.or_else(int).or_else(unsigned).or_else(float)?).ok()
}
