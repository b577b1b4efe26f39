"""Pairs to compare metrics on: the recordings that come with basilar, and random pairs made from them or from noise."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile

SAMPLES = Path(__file__).resolve().parents[2] / "audio-samples"
Signal = npt.NDArray[Any]
Random = np.random.Generator


class Pair(NamedTuple):
    """Two signals, and how they came about."""

    kind: str
    reference: Signal
    degraded: Signal


def shipped(rate: int) -> list[Pair]:
    """The recordings of one channel that come with basilar, as 16-bit samples."""
    with open(SAMPLES / "conditions.csv", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["sample_rate"] == str(rate) and plain(row["degraded"])]
    names = {row[column] for row in rows for column in ("reference", "degraded")}
    read = {name: soundfile.read(SAMPLES / name, dtype="int16")[0] for name in names}
    found = [Pair("shipped", read[row["reference"]], read[row["degraded"]]) for row in rows]
    return [pair for pair in found if pair.reference.ndim == pair.degraded.ndim == 1]


def plain(name: str) -> bool:
    """Whether soundfile reads it without being told what it is."""
    return name.endswith((".wav", ".flac"))


def random(rate: int, seed: int) -> Iterator[Pair]:
    """Endless pairs of 1 to 4 s: part of a shipped pair, impaired further, on any scale and of any type."""
    rng = np.random.default_rng([seed, rate])
    recordings = shipped(rate)
    while True:
        for kind, impair in IMPAIRMENTS.items():
            recording = recordings[rng.integers(len(recordings))]
            reference, degraded = part(rng, rate, recording)
            yield Pair(kind, *presented(rng, *impair(rng, rate, reference, degraded)))


def part(rng: Random, rate: int, pair: Pair) -> tuple[Signal, Signal]:
    """The same stretch of both, with full scale 1."""
    length = int(rate * rng.uniform(1, 4))
    start = rng.integers(max(1, min(len(pair.reference), len(pair.degraded)) - length))
    reference, degraded = (signal[start : start + length] / 32768 for signal in pair[1:])
    return reference, degraded


def presented(rng: Random, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    """As 16-bit samples, or as floating-point samples of any scale."""
    if rng.random() < 0.5:
        reference, degraded = (np.clip(np.round(32767 * signal), -32768, 32767) for signal in (reference, degraded))
        return reference.astype(np.int16), degraded.astype(np.int16)
    kind = np.float32 if rng.random() < 0.5 else np.float64
    scales = 10.0 ** (rng.uniform(-4, 4) + rng.uniform(-1, 1, 2))
    return (scales[0] * reference).astype(kind), (scales[1] * degraded).astype(kind)


def noise(rng: Random, like: Signal, snr_db: float) -> Signal:
    """Noise with a random slope at a signal-to-noise ratio to a signal."""
    spectrum = np.fft.rfft(rng.standard_normal(len(like)))
    spectrum[1:] *= np.arange(1, len(spectrum)) ** -rng.uniform(0, 1)
    made: Signal = np.fft.irfft(spectrum, len(like))
    gain = float(np.sqrt(np.mean(like**2) / np.mean(made**2))) * 10 ** (-snr_db / 20)
    return gain * made


def as_it_is(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    return reference, degraded


def noisy(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    return reference, degraded + noise(rng, degraded, rng.uniform(-5, 40))


def noisy_reference(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    return reference + noise(rng, reference, rng.uniform(10, 40)), degraded


def late(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    before = 1e-3 * rng.standard_normal(int(rate * rng.uniform(0, 0.5)))
    return reference, np.concatenate([before, degraded])


def early(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    return reference, degraded[int(rate * rng.uniform(0, 0.3)) :]


def filtered(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    spectrum = np.fft.rfft(degraded)
    frequency = np.linspace(0, 1, len(spectrum))
    edges = np.sort(rng.uniform(0, 1, 2))
    spectrum *= np.where((frequency > edges[0] / 3) & (frequency < edges[1]), 1.0, rng.uniform(0, 0.3))
    return reference, np.fft.irfft(spectrum, len(degraded))


def clipped(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    limit = np.max(np.abs(degraded)) * rng.uniform(0.05, 0.9)
    return reference, np.clip(degraded, -limit, limit)


def lossy(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    frame = rate // 50
    lost = rng.random(len(degraded) // frame + 1) < rng.uniform(0, 0.4)
    return reference, np.where(np.repeat(lost, frame)[: len(degraded)], 0.0, degraded)


def unrelated(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    return reference, degraded[::-1].copy()


def talkspurts(rng: Random, rate: int, reference: Signal, degraded: Signal) -> tuple[Signal, Signal]:
    """Bursts of coloured noise in place of speech."""
    bursts = np.repeat(rng.random(len(reference) // (rate // 4) + 1) < 0.6, rate // 4)[: len(reference)]
    carrier = noise(rng, np.ones(len(reference)), 20)
    made = np.where(bursts, carrier, carrier / 300)
    return made, made + noise(rng, made, rng.uniform(0, 40))


IMPAIRMENTS: dict[str, Callable[[Random, int, Signal, Signal], tuple[Signal, Signal]]] = {
    "as it is": as_it_is,
    "noisy": noisy,
    "noisy reference": noisy_reference,
    "late": late,
    "early": early,
    "filtered": filtered,
    "clipped": clipped,
    "lossy": lossy,
    "unrelated": unrelated,
    "talkspurts": talkspurts,
}
