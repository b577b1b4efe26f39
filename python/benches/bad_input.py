"""Calls of pesq and pesq_batch that some caller gets wrong, and quirks that some caller may count on."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
import pairs

Call = Callable[[Any], Any]


def bad_inputs() -> dict[str, Call]:
    """Each call by its name; it takes the package."""
    (pair,) = pairs.shipped(16000)[:1]
    ref, deg = pair.reference, pair.degraded
    return {**of_one(ref, deg), **of_a_batch(ref, deg)}


def of_one(ref: pairs.Signal, deg: pairs.Signal) -> dict[str, Call]:
    nan, inf = (np.where(np.arange(len(ref)) == 5000, spoiled, ref / 32768) for spoiled in (np.nan, np.inf))
    time_s = np.arange(48000) / 16000
    burst = np.where((time_s > 1) & (time_s < 1.1), np.sin(6283 * time_s), 0)
    silence = np.zeros(48000)
    samples = {
        "list": (ref.tolist(), deg.tolist()),
        "list for ref": (ref.tolist(), deg),
        "tuple for deg": (ref, tuple(deg.tolist())),
        "None": (None, deg),
        "path": ("ref.wav", "deg.wav"),
        "array of text": (np.array(["a"]), np.array(["b"])),
        "array of objects": (np.array(["a"], dtype=object), deg),
        "number": (np.float64(1), np.float64(1)),
        "number for deg": (ref, np.float64(1)),
        "2-D ref": (ref[None], deg),
        "2-D deg": (ref, deg[None]),
        "2-D, samples first": (ref[:, None], deg[:, None]),
        "3-D": (ref[None, None], deg[None, None]),
        "empty": (ref[:0], deg[:0]),
        "empty ref": (ref[:0], deg),
        "empty deg": (ref, deg[:0]),
        "empty 2-D": (np.zeros((2, 0)), np.zeros((2, 0))),
        "one sample": (ref[20000:20001], deg[20000:20001]),
        "just too short": (ref[20000:23999], deg[20000:23999]),
        "short ref": (ref[:1000], deg),
        "short deg": (ref, deg[:1000]),
        "short and silent": (silence[:100], silence[:100]),
        "silence": (silence, silence),
        "silence as int16": (silence.astype(np.int16), silence.astype(np.int16)),
        "silent ref": (silence, deg),
        "silent deg": (ref, silence),
        "no utterance": (burst, burst),
        "no utterance, silent deg": (burst, silence),
        "NaN in ref": (nan, deg / 32768),
        "NaN in deg": (ref / 32768, nan),
        "infinity in ref": (inf, deg / 32768),
        "infinity in deg": (ref / 32768, inf),
    }

    def scored(ref: Any, deg: Any, mode: str, on_error: Any) -> Call:
        return lambda package: package.pesq(16000, ref, deg, mode, on_error)

    calls = {
        f"{name}, {mode}, on_error={on_error}": scored(*signals, mode, on_error)
        for name, signals in samples.items()
        for mode in ("wb", "nb")
        for on_error in (0, 1)
    }
    for on_error in (None, True, False, "x", -1, 2):
        calls[f"short, on_error={on_error!r}"] = scored(ref[:1000], deg, "wb", on_error)
    calls["codes"] = lambda package: sorted((n, c) for n, c in vars(package.PesqError).items() if n.isupper())
    for fs in (0, -1, 8000, 16000.5, "16000", None, 44100, 48000, True, 2**40, [16000]):
        for mode in ("wb", "nb", "WB", "", None, 1, b"wb", ["wb"]):
            if (fs, mode) != (8000, "nb"):
                calls[f"fs={fs!r}, mode={mode!r}"] = with_rate(fs, mode, ref, deg)
    return calls


def with_rate(fs: Any, mode: Any, ref: pairs.Signal, deg: pairs.Signal) -> Call:
    return lambda package: package.pesq(fs, ref, deg, mode, on_error=1)


def of_a_batch(ref: pairs.Signal, deg: pairs.Signal) -> dict[str, Call]:
    refs, degs = np.stack([ref, ref]), np.stack([deg, deg])
    one_silent = np.stack([deg, 0 * deg])
    samples = {
        "2-D and 1-D": (refs, deg),
        "3 rows and 2": (np.stack([ref] * 3), degs),
        "1 row and 2": (refs[:1], degs),
        "2 rows and 1": (refs, degs[:1]),
        "3-D": (refs[None], degs[None]),
        "2-D and 3-D": (refs, degs[None]),
        "1-D and 3-D": (ref, degs[None]),
        "lists": ([ref, ref], [deg, deg]),
        "1-D and list": (ref, [deg, deg]),
        "None": (None, degs),
        "number": (np.float64(0), deg),
        "number for deg": (ref, np.float64(0)),
        "no rows": (refs[:0], degs[:0]),
        "no rows for one ref": (ref, degs[:0]),
        "no columns": (np.zeros((2, 0)), np.zeros((2, 0))),
        "1-D, empty": (ref[:0], deg[:0]),
        "1-D, short": (ref[:50], deg[:50]),
        "1-D, silent deg": (ref, 0 * deg),
        "1-D, lengths differ": (ref, deg[:90000]),
        "1-D and 2-D, lengths differ": (ref, degs[:, :90000]),
        "2-D, lengths differ": (refs, degs[:, :90000]),
        "2-D, short": (refs[:, :50], degs[:, :50]),
        "all ref silent": (0 * refs, degs),
        "all deg silent": (refs, 0 * degs),
        "text": (np.array(["a", "b"]), np.array(["a", "b"])),
    }

    def scored(ref: Any, deg: Any, processors: Any, on_error: Any) -> Call:
        return lambda package: package.pesq_batch(16000, ref, deg, "wb", n_processor=processors, on_error=on_error)

    calls = {
        f"batch: {name}, n_processor={processors}, on_error={on_error}": scored(*signals, processors, on_error)
        for name, signals in samples.items()
        for processors in (0, 1, 2)
        for on_error in (0, 1)
    }
    for processors in (-1, "2", 2.0, None):
        calls[f"batch: all silent, n_processor={processors!r}"] = scored(0 * refs, degs, processors, 0)
    for fs, mode in ((44100, "wb"), (8000, "wb"), (16000, "xx"), ("16000", "wb")):
        calls[f"batch: fs={fs!r}, mode={mode}"] = batch_with_rate(fs, mode, refs, one_silent)
    calls["batch: no mode"] = lambda package: package.pesq_batch(16000, refs, degs)
    return calls


def batch_with_rate(fs: Any, mode: str, refs: pairs.Signal, degs: pairs.Signal) -> Call:
    return lambda package: package.pesq_batch(fs, refs, degs, mode)
