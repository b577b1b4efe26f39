"""The functions of the Python package pesq 0.0.4, computed by basilar: the same arguments, scores and exceptions.

Change ``from pesq import pesq`` to ``from basilar import pesq``, or ``import pesq`` to ``import basilar as pesq``.
"""

from __future__ import annotations

import math
import operator
import os
from typing import TYPE_CHECKING, Any, Literal

from . import _basilar

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Mode = Literal["wb", "nb"]


class PesqError(RuntimeError):
    """What that package calls an error, and its codes."""

    RAISE_EXCEPTION = 0
    RETURN_VALUES = 1
    SUCCESS = 0
    UNKNOWN = -1
    INVALID_SAMPLE_RATE = -2
    OUT_OF_MEMORY_REF = -3
    OUT_OF_MEMORY_DEG = -4
    OUT_OF_MEMORY_TMP = -5
    BUFFER_TOO_SHORT = -6
    NO_UTTERANCES_DETECTED = -7


class InvalidSampleRateError(PesqError):
    """Never raised, here or there: such rates are a ValueError."""


class OutOfMemoryError(PesqError):
    """Never raised here."""


class BufferTooShortError(PesqError):
    """Less than a quarter of a second."""


class NoUtterancesError(PesqError):
    """A reference without speech."""


def pesq(fs: float, ref: Array, deg: Array, mode: Mode = "wb", on_error: int = PesqError.RAISE_EXCEPTION) -> float:
    """The MOS-LQO of P.862.2 (``wb``) or P.862.1 (``nb``).

    Args:
        fs: 16000 Hz, or 8000 for ``nb``.
        ref: The reference's samples, on any scale.
        deg: Those of the degraded signal.
        mode: ``wb`` or ``nb``.
        on_error: ``PesqError.RAISE_EXCEPTION``, or ``PesqError.RETURN_VALUES`` for a negative code in place of it.
    """
    _check(fs, mode)
    ref, deg = _numbers(ref), _numbers(deg)
    for name, samples in (("ref_data", ref), ("deg_data", deg)):
        if samples.ndim == 0:
            raise TypeError(f"Argument '{name}' has incorrect type (expected numpy.ndarray, got numpy.float32)")
        _check_size(samples)
    for samples in (ref, deg):
        if samples.ndim != 1:
            raise ValueError(f"Buffer has wrong number of dimensions (expected 1, got {samples.ndim})")
    (score,) = _basilar.pesq(int(fs), ref, deg, bool(mode == "wb"), 1)
    return _value(score, on_error)


def pesq_batch(
    fs: float,
    ref: Array,
    deg: Array,
    mode: Mode,
    n_processor: int = os.cpu_count() or 1,
    on_error: int = PesqError.RAISE_EXCEPTION,
) -> list[float | Exception]:
    """A list of what ``pesq`` gives for each row of ``deg``, and ``ref``'s row or only signal.

    Args:
        fs: 16000 Hz, or 8000 for ``nb``.
        ref: One signal, or one in each row.
        deg: As many rows as ``ref`` has; any number where that is one signal.
        mode: ``wb`` or ``nb``.
        n_processor: How many threads; with 0 the first error is raised, with more each stands in its place in the list.
        on_error: As for ``pesq``.
    """
    _check(fs, mode)
    _check_shapes(ref.shape, deg.shape)
    if deg.ndim == 1:
        return [pesq(fs, ref, deg, mode, PesqError.RETURN_VALUES)]
    jobs = 1 if n_processor <= 0 else operator.index(n_processor)
    scores = _basilar.pesq(int(fs), _numbers(ref), _numbers(deg), bool(mode == "wb"), jobs)
    values: list[float | Exception] = []
    for score in scores:
        try:
            _check_size(deg[0])
            values.append(_value(score, on_error))
        except (PesqError, ValueError) as error:
            if n_processor <= 0:
                raise
            values.append(error)
    return values


def _check(fs: float, mode: str) -> None:
    if mode not in ("wb", "nb"):
        raise ValueError("mode should be either 'nb' or 'wb'")
    if fs not in (8000, 16000):
        raise ValueError("fs (sampling frequency) should be either 8000 or 16000")
    if fs == 8000 and mode == "wb":
        raise ValueError("no wide band mode if fs = 8000")


def _check_shapes(ref: tuple[int, ...], deg: tuple[int, ...]) -> None:
    if len(ref) not in (1, 2):
        raise ValueError("The shape of `ref` should be either 1D or 2D!")
    if len(ref) == 1 and (len(deg) not in (1, 2) or ref[0] != deg[-1]):
        raise ValueError("The shapes of `deg` is invalid!")
    if len(ref) == 2 and ref != deg:
        raise ValueError("The shape of `deg` is invalid!")


def _check_size(samples: Array) -> None:
    if samples.size == 0:
        raise ValueError("zero-size array to reduction operation maximum which has no identity")


def _numbers(samples: Array) -> Array:
    """The samples as they are where the compiled part takes them, or as float64."""
    import numpy as np

    if isinstance(samples, np.ma.MaskedArray):
        raise ValueError("a masked array leaves samples out; give all of them, such as samples.filled(0)")
    if isinstance(samples, np.ndarray) and samples.dtype in (np.int16, np.float32, np.float64) and samples.flags.aligned:
        return samples
    # What cannot be divided is no number, and says so itself.
    return np.asarray(samples / 1.0).real.astype(np.float64)


def _value(score: float, on_error: int) -> float:
    """The score, or what that package does in its place."""
    if score < 0:
        if on_error == PesqError.RETURN_VALUES:
            return int(score)
        if score == PesqError.BUFFER_TOO_SHORT:
            raise BufferTooShortError(b"Buffer needs to be at least 1/4 of a second long")
        raise NoUtterancesError(b"No utterances detected")
    if math.isnan(score) and on_error != PesqError.RETURN_VALUES:
        raise ValueError("cannot convert float NaN to integer")
    return score
