#!/usr/bin/env python3
"""Speed of basilar beside its peers, in one run on the same pairs and one thread: the README's table.

    pip install pesq==0.0.4 numpy soundfile
    cargo build --release --manifest-path benches/peers/Cargo.toml
    python benches/peers/compare.py
"""

import csv
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pesq
import soundfile

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "audio-samples"
PEERS = PROJECT / "benches/peers/target/release/peers"
RUNS = 5


def pairs():
    """The 16 kHz pairs of the shipped samples, every fifth."""
    with open(SAMPLES / "conditions.csv", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["degraded"].startswith("16k/")]
    return [(SAMPLES / row["reference"], SAMPLES / row["degraded"]) for row in rows[::5]]


def python_pesq(reference, degraded):
    """Median milliseconds of the ITU's C code in process, and its score."""
    signals = [soundfile.read(path, dtype="int16")[0] for path in (reference, degraded)]
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        score = pesq.pesq(16000, *signals, "wb")
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times), score


def main():
    columns = {"basilar": [], "basilar, reference prepared": [], "pesq 0.2.0 (Rust)": [], "pesq 0.0.4 (Python, ITU C)": []}
    worst = 0.0
    rust = subprocess.Popen([PEERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for pair in pairs():
        print(*pair, sep="\t", file=rust.stdin, flush=True)
        *times, ours, _ = map(float, rust.stdout.readline().split())
        peer, score = python_pesq(*pair)
        worst = max(worst, abs(ours - score))
        for column, value in zip(columns.values(), [*times, peer]):
            column.append(value)
    rust.stdin.close()
    ours = sum(columns["basilar"])
    print(f"| {len(pairs())} wideband pairs of 7 to 9 s, one thread | ms a pair | times basilar |\n|---|---|---|")
    for name, times in columns.items():
        print(f"| {name} | {statistics.mean(times):.1f} | {sum(times) / ours:.1f} |")
    print(f"\nLargest difference between basilar and pesq 0.0.4: {worst:.6f} MOS-LQO.")
    return rust.wait()


if __name__ == "__main__":
    sys.exit(main())
