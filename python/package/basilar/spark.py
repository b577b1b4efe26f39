"""Scores on a Spark cluster: ``pip install 'basilar[spark]'`` on the driver and the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Iterator

from pyspark.sql.types import DoubleType, StringType, StructField, StructType

from ._arrow import score_arrow
from ._basilar import result_columns

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from ._types import Channel


def score(
    df: DataFrame,
    reference: str = "reference",
    degraded: str = "degraded",
    model: str = "auto",
    sample_rate: int | str | None = None,
    *,
    channel: Channel = "mono",
    jobs: int = 1,
) -> DataFrame:
    """Scores every row of a data frame, where its partitions are.

    The arguments and the columns that come out are those of ``basilar.score_arrow``. Spark runs a task on each core, so
    each task scores one row at a time unless ``jobs`` says otherwise.
    """

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield score_arrow(batch, reference, degraded, model, sample_rate, channel=channel, jobs=jobs)

    return df.mapInArrow(work, _schema(df.schema, (reference, degraded)))


def _schema(schema: StructType, recordings: tuple[str, str]) -> StructType:
    results = [(name, DoubleType() if number else StringType()) for name, number in result_columns()]
    added = {name for name, _ in results}

    def carried(field: StructField) -> bool:
        named = isinstance(field.dataType, StringType)
        return field.name not in added and (named or field.name not in recordings)

    fields = [field for field in schema.fields if carried(field)]
    return StructType(fields + [StructField(name, kind) for name, kind in results])
