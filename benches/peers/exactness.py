#!/usr/bin/env python3
"""basilar beside the Python packages pesq and pesqc2 on random degradations of the shipped samples, in every mode.

    pip install pesq==0.0.4 pesqc2 numpy soundfile
    cargo build --release
    python benches/peers/exactness.py --pairs 3000 --basilar target/release/basilar

Prints the largest difference of each mode. For each above 0.001 it says how far the peer's own score moves when samples are
changed by a ten-millionth: where that is as far, the score hangs on the last bits. Ends with 1 where one does not.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pesq
import pesqc2
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python/benches"))
import pairs  # noqa: E402

TOLERANCE = 0.001
CHANGE = 1e-7
ATTEMPTS = 40

# Rate, basilar's model, the peer's name, the peer.
Peer = Callable[[Any, Any], float]
MODES: list[tuple[int, str, str, Peer]] = [
    (8000, "nb", "pesq nb", lambda reference, degraded: pesq.pesq(8000, reference, degraded, "nb")),
    (16000, "nb", "pesq nb", lambda reference, degraded: pesq.pesq(16000, reference, degraded, "nb")),
    (16000, "wb", "pesq wb", lambda reference, degraded: pesq.pesq(16000, reference, degraded, "wb")),
    (16000, "wb-cor2", "pesqc2 wb", lambda reference, degraded: pesqc2.pesq(16000, reference, degraded, "wb")),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3000, help="number of pairs, over all modes")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--basilar", type=Path, default=Path("target/release/basilar"))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    unexplained = 0
    for rate, model, name, peer in MODES:
        made = list(itertools.islice(pairs.random(rate, options.seed), options.pairs // len(MODES)))
        made = [pair._replace(reference=integers(pair.reference), degraded=integers(pair.degraded)) for pair in made]
        ours = scores(options.basilar, rate, model, made)
        unexplained += report(f"{model} beside {name}, {rate} Hz", peer, made, ours)
    return 1 if unexplained else 0


def integers(signal: Any) -> Any:
    """16-bit samples, which every program reads alike; of floating-point ones the loudest at 0.9 of full scale."""
    if signal.dtype == np.int16:
        return signal
    return np.round(signal * (0.9 * 32767 / np.max(np.abs(signal)))).astype(np.int16)


def scores(basilar: Path, rate: int, model: str, made: list[pairs.Pair]) -> list[float | None]:
    """What `basilar batch` says of the pairs."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/pairs.csv", "w", newline="") as table:
            rows = csv.writer(table)
            rows.writerow(["reference", "degraded"])
            for number, pair in enumerate(made):
                names = [f"{number}-reference.wav", f"{number}-degraded.wav"]
                for path, signal in zip(names, pair[1:]):
                    soundfile.write(f"{folder}/{path}", signal, rate, subtype="PCM_16")
                rows.writerow(names)
        command = [basilar, "batch", f"{folder}/pairs.csv", "--model", model, "-o", f"{folder}/results.csv"]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        with open(f"{folder}/results.csv", newline="") as table:
            return [float(row["mos_lqo"]) if row["mos_lqo"] else None for row in csv.DictReader(table)]


def report(mode: str, peer: Peer, made: list[pairs.Pair], ours: list[float | None]) -> int:
    """Prints the differences; how many above the tolerance are not explained."""
    differences, unexplained, refused = [], 0, 0
    for pair, score in zip(made, ours):
        theirs = outcome(peer, pair.reference, pair.degraded)
        if score is None or theirs is None:
            refused += 1
            if (score is None) != (theirs is None):
                print(f"  {pair.kind}: {score} in place of {theirs}")
            continue
        difference = abs(score - theirs)
        if difference <= TOLERANCE:
            differences.append(difference)
            continue
        moves = moved(peer, pair, theirs)
        explained = moves >= 0.5 * difference
        unexplained += not explained
        verdict = "hangs on the last bits" if explained else "NOT EXPLAINED"
        print(f"  {pair.kind}: {score:.4f} in place of {theirs:.4f}; the peer's own moves by {moves:.4f}: {verdict}")
    largest = max(differences, default=0.0)
    count = len(differences)
    print(f"{mode}: {count} of {len(made)} within {largest:.5f}, {refused} refused by one or both", flush=True)
    return unexplained


def outcome(peer: Peer, reference: Any, degraded: Any) -> float | None:
    try:
        return float(peer(reference, degraded))
    except Exception:  # noqa: BLE001 - whatever the peer raises, it gives no score
        return None


def moved(peer: Peer, pair: pairs.Pair, score: float) -> float:
    """The farthest that the peer's score moves when samples are changed by a ten-millionth."""
    rng = np.random.default_rng(0)
    reference, degraded = (signal / 32768 for signal in pair[1:])
    farthest = 0.0
    for _ in range(ATTEMPTS):
        changed = [signal * (1 + CHANGE * rng.standard_normal(len(signal))) for signal in (reference, degraded)]
        again = outcome(peer, *(signal.astype(np.float32) for signal in changed))
        if again is not None:
            farthest = max(farthest, abs(again - score))
    return farthest


if __name__ == "__main__":
    sys.exit(main())
