"""Tables of pairs, through the Arrow C data interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union

from . import _basilar
from ._errors import ArgumentError

if TYPE_CHECKING:
    import pyarrow as pa

    from ._types import Channel


def score_arrow(
    table: Any,
    reference: str = "reference",
    degraded: str = "degraded",
    model: str = "auto",
    sample_rate: float | str | None = None,
    *,
    channel: Channel = "mono",
    jobs: int | None = None,
) -> Union[pa.Table, pa.RecordBatch]:
    """Scores every row of a table, as ``basilar batch --score-only`` does.

    The two columns hold paths or URLs that fsspec reaches, encoded files as binary, or lists of samples: int16, or float
    or double with full scale ±1.0. A row that cannot be scored costs nothing but itself: its ``error_kind`` and
    ``error`` say why.

    Args:
        table: Whatever exports an Arrow stream: a RecordBatch or Table of pyarrow, a data frame of Polars or pandas (whose
            index is left out; ``to_pandas()`` makes one of what comes back).
        reference: The column of the references.
        degraded: The column of the degraded recordings.
        model: As for ``basilar.score``.
        sample_rate: Of lists of samples, in Hz, or the name of the column that has it.
        channel: As for ``basilar.score``.
        jobs: How many rows are scored at once; one for each core by default.

    Returns:
        A RecordBatch for a RecordBatch, a Table for all else: the table's columns but binary and lists of the two, and
        the columns of ``basilar batch``.
    """
    import pyarrow as pa

    if not isinstance(table, pa.RecordBatch):
        table = _table(table)
    scores = _basilar.score_arrow(table, reference, degraded, model, sample_rate, channel, jobs)
    scored = pa.RecordBatchReader.from_stream(scores).read_all()
    if not isinstance(table, pa.RecordBatch):
        return scored
    (batch,) = scored.to_batches() or [pa.RecordBatch.from_pylist([], scored.schema)]
    return batch


def _table(table: Any) -> Any:
    """Something that exports a stream: of pandas, whose early versions do not and whose index is none of the columns, a table."""
    import pyarrow as pa

    if type(table).__module__.partition(".")[0] == "pandas" and hasattr(table, "columns"):
        return pa.Table.from_pandas(table, preserve_index=False)
    if not hasattr(table, "__arrow_c_stream__"):
        raise ArgumentError(
            f"table: a {type(table).__name__} exports no Arrow stream; give a table of pyarrow, Polars or pandas", "table"
        )
    return table
