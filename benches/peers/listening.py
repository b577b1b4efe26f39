#!/usr/bin/env python3
"""Scores of basilar's peers for rated clips: a table for `basilar validate --scores`, and so the README's table.

    pip install 'visqol-python[all]==3.8.0' zimtohrli==0.2.1 pystoi==0.4.1 scipy soundfile
    python benches/peers/listening.py RATINGS.csv peers.csv
    basilar validate RATINGS.csv --model fb,wb,wb-cor2,nb --scores peers.csv --markdown table.md

The peers get what they ask for: mono, both recordings at the rate of the mode (48 kHz; 16 kHz for speech).
"""

import csv
import sys
from pathlib import Path

import numpy
import soundfile
import zimtohrli
from pystoi import stoi
from scipy.signal import resample_poly
from visqol import VisqolApi


def mono(path, rate):
    """A recording's channels averaged, at another rate."""
    samples, own = soundfile.read(path, always_2d=True)
    common = numpy.gcd(rate, own)
    return resample_poly(samples.mean(1), rate // common, own // common)


def visqol(mode):
    """ViSQOL in one of its two modes; speech takes the lattice, as the C++ program does by default."""
    api = VisqolApi()
    api.create(mode=mode)
    rate = {"audio": 48_000, "speech": 16_000}[mode]
    return lambda reference, degraded: api.measure_from_arrays(
        mono(reference, rate), mono(degraded, rate), sample_rate=rate
    ).moslqo


def estoi(reference, degraded):
    """Extended STOI, which takes recordings of one length only."""
    pair = [mono(path, 16_000) for path in (reference, degraded)]
    length = min(map(len, pair))
    return stoi(*(samples[:length] for samples in pair), 16_000, extended=True)


def main():
    ratings, output = map(Path, sys.argv[1:])
    metrics = {
        "ViSQOL 3 audio": visqol("audio"),
        "ViSQOL 3 speech": visqol("speech"),
        "Zimtohrli": lambda *pair: zimtohrli.mos_from_signals(*(mono(path, 48_000).astype("float32") for path in pair)),
        "ESTOI": estoi,
    }
    with open(ratings, newline="") as table:
        clips = [(row["reference"], row["degraded"]) for row in csv.DictReader(table)]
    with open(output, "w", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(["reference", "degraded", *metrics])
        for clip in clips:
            if clip[0] != clip[1]:
                pair = [ratings.parent / path for path in clip]
                rows.writerow([*clip, *(f"{metric(*pair):.4f}" for metric in metrics.values())])


if __name__ == "__main__":
    main()
