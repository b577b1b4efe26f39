"""What a score says. The compiled part makes these, each with its fields in this order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class Utterance:
    """A stretch of the reference with one delay; times are from the reference's start."""

    start_s: float
    """Where it starts, in seconds."""
    end_s: float
    """Where it ends, in seconds."""
    delay_s: float
    """How late the degraded signal is, in seconds."""
    delay_samples: int
    """The same in whole samples of the model's rate."""
    confidence: float
    """How sure the alignment is of it, 0 to 1."""

    @property
    def duration_s(self) -> float:
        """Its length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Alignment:
    """Where the reference was found in the degraded signal."""

    utterances: tuple[Utterance, ...]
    """The delays in order of time, one for each stretch of the reference."""
    clock_drift_ppm: float | None
    """How much slower the degraded signal's clock makes it, in parts per million; None where it is not measured."""
    unheard_s: tuple[tuple[float, float], ...]
    """Stretches of the reference's speech that were never heard, start and end in seconds."""

    @property
    def delay_s(self) -> float:
        """The delay of the longest utterance, in seconds; positive where the degraded signal is late."""
        longest = max(reversed(self.utterances), key=lambda found: found.duration_s, default=None)
        return longest.delay_s if longest else 0.0

    @property
    def confidence(self) -> float:
        """How sure the alignment is, 0 to 1: the utterances' confidences, weighed by their length."""
        total = sum(found.duration_s for found in self.utterances)
        return sum(found.duration_s * found.confidence for found in self.utterances) / total if total else 0.0


@dataclass(frozen=True)
class Impairments:
    """In which ways the signal is impaired, each zero where it is not; basilar-fb only."""

    dissimilarity: float
    """How little the loudness patterns resemble each other; models of version 1 only."""
    spectral_distance: float
    """By how much the levels of bands differ from the reference's, moment by moment."""
    lost_modulation: float
    """How much less deeply the envelopes of bands are modulated: noise, reverberation, smearing."""
    roughness: float
    """Envelopes that flutter 30 to 90 times a second: a voice that buzzes or is hoarse."""
    lost_periodicity: float
    """Share of the voice's periodicity that is lost, 0 to 1: hoarse, rough or noisy voices."""
    missing: float
    """Share of the speech that is missing, 0 to 1: lost, or filled by repeating what was just heard."""
    added: float
    """Loudness that was added, in speech and in pauses, relative to the reference's."""
    lost_bandwidth: float
    """Audible bandwidth that was lost, in Bark."""


@dataclass(frozen=True, eq=False)
class Intervals:
    """The score that a recording would have that was all like each split-second interval."""

    start_s: npt.NDArray[np.float64]
    """Where each starts, in seconds."""
    end_s: npt.NDArray[np.float64]
    """Where each ends, in seconds."""
    mos_lqo: npt.NDArray[np.float64]
    """The MOS-LQO of each."""

    def __len__(self) -> int:
        return len(self.mos_lqo)


@dataclass(frozen=True, eq=False)
class Timeline:
    """The quality over time, on the reference's time axis."""

    sample_rate: int
    """Rate that the model worked at, in Hz; the unit of delays in samples."""
    frame_hop_s: float
    """Seconds from the start of one frame to the next. A frame is twice as long."""
    disturbance: npt.NDArray[np.float32]
    """Disturbance of each frame."""
    asymmetric_disturbance: npt.NDArray[np.float32]
    """Disturbance by what was added, of each frame."""
    silent: npt.NDArray[np.bool_]
    """Whether the reference is silent in each frame."""
    intervals: Intervals
    """The score over split-second intervals."""


@dataclass(frozen=True)
class Levels:
    """Level and activity of one signal."""

    level_dbov: float
    """In dB relative to full scale (dBov)."""
    speech_activity: float
    """Share of the time with speech, 0 to 1."""


@dataclass(frozen=True, eq=False, repr=False)
class Score:
    """How a degraded recording sounds against its reference, and what led to that."""

    mos_lqo: float
    """Mean opinion score, listening quality, objective: 1 bad to 5 excellent."""
    mos_lqo_error: float | None
    """How far it may lie from people's votes: a standard error; `None` for models that do not tell."""
    raw: float | None
    """The model's own scale before the mapping to MOS-LQO; P.862 from -0.5 to 4.5."""
    quality: str
    """The score in a word: bad, poor, fair, good or excellent."""
    model: str
    """Name of the model."""
    model_version: str
    """Version of the model's numbers."""
    bandwidth: str
    """The bandwidth that was judged: narrowband, wideband or fullband."""
    impairments: Impairments | None
    """In which ways the signal is impaired; basilar-fb only."""
    alignment: Alignment
    """Where the reference was found in the degraded signal."""
    timeline: Timeline
    """The quality over time."""
    reference: Levels
    """Levels and activity of the reference."""
    degraded: Levels
    """Levels and activity of the degraded recording."""
    warnings: tuple[str, ...]
    """What a careful listener should know about the inputs."""

    def to_dict(self) -> dict[str, Any]:
        """The same as lists and dictionaries, fit for JSON."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return plain

    def __repr__(self) -> str:
        return (
            f"Score(mos_lqo={self.mos_lqo:.3f}, quality={self.quality!r}, model='{self.model} {self.model_version}', "
            f"delay_ms={1e3 * self.alignment.delay_s:.1f}, warnings={len(self.warnings)})"
        )

    def _repr_html_(self) -> str:
        from ._picture import html_of

        return html_of(self)


def _plain(value: Any) -> Any:
    if isinstance(value, Intervals):
        columns = [field.name for field in dataclasses.fields(value)]
        rows = zip(*(getattr(value, column).tolist() for column in columns))
        return [dict(zip(columns, row)) for row in rows]
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value
