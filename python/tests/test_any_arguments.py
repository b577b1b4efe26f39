"""Arguments that no one thought of: a score in the range, or an exception with a sentence; never a panic, never a crash."""

import io

import basilar
import numpy as np
import pytest
from conftest import DEGRADED, REFERENCE, samples_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

SPEECH = samples_of(REFERENCE)[:24000].astype(np.float32) / 32768

number = st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=5))
rate = st.one_of(number, st.tuples(number, number), st.sampled_from([8000, 16000.0, 48000, np.float32(44100)]))
word = st.one_of(st.text(max_size=8), st.sampled_from(["auto", "nb", "WB", "fb", "left", "mix", "absent.json"]), number)
kinds = st.sampled_from([np.int16, np.float32, np.float64, np.int32, np.uint8, np.complex64, np.bool_, np.object_])
array = kinds.flatmap(
    lambda kind: st.just(np.zeros(3, kind))
    if kind is np.object_
    else arrays.arrays(kind, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=30))
)


@st.composite
def changed_speech(draw):
    """Speech with some samples, all of its level or its layout changed."""
    samples = SPEECH[: draw(st.integers(0, len(SPEECH)))].copy()
    for place, value in draw(st.lists(st.tuples(st.integers(0, 23999), st.floats(width=32)), max_size=4)):
        if place < len(samples):
            samples[place:: draw(st.integers(1, 5000))] = value
    form = draw(st.integers(0, 4))
    if form == 1:
        return samples[::-1]
    if form == 2:
        return np.stack([samples, samples], axis=draw(st.integers(0, 1)))
    if form == 3:
        return samples.astype(">f4")
    return samples * draw(st.sampled_from([1.0, 1e-20, 1e20, 3e38])) if form == 4 else samples


encoded = st.binary(max_size=200) | st.binary(max_size=60).map(lambda head: head + DEGRADED.read_bytes()[60:4000])
recording = st.one_of(changed_speech(), array, encoded, encoded.map(io.BytesIO), encoded.map(bytearray), number,
                      st.lists(st.floats(), max_size=5), st.builds(object))  # fmt: skip

FEW = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def tried(call):
    try:
        return call()
    except (basilar.Error, TypeError, ValueError, OverflowError) as refused:
        assert str(refused)
        return None


@FEW
@given(recording, recording, word, rate, word, st.integers(-3, 3))
def test_any_arguments_of_score(reference, degraded, model, sample_rate, channel, channel_axis):
    score = tried(
        lambda: basilar.score(
            reference, degraded, model, sample_rate, channel=channel, channel_axis=channel_axis
        )
    )
    assert score is None or 0.99 <= score.mos_lqo <= 5


@FEW
@given(changed_speech(), changed_speech(), st.sampled_from(["nb", "wb", "wb-cor2", "fb"]), st.sampled_from([8000, 16000, 48000]))
def test_any_samples_with_every_model(reference, degraded, model, sample_rate):
    score = tried(lambda: basilar.score(reference, degraded, model, sample_rate))
    assert score is None or 0.99 <= score.mos_lqo <= 5


@FEW
@given(st.one_of(changed_speech(), array), st.one_of(changed_speech(), array), st.sampled_from(["nb", "wb"]))
def test_any_arrays_of_pesq(reference, degraded, mode):
    try:
        score = basilar.pesq(16000, reference, degraded, mode)
    except (basilar.PesqError, TypeError, ValueError, OverflowError):
        return
    assert score != score or 0.9 <= score <= 5


def test_an_array_of_too_many_axes_is_refused():
    many = np.zeros((1,) * 32, np.float32)
    with pytest.raises(basilar.ArgumentError):
        basilar.score(many, many, sample_rate=16000)
