"""Calls from captures of packets: what the network did, what that should mean, and how they sounded."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, TypedDict, Union, cast

from . import _basilar

Paths = Union[str, "os.PathLike[str]", Iterable[Union[str, "os.PathLike[str]"]]]
"""A path, or several."""


class Jitter(TypedDict):
    """Interarrival jitter by RFC 3550 in ms; None where no clock is known."""

    mean: Optional[float]
    max: Optional[float]
    min: Optional[float]


class Buffer(TypedDict):
    """What a de-jitter buffer would have made of a direction."""

    name: str
    discarded: int
    loss_pct: float
    burst_ratio: float
    mos: Optional[float]
    scale: Optional[str]


class SoundInterval(TypedDict):
    """A split second of the prompt: how it sounded, and what became of its packets."""

    start_s: float
    end_s: float
    mos_lqo: float
    missing: int
    expected: int


class Moment(TypedDict):
    """A stretch of the prompt with losses, and how much worse than those without it sounded."""

    start_s: float
    end_s: float
    loss_pct: float
    mos_lqo: float
    cost: float


class Sound(TypedDict):
    """How a direction sounded against the prompt that it plays."""

    mos_lqo: float
    model: str
    start_s: float
    end_s: float
    prompt: str
    concealment: str
    buffer: str
    moments: List[Moment]
    timeline: List[SoundInterval]
    why: Optional[str]
    main_cause: Optional[str]
    findings: Optional[List[Dict[str, Any]]]


class Stream(TypedDict):
    """One direction of a call, with the names of the schema basilar-calls/1."""

    source: Optional[str]
    destination: str
    ssrc: Optional[str]
    early_media: bool
    user_agent: Optional[str]
    codec: Optional[str]
    clock_hz: Optional[int]
    packet_ms: Optional[float]
    encrypted: bool
    start_s: float
    duration_s: float
    packets: int
    expected: int
    lost: int
    lost_cumulative: int
    duplicates: int
    capture_duplicates: int
    reordered: int
    restarts: int
    loss_pct: float
    burst_ratio: float
    longest_loss: int
    loss_runs: List[int]
    bursts: Dict[str, Any]
    jitter_ms: Jitter
    max_delta_ms: Optional[float]
    delay_ms: Dict[str, Any]
    clock_drift_ppm: Optional[float]
    silence_share: float
    bandwidth_kbit_s: float
    dscp: Optional[int]
    other_dscp_share: float
    vlan_priority: Optional[int]
    telephone_events: str
    one_way: Optional[str]
    buffers: List[Buffer]
    mos: Optional[float]
    scale: Optional[str]
    r: Optional[float]
    mos_conversational: Optional[float]
    delay: Optional[Dict[str, Any]]
    codec_values: Optional[Dict[str, Any]]
    intervals: List[Dict[str, Any]]
    told_by_receiver: Optional[Dict[str, Any]]
    sound: Optional[Sound]
    warnings: List[str]


Call = TypedDict(
    "Call",
    {
        "call_id": str,
        "capture": str,
        "started": str,
        "duration_s": float,
        "state": str,
        "reason": Optional[str],
        "setup_s": Optional[float],
        "from": Optional[str],
        "to": Optional[str],
        "round_trip_ms": Optional[float],
        "endpoint_reports": List[Dict[str, Any]],
        "streams": List[Stream],
        "warnings": List[str],
    },
)
"""A call with each of its directions, with the names of the schema basilar-calls/1."""


@dataclass
class _Wish:
    """What the compiled part asks for."""

    captures: List[Path]
    continued: bool
    prompts: List[Path]
    prompts_of_calls: Optional[List[tuple[str, Path]]]
    model: str
    concealment: str
    buffers: List[str]
    resync: int
    delay_ms: Optional[float]
    codec_values: Optional[Path]
    hash_numbers: Optional[str]
    wav: Optional[Path]


def calls(
    captures: Paths,
    *,
    prompt: Paths | Mapping[str, str | os.PathLike[str]] | None = None,
    model: str = "auto",
    concealment: str = "g711-appendix-1",
    buffers: Iterable[str] = (),
    resync: int = 10,
    delay_ms: float | None = None,
    codec_values: str | os.PathLike[str] | None = None,
    hash_numbers: str | None = None,
    wav: str | os.PathLike[str] | None = None,
    continued: bool = False,
) -> list[Call]:
    """Reads calls from captures, as ``basilar calls --json`` does.

    >>> for call in basilar.calls("trunk.pcap", prompt="prompts/"):
    ...     for stream in call["streams"]:
    ...         print(stream["source"], stream["loss_pct"], stream["mos"], stream["scale"])

    Args:
        captures: A capture or several: pcap or pcapng, plain or compressed.
        prompt: Recordings that may be played, or folders of them, the right one being found; or a mapping from calls,
            by Call-ID or capture, to the prompt of each. Directions that play one are scored.
        model: What scores: ``auto``, which goes by the codec's rate, ``nb``, ``wb``, ``wb-cor2``, ``fb`` or a model file.
        concealment: How gaps are filled: ``silence``, ``repeat``, ``g711-appendix-1``, ``codec`` or ``skip``.
        buffers: De-jitter buffers to simulate, such as ``fixed-60`` or ``adaptive-40-200``; the last gives the headline,
            and sound is played in it; without any, sound is played in ``fixed-200``.
        resync: Discards in a row after which a buffer sets itself anew; 0 for never.
        delay_ms: One-way delay of the network, for conversational quality.
        codec_values: A file like models/emodel-codecs.json.
        hash_numbers: A salt with which users' numbers are replaced by hashes.
        wav: A folder into which each direction is written as WAV.
        continued: Whether the captures follow on one another, so that a call may begin in one and end in another.

    Raises:
        Error: What is wrong with a capture, a prompt or an argument, and the remedy. A capture that ends early or is
            damaged gives a ``UserWarning`` and the calls up to there.
    """
    of_calls = None
    prompts: list[Path] = []
    if isinstance(prompt, Mapping):
        of_calls = [(call, Path(path)) for call, path in prompt.items()]
    elif prompt is not None:
        prompts = _paths(prompt)
    wish = _Wish(
        captures=_paths(captures),
        continued=continued,
        prompts=prompts,
        prompts_of_calls=of_calls,
        model=model,
        concealment=concealment,
        buffers=list(buffers),
        resync=resync,
        delay_ms=delay_ms,
        codec_values=None if codec_values is None else Path(codec_values),
        hash_numbers=hash_numbers,
        wav=None if wav is None else Path(wav),
    )
    found, noticed = _basilar.calls(wish)
    for warning in noticed:
        warnings.warn(warning, stacklevel=2)
    return cast("list[Call]", found)


def _paths(paths: Paths) -> list[Path]:
    if isinstance(paths, (str, os.PathLike)):
        return [Path(paths)]
    return [Path(path) for path in paths]
