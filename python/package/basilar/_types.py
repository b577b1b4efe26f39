"""What basilar takes as a recording, a rate and a channel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Optional, Protocol, Tuple, Union

if TYPE_CHECKING:
    import numpy.typing as npt


class SupportsRead(Protocol):
    """Files opened as bytes, BytesIO, members of zip archives."""

    def read(self) -> Any: ...


class SupportsDLPack(Protocol):
    """Tensors of torch, jax and others."""

    def __dlpack__(self, *, stream: Any = ...) -> Any: ...


Recording = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, SupportsRead, "npt.ArrayLike", SupportsDLPack]
"""A path, a URL that fsspec reaches, an encoded file's bytes or an open file of them, or samples: int16, or float32 or float64 with full scale
±1.0. Samples of two axes are (samples, channels); ``channel_axis=0`` says that they are (channels, samples)."""

SampleRate = Union[float, Tuple[Optional[float], Optional[float]]]
"""The rate of samples in whole Hz, or that of the reference's and that of the degraded signal's; files have their own."""

Channel = Union[int, str]
"""``left``, ``right``, ``mix``, a number from 1, or ``mono``: the only channel, of several their mix with a warning."""
