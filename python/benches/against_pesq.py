#!/usr/bin/env python3
"""basilar.pesq beside the Python package pesq, in one run: equal scores, equal errors, and how many times faster.

    pip install basilar pesq==0.0.4 numpy soundfile
    python benches/against_pesq.py

Ends with 1 where a score differs by more than 0.001, or anything that is raised or returned on bad input differs.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
import warnings
from collections import defaultdict
from typing import Any, Callable

import basilar
import numpy as np
import pairs
import pesq
from bad_input import bad_inputs

TOLERANCE = 0.001
MODES = [(8000, "nb"), (16000, "nb"), (16000, "wb")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", type=int, default=600, help="number of random pairs, a third for each rate and mode")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-speed", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    equal = scores(options.random // len(MODES), options.seed)
    equal &= errors()
    if not options.no_speed:
        speed()
    return 0 if equal else 1


def scores(count: int, seed: int) -> bool:
    """Compares the scores of all shipped pairs, and of so many random pairs for each rate and mode."""
    differences = defaultdict(list)
    unsettled = 0
    for rate, mode in MODES:
        for pair in itertools.chain(pairs.shipped(rate), itertools.islice(pairs.random(rate, seed), count)):
            ours, theirs = (outcome(package.pesq, rate, *pair[1:], mode) for package in (basilar, pesq))
            if isinstance(ours, float) and isinstance(theirs, float):
                difference = abs(ours - theirs)
            else:
                difference = 0.0 if ours == theirs else np.inf
            if difference > TOLERANCE:
                print(f"differs: {pair.kind}, {rate} Hz {mode}: {ours} in place of {theirs}")
                if unsettled_in_pesq(rate, pair, mode):
                    unsettled += 1
                    continue
            differences[f"{'random' if pair.kind != 'shipped' else pair.kind}, {rate} Hz {mode}"].append(difference)
    for kind, found in differences.items():
        print(f"{len(found):5} pairs, {kind}: largest difference {max(found):.6f}")
    everything = list(itertools.chain(*differences.values()))
    print(f"{len(everything):5} pairs in all: largest difference {max(everything):.6f}; {unsettled} more are unsettled")
    return max(everything) <= TOLERANCE


def unsettled_in_pesq(rate: int, pair: pairs.Pair, mode: str) -> bool:
    """Whether pesq's own score moves with the level of either signal, which the standard takes out again, or with the
    last bits of its samples: then a decision of its hangs on them, and no other program can follow it."""
    gains = (1.0, 0.99, 0.97, 0.95, 0.9, 0.83, 0.8, 0.7)
    changes: list[tuple[Any, Any]] = [(1.0, gain) for gain in gains] + [(gain, 1.0) for gain in gains[1:]]
    noise = np.random.default_rng(1)
    last_bits = [1.0 + 1e-8 * noise.standard_normal((2, max(len(pair.reference), len(pair.degraded)))) for _ in range(24)]
    changes += [(ref[: len(pair.reference)], deg[: len(pair.degraded)]) for ref, deg in last_bits]
    own = [outcome(pesq.pesq, rate, a * pair.reference, b * pair.degraded, mode) for a, b in changes]
    print(f"         pesq itself, with other levels or last bits: {min(own)} to {max(own)}")
    return bool(np.ptp(own) > TOLERANCE)


def outcome(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What a call returns, or the class and arguments of what it raises."""
    try:
        return comparable(function(*arguments, **options))
    except Exception as error:
        return comparable(error)


def comparable(value: Any) -> Any:
    if isinstance(value, Exception):
        return type(value).__name__, str(value.args)
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return "nan" if value != value else value


def errors() -> bool:
    """Compares what is raised or returned on bad input."""
    equal = 0
    calls = bad_inputs()
    for name, call in calls.items():
        ours, theirs = outcome(call, basilar), outcome(call, pesq)
        if repr(ours) == repr(theirs):
            equal += 1
        else:
            print(f"differs: {name}: {ours} in place of {theirs}")
    print(f"{equal} of {len(calls)} bad inputs have the same exception, message and value")
    return equal == len(calls)


def speed() -> None:
    """One wideband pair after another, and a batch on two processors; each the best of three, taken in turns."""
    whole = [pair for pair in pairs.shipped(16000) if min(len(pair.reference), len(pair.degraded)) >= 7 * 16000]
    one = [best_of_three(lambda package: package.pesq(16000, *pair[1:], "wb")) for pair in whole[::5]]
    ours, theirs = (1e3 * sum(times) / len(one) for times in zip(*one))
    print(f"One pair at a time, {len(one)} wideband pairs of 7 to 9 s:")
    print(f"  basilar {ours:.1f} ms a pair, pesq {theirs:.1f} ms: {theirs / ours:.1f} times faster")
    references, degraded = (np.stack([pair[i][: 7 * 16000] for pair in whole]) for i in (1, 2))
    for name, ref in (("a reference each", references), ("one reference for all", references[0])):
        ours, theirs = best_of_three(lambda package: package.pesq_batch(16000, ref, degraded, "wb", n_processor=2))
        print(f"A batch of {len(whole)} pairs of 7 s on 2 processors, {name}:")
        print(f"  basilar {ours:.3f} s, pesq {theirs:.3f} s: {theirs / ours:.1f} times faster")


def best_of_three(run: Callable[[Any], Any]) -> tuple[float, float]:
    """The shortest times that basilar and pesq take, in seconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        for package, found in zip((basilar, pesq), times):
            start = time.perf_counter()
            run(package)
            found.append(time.perf_counter() - start)
    return min(times[0]), min(times[1])


if __name__ == "__main__":
    sys.exit(main())
