"""What cannot be scored is refused in one sentence, by an exception of its kind."""

import pickle

import basilar
import numpy as np
import pytest
from conftest import DEGRADED, REFERENCE

TONE = np.sin(np.arange(48000) / 5.0)


def spoiled(value):
    samples = TONE.copy()
    samples[17] = value
    return samples


@pytest.mark.parametrize(
    ("reference", "options", "exception", "kind"),
    [
        ("absent.wav", {}, FileNotFoundError, "not_found"),
        (REFERENCE.parent, {}, OSError, "is_directory"),
        (b"", {}, basilar.FileError, "empty"),
        (b"no audio at all", {}, basilar.FileError, "unknown_format"),
        (REFERENCE.read_bytes()[:5000], {}, basilar.FileError, "truncated"),
        (TONE, {}, ValueError, "sample_rate"),
        (TONE, {"sample_rate": 100}, basilar.SignalError, "sample_rate"),
        (TONE[:100], {"sample_rate": 16000}, basilar.SignalError, "too_short"),
        (np.zeros(48000), {"sample_rate": 16000}, basilar.SignalError, "silent"),
        (spoiled(np.nan), {"sample_rate": 16000}, basilar.SignalError, "not_finite"),
        (spoiled(np.inf), {"sample_rate": 16000}, basilar.SignalError, "not_finite"),
        (TONE[:0], {"sample_rate": 16000}, basilar.SignalError, "no_samples"),
        (TONE.astype(np.int32), {"sample_rate": 16000}, ValueError, "sample_type"),
        (np.array(["a"]), {"sample_rate": 16000}, ValueError, "sample_type"),
        (object(), {"sample_rate": 16000}, ValueError, "sample_type"),
        (None, {"sample_rate": 16000}, ValueError, "sample_type"),
        (TONE.reshape(2, 3, -1), {"sample_rate": 16000}, ValueError, "sample_shape"),
        (np.float64(3.0), {"sample_rate": 16000}, ValueError, "sample_shape"),
        (TONE, {"sample_rate": 16000, "channel": "middle"}, ValueError, "invalid_channel"),
        (TONE[:, None], {"sample_rate": 16000, "channel_axis": 2}, ValueError, "sample_shape"),
        (REFERENCE, {"model": "pesq"}, ValueError, "unknown_model"),
        (REFERENCE, {"model": "absent.json"}, FileNotFoundError, "not_found"),
        ("memory://nowhere/absent.wav", {}, FileNotFoundError, "not_found"),
    ],
)
def test_each_has_its_exception_and_kind(reference, options, exception, kind):
    with pytest.raises(exception) as refused:
        basilar.score(reference, DEGRADED, **options)
    assert isinstance(refused.value, basilar.Error)
    assert refused.value.kind == kind
    assert "\n" not in str(refused.value)
    again = pickle.loads(pickle.dumps(refused.value))
    assert (type(again), str(again), again.kind) == (type(refused.value), str(refused.value), kind)


def test_an_error_names_which_of_the_two_it_is_about():
    with pytest.raises(basilar.SignalError, match="^degraded: "):
        basilar.score(REFERENCE, TONE[:100], sample_rate=16000)


def test_what_is_no_path_array_or_rate_is_a_type_error_at_most():
    with pytest.raises((TypeError, ValueError)):
        basilar.score(TONE, TONE, sample_rate="fast")
    with pytest.raises(TypeError):
        basilar.score()
