"""The compiled part."""

from typing import Any, final

import numpy.typing as npt

from ._score import Score
from ._types import Channel, Recording, SampleRate

__all__ = ["PreparedReference", "Scorer", "Scores", "pesq", "result_columns", "run", "score_arrow"]

@final
class Scorer:
    """Scores degraded recordings against references with one model.

    The model is ``auto``, ``nb``, ``wb``, ``wb-cor2``, ``fb`` or the path of a .json model file.
    """

    def __new__(cls, model: str = "auto") -> Scorer: ...
    @property
    def model(self) -> str:
        """What the scorer was made with."""

    def prepare(
        self,
        reference: Recording,
        sample_rate: SampleRate | None = None,
        *,
        channel: Channel = "mono",
        channel_axis: int = -1,
    ) -> PreparedReference:
        """Does the reference's part of the work, once for any number of degraded recordings."""

    def score(
        self,
        reference: Recording,
        degraded: Recording,
        sample_rate: SampleRate | None = None,
        *,
        channel: Channel = "mono",
        channel_axis: int = -1,
        explain: bool = False,
    ) -> Score:
        """Scores one pair; with ``explain`` the score has a diagnosis."""

@final
class PreparedReference:
    """A reference that is ready to be compared with, from any number of threads."""

    @property
    def model(self) -> str:
        """Name and version of the model that the reference was prepared for."""

    @property
    def duration_s(self) -> float:
        """Length of the reference in seconds."""

    def __reduce__(self) -> tuple[Any, ...]: ...
    def score(
        self,
        degraded: Recording,
        sample_rate: float | None = None,
        *,
        channel: Channel = "mono",
        channel_axis: int = -1,
        explain: bool = False,
    ) -> Score:
        """Scores a degraded recording; with ``explain`` the score has a diagnosis."""

@final
class Scores:
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

def score_arrow(
    table: Any,
    reference: str,
    degraded: str,
    model: str,
    sample_rate: float | str | None,
    channel: Channel,
    jobs: int | None,
) -> Scores: ...
def result_columns() -> list[tuple[str, bool]]: ...
def pesq(
    fs: int,
    references: npt.NDArray[Any],
    degraded: npt.NDArray[Any],
    wideband: bool,
    jobs: int | None = None,
) -> list[float]: ...
def run(arguments: list[str]) -> int: ...
