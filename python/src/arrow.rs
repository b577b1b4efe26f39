//! Tables in and out through the Arrow C stream interface (PyCapsule protocol): a row a pair, a row a result.

use crate::error::argument;
use crate::recordings::{Rate, Recordings, are_named};
use crate::scorer::scorer;
use crate::source::{ChannelChoice, Identity, Input, Role};
use crate::work::{Stopped, interruptible, protected};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, RecordBatchIterator, RecordBatchReader, StringArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use basilar::batch::{References, row};
use basilar::table::{Cells, Column, Kind};
use basilar::{PreparedReference, Scorer, parallel};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ffi::CStr;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// What the protocol calls the capsule of a stream.
const STREAM: &CStr = c"arrow_array_stream";

/// How the rows of a table are scored.
struct Job {
    reference: String,
    degraded: String,
    rate: Option<Rate>,
    scorer: Scorer,
    /// Each prepared once, however many rows it stands in.
    references: References<Identity, PreparedReference>,
    input: Input,
    jobs: NonZeroUsize,
}

/// Scores every row of a table, on so many threads; a row that cannot be scored says why.
#[pyfunction]
pub fn score_arrow(
    py: Python<'_>,
    table: &Bound<'_, PyAny>,
    reference: String,
    degraded: String,
    model: &str,
    sample_rate: Option<Rate>,
    channel: ChannelChoice,
    jobs: Option<NonZeroUsize>,
) -> PyResult<Scores> {
    let job = Job {
        reference,
        degraded,
        rate: sample_rate,
        scorer: scorer(py, model)?,
        references: References::new(|reference| reference.recording().samples()),
        input: Input::new(py, None, channel, -1)?,
        jobs: parallel::jobs(jobs),
    };
    let reader = protected(py, || reader(table))?;
    let work = move |stopped: &Stopped| reader.and_then(|reader| job.scores(reader, stopped));
    interruptible(py, work)?.map_err(|error| match error {
        ArrowError::SchemaError(reason) => argument(py, "table", &reason),
        broken => argument(py, "table", &broken.to_string()),
    })
}

/// The columns that scoring adds, and whether each holds numbers.
#[pyfunction]
pub fn result_columns() -> Vec<(String, bool)> {
    row::columns(row::Form::default())
        .map(|column| (column.name, column.kind == Kind::Number))
        .collect()
}

/// The results, for whatever reads Arrow streams.
#[pyclass(frozen, module = "basilar")]
pub struct Scores {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Scores {
    /// A new stream over the results; it has one schema only.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batches = self.batches.clone().into_iter().map(Ok);
        let batches = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), STREAM)
    }
}

/// Takes over the stream that a table exports.
fn reader(table: &Bound<'_, PyAny>) -> PyResult<Result<RecordBatchStreamReader, ArrowError>> {
    let capsule = table.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let stream = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds a valid stream, as the protocol says, and the GIL keeps others from it until
    // the stream is moved out.
    Ok(unsafe { RecordBatchStreamReader::from_raw(stream.as_ptr()) })
}

impl Job {
    fn scores(
        &self,
        reader: RecordBatchStreamReader,
        stopped: &Stopped,
    ) -> Result<Scores, ArrowError> {
        let schema = self.schema(&reader.schema());
        let batches = reader.map(|batch| self.batch(&batch?, &schema, stopped));
        Ok(Scores { batches: batches.collect::<Result<_, _>>()?, schema })
    }

    /// The table's own columns but recordings themselves, and behind them the results.
    fn schema(&self, table: &Schema) -> SchemaRef {
        let carried = table.fields().iter().filter(|field| {
            let name = field.name();
            let recording = *name == self.reference || *name == self.degraded;
            !row::is_result(name, row::Form::default())
                && (!recording || are_named(field.data_type()))
        });
        let results = row::columns(row::Form::default()).map(|column| {
            let kind = match column.kind {
                Kind::Number => DataType::Float64,
                _ => DataType::Utf8,
            };
            Arc::new(Field::new(column.name, kind, true))
        });
        Arc::new(Schema::new(carried.cloned().chain(results).collect::<Vec<_>>()))
    }

    fn batch(
        &self,
        batch: &RecordBatch,
        schema: &SchemaRef,
        stopped: &Stopped,
    ) -> Result<RecordBatch, ArrowError> {
        let recordings = |role, name| Recordings::new(batch, role, name, self.rate.as_ref());
        let references = recordings("reference", &self.reference)?;
        let degraded = recordings("degraded", &self.degraded)?;
        let rows = parallel::map(batch.num_rows(), self.jobs, |row| match stopped.is_set() {
            // Nobody will see them.
            true => Cells::new(),
            false => self.row(&references, &degraded, row),
        });
        let results: Vec<_> =
            row::columns(row::Form::default()).map(|column| cells(&rows, &column)).collect();
        let carried = schema.fields().iter().filter_map(|field| batch.column_by_name(field.name()));
        RecordBatch::try_new(Arc::clone(schema), carried.cloned().chain(results).collect())
    }

    fn row(&self, references: &Recordings<'_>, degraded: &Recordings<'_>, row: usize) -> Cells {
        let source = match references.source(row) {
            Ok(source) => source,
            Err(error) => return row::failed(&error),
        };
        let channel = self.input.channel;
        let scored = self.references.with(
            source.identity(),
            || self.scorer.prepare(&source.open(Role::Reference, channel)?),
            |reference| {
                let degraded = degraded.source(row)?.open(Role::Degraded, channel)?;
                Ok(row::scored(reference.recording(), &reference.compare(&degraded)?))
            },
        );
        scored.unwrap_or_else(|error| row::failed(&error))
    }
}

/// One column of the results.
fn cells(rows: &[Cells], column: &Column) -> ArrayRef {
    let cells = rows.iter().map(|row| row.get(&column.name));
    match column.kind {
        Kind::Number => Arc::new(
            cells.map(|cell| cell.and_then(|cell| cell.as_f64())).collect::<Float64Array>(),
        ),
        _ => {
            Arc::new(cells.map(|cell| cell.and_then(|cell| cell.as_str())).collect::<StringArray>())
        }
    }
}
