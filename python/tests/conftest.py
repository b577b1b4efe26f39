"""The recordings that come with basilar, as every test uses them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "audio-samples"
REFERENCE = SAMPLES / "16k/horizons-en/reference.wav"
DEGRADED = SAMPLES / "16k/horizons-en/opus-12-kbps.wav"


def shipped_pairs(folder: str) -> list[tuple[str, str]]:
    """Reference and degraded recording of every shipped pair of a rate: 8k, 16k or 48k."""
    with open(SAMPLES / "conditions.csv", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["degraded"].startswith(f"{folder}/")]
    return [(str(SAMPLES / row["reference"]), str(SAMPLES / row["degraded"])) for row in rows]


def samples_of(path: Path) -> npt.NDArray[np.int16]:
    """The 16-bit samples of a recording with one channel."""
    samples, _ = soundfile.read(path, dtype="int16")
    assert samples.ndim == 1
    return samples


@pytest.fixture(scope="session")
def reference() -> npt.NDArray[np.int16]:
    return samples_of(REFERENCE)


@pytest.fixture(scope="session")
def degraded() -> npt.NDArray[np.int16]:
    return samples_of(DEGRADED)
