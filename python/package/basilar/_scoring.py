"""One pair, and many on all cores."""

from __future__ import annotations

import os
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, Literal, Sized, Union, overload

from ._basilar import PreparedReference, Scorer
from ._errors import ArgumentError, Error

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ._score import Score
    from ._types import Channel, Recording, SampleRate

    Pair = tuple[Union[Recording, PreparedReference], Recording]


def score(
    reference: Recording,
    degraded: Recording,
    model: str = "auto",
    sample_rate: SampleRate | None = None,
    *,
    channel: Channel = "mono",
    channel_axis: int = -1,
    explain: bool = False,
) -> Score:
    """Scores how a degraded recording sounds against its reference.

    Each of the two is a path, a URL that fsspec reaches, an encoded file's bytes, whatever has a ``read`` for them (open
    files, ``BytesIO``, members of a zip archive), or samples: an array or CPU tensor of
    int16, or of float32 or float64 with full scale ±1.0. Rates, levels, lengths and delays may differ.

    Args:
        reference: The undegraded recording.
        degraded: What became of it.
        model: ``auto``, which goes by the reference's rate, ``nb``, ``wb``, ``wb-cor2``, ``fb``, or the path of a .json
            model file.
        sample_rate: Rate of the samples in Hz, or a pair of them; files have their own.
        channel: ``left``, ``right``, ``mix``, a number from 1, or ``mono``: the only channel, of several their mix with
            a warning.
        channel_axis: Which axis of samples with two axes is that of the channels: -1 for (samples, channels), 0 for
            (channels, samples).
        explain: Whether to find out why, in ``Score.diagnosis``; takes several times as long.

    Raises:
        Error: What is wrong with which of the two, and the remedy; ``kind`` says it in a word.
    """
    return Scorer(model).score(
        reference, degraded, sample_rate, channel=channel, channel_axis=channel_axis, explain=explain
    )


@overload
def score_many(
    pairs: Iterable[Pair],
    jobs: int | None = ...,
    model: str = ...,
    sample_rate: SampleRate | None = ...,
    *,
    errors: Literal["raise"] = ...,
    progress: bool | None = ...,
    channel: Channel = ...,
    channel_axis: int = ...,
    explain: bool = ...,
) -> Iterator[Score]: ...


@overload
def score_many(
    pairs: Iterable[Pair],
    jobs: int | None = ...,
    model: str = ...,
    sample_rate: SampleRate | None = ...,
    *,
    errors: Literal["return"],
    progress: bool | None = ...,
    channel: Channel = ...,
    channel_axis: int = ...,
    explain: bool = ...,
) -> Iterator[Score | Error]: ...


def score_many(
    pairs: Iterable[Pair],
    jobs: int | None = None,
    model: str = "auto",
    sample_rate: SampleRate | None = None,
    *,
    errors: Literal["raise", "return"] = "raise",
    progress: bool | None = None,
    channel: Channel = "mono",
    channel_axis: int = -1,
    explain: bool = False,
) -> Iterator[Score | Error]:
    """Scores pairs on all cores and yields each score in the order of the pairs, as soon as it is there.

    Pairs may come from a generator; only a few are taken ahead. A reference of many pairs may be prepared once, and the
    ``PreparedReference`` given in its place.

    Args:
        pairs: A reference and a degraded recording each, as for ``score``.
        jobs: How many are scored at once; one for each core by default.
        errors: ``raise`` the first, or ``return`` each in the place of its score.
        progress: Whether to show a bar, with tqdm; by default on a terminal or in a notebook where tqdm is installed.

    The other arguments are those of ``score``.
    """
    if errors not in ("raise", "return"):
        raise ArgumentError(f"{errors}: not a way with errors; give raise or return", "errors")
    if jobs is not None and jobs < 1:
        raise ArgumentError(f"{jobs} jobs do nothing; give at least 1", "jobs")
    scorer = Scorer(model)

    def work(pair: Pair) -> Score | Error:
        reference, degraded = pair
        try:
            if isinstance(reference, PreparedReference):
                rate = sample_rate[1] if isinstance(sample_rate, tuple) else sample_rate
                return reference.score(
                    degraded, rate, channel=channel, channel_axis=channel_axis, explain=explain
                )
            return scorer.score(
                reference, degraded, sample_rate, channel=channel, channel_axis=channel_axis, explain=explain
            )
        except Error as error:
            if errors == "raise":
                raise
            return error

    scores = _in_order(work, pairs, jobs or _cores())
    return _with_progress(scores, pairs, progress)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_order(work: Callable[[Pair], Score | Error], pairs: Iterable[Pair], jobs: int) -> Iterator[Score | Error]:
    """Every result in its turn, while threads, which hold no GIL as they score, work on those that follow."""
    waiting: deque[Future[Score | Error]] = deque()
    threads = ThreadPoolExecutor(jobs, "basilar")
    try:
        for pair in pairs:
            waiting.append(threads.submit(work, pair))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except KeyboardInterrupt:
        threads.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        threads.shutdown(wait=not waiting, cancel_futures=True)


def restore(model: str, samples: npt.NDArray[np.float32], sample_rate: int) -> PreparedReference:
    """What a pickled reference is made from."""
    return Scorer(model).prepare(samples, sample_rate)


def _with_progress(
    scores: Iterator[Score | Error], pairs: Iterable[Pair], progress: bool | None
) -> Iterator[Score | Error]:
    if progress is None:
        progress = sys.stderr.isatty() or "ipykernel" in sys.modules
    if not progress:
        return scores
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return scores
    total = len(pairs) if isinstance(pairs, Sized) else None
    return iter(tqdm(scores, total=total, unit="pair"))
