"""What a score says: the library's own description of it, field by field by name."""

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

    delay_s: float
    """The delay of the longest utterance, in seconds; positive where the degraded signal is late."""
    delay_range_s: tuple[float, float]
    """The smallest and the largest delay, in seconds."""
    confidence: float
    """How sure the alignment is, 0 to 1: the utterances' confidences, weighed by their length."""
    utterances: tuple[Utterance, ...]
    """The delays in order of time, one for each stretch of the reference."""
    clock_drift_ppm: float | None
    """How much slower the degraded signal's clock makes it, in parts per million; None where it is not measured."""
    unheard_s: tuple[tuple[float, float], ...]
    """Stretches of the reference's speech that were never heard, start and end in seconds."""


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


@dataclass(frozen=True)
class Finding:
    """One impairment of a degraded recording."""

    kind: str
    """What it is, such as lost_speech, noise or band_limit."""
    start_s: float | None
    """Where it starts, in seconds of the reference; None where it concerns the whole recording."""
    end_s: float | None
    """Where it ends."""
    value: float
    """How large it is."""
    unit: str
    """The unit of the value."""
    second_value: float | None
    """A second measure, where the kind has one."""
    second_unit: str | None
    """The unit of that."""
    confidence: float
    """How sure it is, 0 to 1."""
    cost_mos: float | None
    """The MOS-LQO gained without all findings of this kind; None where it was not asked for."""
    words: str
    """The same in words."""


@dataclass(frozen=True)
class Diagnosis:
    """Why a score is as it is."""

    findings: tuple[Finding, ...]
    """The dearest kind first, findings of one kind in order of time."""
    speech_above_distortion_db: float | None = None
    """How far the speech stands above what no finding explains, in dB; None where nothing follows the reference."""

    @property
    def main_cause(self) -> str | None:
        """The kind that costs most; None where nothing was found."""
        return self.findings[0].kind if self.findings else None

    @property
    def causes(self) -> dict[str, float | None]:
        """Every kind found with what it costs in MOS-LQO, the dearest first; costs need not add up."""
        return {finding.kind: finding.cost_mos for finding in self.findings}


@dataclass(frozen=True)
class Connection:
    """What a connection did to time and level: measured in the same way whatever model scores."""

    delay_s: float
    """The delay at the start, in seconds; positive where the degraded recording is late."""
    delay_range_s: tuple[float, float]
    """The smallest and largest delay, in seconds, without what the clocks move."""
    delay_jitter_s: float
    """How far those are apart, in seconds."""
    clock_drift_ppm: float
    """How much slower the degraded recording's clock makes it, in parts per million; zero where none can be told."""
    unheard_speech_s: float
    """How much of the reference's speech is not heard, in seconds."""
    level_change_db: float
    """How much louder the degraded recording's active speech level (P.56) is, in dB."""
    gain_range_db: float | None
    """Between which limits the gain goes up and down, in dB; None where too little speech is heard to tell."""
    confidence: float
    """How sure the alignment is that the degraded recording holds the reference, 0 to 1."""


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
    """The service band: Excellent from 4.5, Good from 4.0, Fair from 3.5, Poor from 3.0, Bad below. It is not a category of
    ITU-T P.800."""
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
    warning_kinds: tuple[str, ...] = ()
    """The kinds of those warnings, such as ``clipped`` or ``wrong_recording``, each once."""
    connection: Connection | None = None
    """What the connection did to time and level; by basilar-fb, and with ``explain``."""
    diagnosis: Diagnosis | None = None
    """Why it is as it is; None unless that was asked for with ``explain``."""

    def to_dict(self) -> dict[str, Any]:
        """The same as lists and dictionaries, fit for JSON."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        for absent in [name for name in ("connection", "diagnosis") if plain[name] is None]:
            del plain[absent]
        return plain

    def __repr__(self) -> str:
        return (
            f"Score(mos_lqo={self.mos_lqo:.3f}, quality={self.quality!r}, model='{self.model} {self.model_version}', "
            f"delay_ms={milliseconds(self.alignment.delay_s)}, warnings={len(self.warnings)})"
        )

    def _repr_html_(self) -> str:
        from ._picture import html_of

        return html_of(self)


def score_of(told: dict[str, Any]) -> Score:
    """The score of which the library tells this."""
    alignment, timeline, impairments = told["alignment"], told["timeline"], told["impairments"]
    diagnosis, connection = told.get("diagnosis"), told.get("connection")
    return Score(
        **{
            **told,
            "impairments": impairments and Impairments(**impairments),
            "alignment": Alignment(
                **{
                    **alignment,
                    "unheard_s": tuple(map(tuple, alignment["unheard_s"])),
                    "utterances": tuple(Utterance(**utterance) for utterance in alignment["utterances"]),
                }
            ),
            "timeline": _timeline_of(timeline),
            "reference": Levels(**told["reference"]),
            "degraded": Levels(**told["degraded"]),
            "warnings": tuple(told["warnings"]),
            "warning_kinds": tuple(told["warning_kinds"]),
            "connection": connection
            and Connection(**{**connection, "delay_range_s": tuple(connection["delay_range_s"])}),
            "diagnosis": diagnosis
            and Diagnosis(
                tuple(Finding(**finding) for finding in diagnosis["findings"]),
                diagnosis["speech_above_distortion_db"],
            ),
        }
    )


def _timeline_of(told: dict[str, Any]) -> Timeline:
    import numpy as np

    def column(name: str) -> npt.NDArray[np.float64]:
        return np.array([interval[name] for interval in told["intervals"]], dtype=np.float64)

    columns = {field.name: column(field.name) for field in dataclasses.fields(Intervals)}
    arrays = {
        "disturbance": np.array(told["disturbance"], dtype=np.float32),
        "asymmetric_disturbance": np.array(told["asymmetric_disturbance"], dtype=np.float32),
        "silent": np.array(told["silent"], dtype=np.bool_),
        "intervals": Intervals(**columns),
    }
    return Timeline(**{**told, **arrays})


def milliseconds(seconds: float) -> str:
    """With one decimal; what rounds to zero has no sign."""
    return f"{round(1e3 * seconds, 1) + 0.0:.1f}"


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
