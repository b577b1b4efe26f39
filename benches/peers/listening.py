#!/usr/bin/env python3
"""Scores of basilar's peers for rated clips: a table for `basilar validate --scores`, and so the README's table.

    pip install 'visqol-python[all]==3.8.0' zimtohrli==0.2.1 pystoi==0.4.1 soxr soundfile
    python benches/peers/listening.py RATINGS.csv peers.csv
    basilar validate RATINGS.csv --model fb,wb,wb-cor2,nb --scores peers.csv --markdown table.md

The peers get what they ask for: mono, both recordings at the rate of the mode (48 kHz; 16 kHz for speech),
and both with the bandwidth of the lower rate, because ViSQOL's audio mode hears nothing but lost bandwidth
where there is any.
"""

import csv
import sys
from pathlib import Path

import soundfile
import soxr
import zimtohrli
from pystoi import stoi
from visqol import VisqolApi


def pair_at(rate, paths):
    """Both recordings at a rate, the channels averaged, with the bandwidth of the lower of their own rates."""
    opened = [soundfile.read(path, always_2d=True) for path in paths]
    lower = min(own for _, own in opened)
    alike = [soxr.resample(samples.mean(1), own, lower, "VHQ") for samples, own in opened]
    return [soxr.resample(samples, lower, rate, "VHQ") for samples in alike]


def visqol(mode):
    """ViSQOL in one of its two modes; speech takes the lattice, as the C++ program does by default."""
    api = VisqolApi()
    api.create(mode=mode)
    rate = {"audio": 48_000, "speech": 16_000}[mode]
    return lambda *paths: api.measure_from_arrays(*pair_at(rate, paths), sample_rate=rate).moslqo


def zimtohrli_mos(*paths):
    """Zimtohrli's distance as the opinion score that it stands for."""
    return zimtohrli.mos_from_signals(*(samples.astype("float32") for samples in pair_at(48_000, paths)))


def estoi(*paths):
    """Extended STOI, which takes recordings of one length only."""
    pair = pair_at(16_000, paths)
    length = min(map(len, pair))
    return stoi(*(samples[:length] for samples in pair), 16_000, extended=True)


def main():
    ratings, output = map(Path, sys.argv[1:])
    metrics = {
        "ViSQOL 3 audio": visqol("audio"),
        "ViSQOL 3 speech": visqol("speech"),
        "Zimtohrli": zimtohrli_mos,
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
