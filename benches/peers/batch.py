#!/usr/bin/env python3
"""A batch beside the Python package pesq: speed on one and on all cores, and whether the scores are equal.

    cargo build --release
    pip install pesq numpy soundfile
    benches/peers/batch.py --pairs 2000

Pairs of 8 s at 16 kHz are cut from audio-samples/ and repeated until there are enough. basilar reads
and decodes its files within the time that is measured; pesq_batch is given samples in memory.
"""

import argparse
import csv
import os
import pathlib
import subprocess
import tempfile
import time

import numpy
import soundfile
from pesq import pesq_batch

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "audio-samples"
RATE = 16_000
LENGTH = 8 * RATE


def eight_seconds(path):
    """The first 8 s of a recording; a shorter one begins again."""
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == RATE, path
    return numpy.resize(samples, LENGTH)


def make_pairs(folder):
    """WAV files of 8 s of every 16 kHz pair; their names and samples, reference first."""
    pairs = []
    with open(SAMPLES / "conditions.csv", newline="") as conditions:
        for row in csv.DictReader(conditions):
            if not row["degraded"].startswith("16k/"):
                continue
            pair = []
            for path in (row["reference"], row["degraded"]):
                samples = eight_seconds(SAMPLES / path)
                file = folder / (path.replace("/", "-").rsplit(".", 1)[0] + ".wav")
                soundfile.write(file, samples, RATE, subtype="PCM_16")
                pair.append((file.name, samples))
            pairs.append(pair)
    return pairs


def time_basilar(program, folder, jobs):
    """Seconds for the manifest, and the scores."""
    results = folder / f"results-{jobs}.csv"
    started = time.perf_counter()
    subprocess.run(
        [program, "batch", folder / "manifest.csv", "-o", results, "--model", "wb", "--score-only", "--jobs", str(jobs)],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - started
    with open(results, newline="") as rows:
        return seconds, numpy.array([float(row["mos_lqo"]) for row in csv.DictReader(rows)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--peer-pairs", type=int, help="fewer for pesq, which is slow; by default all")
    parser.add_argument("--program", default=ROOT / "target/release/basilar")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    peer_count = options.peer_pairs or options.pairs
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pairs = make_pairs(folder)
        pairs = [pairs[i % len(pairs)] for i in range(options.pairs)]
        with open(folder / "manifest.csv", "w", newline="") as manifest:
            rows = csv.writer(manifest)
            rows.writerow(["reference", "degraded"])
            rows.writerows([[file for file, _ in pair] for pair in pairs])
        # In turns, because machines have moods.
        runs = [[time_basilar(options.program, folder, jobs) for jobs in (1, cores)] for _ in range(3)]
        one, all_cores = numpy.mean([[seconds for seconds, _ in turn] for turn in runs], axis=0)
        scores = runs[0][0][1]
        assert all(numpy.array_equal(scores, same) for turn in runs for _, same in turn)
        reference, degraded = (
            numpy.stack([pair[side][1] for pair in pairs[:peer_count]]) for side in (0, 1)
        )
        started = time.perf_counter()
        peer_scores = numpy.array(pesq_batch(RATE, reference, degraded, "wb", n_processor=cores))
        peer = time.perf_counter() - started
    rate = options.pairs / all_cores
    print(f"basilar, 1 core:       {options.pairs / one:8.1f} pairs/s")
    print(f"basilar, {cores} cores:      {rate:8.1f} pairs/s, {one / all_cores:.2f} times one core")
    print(f"pesq_batch, {cores} cores:   {peer_count / peer:8.1f} pairs/s")
    print(f"basilar / pesq_batch:  {rate * peer / peer_count:8.1f}")
    print(f"largest difference:    {numpy.abs(scores[:peer_count] - peer_scores).max():8.5f} MOS-LQO")


if __name__ == "__main__":
    main()
