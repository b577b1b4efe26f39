"""Python and Arrow tables ask the same rules as the program."""

import io
import json
import subprocess

import basilar
import numpy as np
import pyarrow as pa
import pytest
import soundfile
from conftest import DEGRADED, REFERENCE, samples_of


def program(*arguments):
    """The score that the program gives, or the sentence that says why there is none."""
    said = subprocess.run(["basilar", "score", "--json", *map(str, arguments)], capture_output=True)
    document = json.loads(said.stdout)
    return document["reference"].get("error") or document["scores"][0].get("error") or document["scores"][0]["mos_lqo"]


def python(reference, degraded, **options):
    try:
        return basilar.score(str(reference), str(degraded), **options).mos_lqo
    except basilar.Error as error:
        return str(error)


def arrow(reference, degraded, **options):
    table = pa.table({"reference": [str(reference)], "degraded": [str(degraded)]})
    (row,) = basilar.score_arrow(table, **options).to_pylist()
    return row["error"] or row["mos_lqo"]


def same(reference, degraded, **options):
    """Asks every way in and says what all of them say."""
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    said = program(*words, reference, degraded)
    assert python(reference, degraded, **options) == said
    found = arrow(reference, degraded, **options)
    assert found == (round(said, 4) if isinstance(said, float) else said)
    return said


@pytest.fixture(scope="module")
def stereo(tmp_path_factory):
    path = tmp_path_factory.mktemp("doors") / "stereo.wav"
    degraded = samples_of(DEGRADED)
    soundfile.write(path, np.stack([np.zeros_like(degraded), degraded], axis=1), 16000, subtype="PCM_16")
    return path


def test_a_mono_reference_goes_with_any_channel(stereo):
    assert same(REFERENCE, stereo, channel="right") == program(REFERENCE, DEGRADED)


def test_a_missing_channel_is_refused_in_the_same_words():
    assert "no channel 2" in same(REFERENCE, DEGRADED, channel=2)


def test_models_are_named_in_upper_and_lower_case():
    assert same(REFERENCE, DEGRADED, model="WB") == same(REFERENCE, DEGRADED, model="p862-wb")


def test_silence_is_refused_in_the_words_of_the_model(tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(32000), 16000, subtype="PCM_16")
    assert "(350 to 3250 Hz)" in same(tmp_path / "silence.wav", DEGRADED, model="wb")
    assert "Hz" not in same(tmp_path / "silence.wav", DEGRADED, model="fb")


def test_a_score_has_the_fields_of_the_json():
    said = subprocess.run(["basilar", "score", "--json", REFERENCE, DEGRADED], capture_output=True, check=True)
    (expected,) = json.loads(said.stdout)["scores"]
    found = basilar.score(REFERENCE, DEGRADED).to_dict()
    recording = {"file", "sample_rate", "duration_s"}
    assert found.keys() == expected.keys() - recording
    for part in ("alignment", "timeline", "reference", "degraded"):
        assert found[part].keys() == expected[part].keys()
    assert found["alignment"] == expected["alignment"]
    assert found["quality"] == expected["quality"] == "Good"


def test_references_of_a_table_are_told_apart_by_what_is_in_them():
    """Rows that share a reference, by name, bytes or samples, score as if each were alone."""
    loud, quiet = samples_of(REFERENCE), samples_of(REFERENCE)[16000:]
    degraded = samples_of(DEGRADED)
    references = [loud, quiet, loud, quiet]
    table = pa.table({"reference": [one.tolist() for one in references], "degraded": [degraded.tolist()] * 4})
    table = table.cast(pa.schema([(name, pa.list_(pa.int16())) for name in table.column_names]))
    rows = basilar.score_arrow(table, sample_rate=16000).to_pylist()
    for row, one in zip(rows, references):
        assert row["mos_lqo"] == round(basilar.score(one, degraded, sample_rate=16000).mos_lqo, 4)
    encoded = io.BytesIO(DEGRADED.read_bytes()).getvalue()
    table = pa.table({"reference": [REFERENCE.read_bytes(), encoded], "degraded": [encoded] * 2})
    first, second = (row["mos_lqo"] for row in basilar.score_arrow(table).to_pylist())
    assert first < second
