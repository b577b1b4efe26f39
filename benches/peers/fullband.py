#!/usr/bin/env python3
"""Speed of basilar-fb beside its peers, in one run on the same 48 kHz pairs and one thread: the README's table.

    pip install 'visqol-python[all]==3.8.0' zimtohrli==0.2.1 soundfile
    cargo build --release --manifest-path benches/peers/Cargo.toml
    python benches/peers/fullband.py

All get samples in memory. ViSQOL runs in its audio mode with what makes it faster (numba, FFTW), warm.
"""

import csv
import os
import statistics
import subprocess
import time
from pathlib import Path

for library in ("NUMBA", "OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
if hasattr(os, "sched_setaffinity"):
    # One core for this process and all that it starts.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import soundfile
import zimtohrli
from visqol import VisqolApi

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "audio-samples"
BASILAR = PROJECT / "benches/peers/target/release/fullband"
RATE = 48_000
RUNS = 3


def pairs():
    """Shipped 48 kHz pairs, every fourth."""
    with open(SAMPLES / "conditions.csv", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["degraded"].startswith("48k/")]
    return [(SAMPLES / row["reference"], SAMPLES / row["degraded"]) for row in rows[::4]]


def visqol():
    """ViSQOL's audio mode."""
    api = VisqolApi()
    api.create(mode="audio")
    return lambda reference, degraded: api.measure_from_arrays(reference, degraded, sample_rate=RATE)


def milliseconds(score, pair):
    """The median over some runs."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        score(*pair)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main():
    metric = visqol()
    # Compiles what numba compiles.
    metric(*(soundfile.read(path)[0] for path in pairs()[0]))
    columns = {name: [] for name in ("basilar-fb", "basilar-fb, reference prepared", "zimtohrli 0.2.1", "visqol-python 3.8.0, audio mode")}
    duration = 0.0
    rust = subprocess.Popen([BASILAR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for pair in pairs():
        print(*pair, sep="\t", file=rust.stdin, flush=True)
        *ours, _ = map(float, rust.stdout.readline().split())
        signals = [soundfile.read(path)[0] for path in pair]
        singles = [signal.astype("float32") for signal in signals]
        duration += len(signals[0]) / RATE
        times = [*ours, milliseconds(zimtohrli.mos_from_signals, singles), milliseconds(metric, signals)]
        for column, value in zip(columns.values(), times):
            column.append(value)
    rust.stdin.close()
    ours, count = sum(columns["basilar-fb"]), len(columns["basilar-fb"])
    print(f"| {count} fullband pairs of {duration / count:.1f} s, one thread | ms a pair | times real time | times basilar's time |")
    print("|---|--:|--:|--:|")
    for name, times in columns.items():
        total = sum(times)
        print(f"| {name} | {total / count:.1f} | {duration * 1e3 / total:.0f} | {total / ours:.1f} |")
    return rust.wait()


if __name__ == "__main__":
    raise SystemExit(main())
