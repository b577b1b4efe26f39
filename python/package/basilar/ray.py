"""Scores on a Ray cluster: ``pip install 'basilar[ray]'`` on all of its machines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ._arrow import score_arrow

if TYPE_CHECKING:
    from ray.data import Dataset

    from ._types import Channel


def score(
    ds: Dataset,
    reference: str = "reference",
    degraded: str = "degraded",
    model: str = "auto",
    sample_rate: int | str | None = None,
    *,
    channel: Channel = "mono",
    jobs: int = 1,
    **options: Any,
) -> Dataset:
    """Scores every row of a dataset, block by block.

    The arguments and the columns that come out are those of ``basilar.score_arrow``; ``options`` are those of
    ``Dataset.map_batches``, such as ``batch_size`` or ``num_cpus``. Ray runs a task on each core, so each task scores one
    row at a time unless ``jobs`` says otherwise.
    """
    work = partial(
        score_arrow,
        reference=reference,
        degraded=degraded,
        model=model,
        sample_rate=sample_rate,
        channel=channel,
        jobs=jobs,
    )
    return ds.map_batches(work, batch_format="pyarrow", zero_copy_batch=True, **options)
