"""A pair scores the same however it is handed over, and the score says everything that the program says."""

import json
import pickle
import subprocess

import basilar
import numpy as np
import pytest
from conftest import DEGRADED, REFERENCE, SAMPLES

FULLBAND = SAMPLES / "48k/horizons-fr"


def test_paths_and_samples_of_every_type_score_alike(reference, degraded):
    from_files = basilar.score(REFERENCE, str(DEGRADED))
    assert from_files.to_dict()["mos_lqo"] == pytest.approx(4.1223, abs=1e-3)
    for convert in (
        lambda x: x,
        lambda x: x.astype(">i2"),
        lambda x: np.repeat(x, 2)[::2],
        lambda x: (x / 32768).astype(np.float32),
        lambda x: x / 32768,
        lambda x: (x / 32768).tolist(),
        lambda x: memoryview(x),
    ):
        scored = basilar.score(convert(reference), convert(degraded), sample_rate=16000)
        assert scored.mos_lqo == from_files.mos_lqo
    encoded = basilar.score(REFERENCE.read_bytes(), DEGRADED.read_bytes())
    assert encoded.to_dict() == from_files.to_dict()


@pytest.mark.parametrize("package", ["jax", "torch"])
def test_tensors_score_like_the_arrays_they_hold(package, reference, degraded):
    library = pytest.importorskip("jax.numpy" if package == "jax" else package)
    for dtype in ("int16", "float32"):
        arrays = [x if dtype == "int16" else (x / 32768).astype(dtype) for x in (reference, degraded)]
        tensors = [library.asarray(x) for x in arrays]
        scored = basilar.score(*tensors, model="wb", sample_rate=16000)
        assert scored.mos_lqo == basilar.score(*arrays, model="wb", sample_rate=16000).mos_lqo


def test_a_tensor_with_gradients_is_refused_with_the_remedy(reference):
    torch = pytest.importorskip("torch")
    tensor = torch.asarray(reference / 32768).requires_grad_()
    with pytest.raises(basilar.ArgumentError, match=r"detach\(\)\.cpu\(\)"):
        basilar.score(tensor, reference, sample_rate=16000)


def test_channels_are_chosen_and_mixed_as_in_files(reference, degraded):
    frames = np.stack([degraded, np.zeros_like(degraded)], axis=1)
    alone = basilar.score(reference, degraded, sample_rate=16000).mos_lqo
    for channel in ("left", 1):
        assert basilar.score(reference, frames, sample_rate=16000, channel=channel).mos_lqo == alone
    planar = basilar.score(reference, frames.T, sample_rate=16000, channel="left", channel_axis=0)
    assert planar.mos_lqo == alone
    mixed = basilar.score(reference, frames, sample_rate=16000)
    assert any("mix" in warning for warning in mixed.warnings)
    with pytest.raises(basilar.ArgumentError, match="channel_axis=0") as refused:
        basilar.score(reference, frames.T, sample_rate=16000)
    assert refused.value.kind == "sample_shape"
    with pytest.raises(basilar.ArgumentError, match="no channel 3"):
        basilar.score(reference, frames, sample_rate=16000, channel=3)


def test_rates_may_differ(reference, degraded):
    scored = basilar.score(REFERENCE, degraded, sample_rate=16000)
    assert scored.mos_lqo == basilar.score(REFERENCE, DEGRADED).mos_lqo
    slower = basilar.score(reference, degraded[::2], model="nb", sample_rate=(16000, 8000))
    assert slower.mos_lqo > 3.0


@pytest.mark.parametrize("model", ["nb", "wb", "wb-cor2", "fb"])
def test_a_score_says_what_the_program_says(model):
    pair = (FULLBAND / "reference.wav", FULLBAND / "aac-24-kbps.flac")
    said = subprocess.run(["basilar", "score", "--json", "--model", model, *pair], capture_output=True, check=True)
    (expected,) = json.loads(said.stdout)["scores"]
    scored = basilar.score(*pair, model=model)
    found = json.loads(json.dumps(scored.to_dict()))
    assert found.keys() <= expected.keys()
    for timeline in (found["timeline"], expected["timeline"]):
        for name in ("disturbance", "asymmetric_disturbance"):
            timeline[name] = [np.float32(value) for value in timeline[name]]
    assert found == {name: expected[name] for name in found}


def test_timelines_are_arrays_of_one_length():
    scored = basilar.score(REFERENCE, DEGRADED)
    timeline = scored.timeline
    assert timeline.disturbance.dtype == np.float32
    assert timeline.silent.dtype == np.bool_
    assert timeline.disturbance.shape == timeline.asymmetric_disturbance.shape == timeline.silent.shape
    assert len(timeline.intervals) == timeline.intervals.start_s.size > 10
    assert np.all(timeline.intervals.end_s > timeline.intervals.start_s)
    assert timeline.intervals.end_s[-1] <= 8.74


def test_a_score_prints_in_a_line_and_survives_pickling():
    scored = basilar.score(REFERENCE, DEGRADED)
    assert repr(scored).startswith("Score(mos_lqo=4.122, quality='Good', model='p862-wb 1.0.0', delay_ms=-0.1")
    assert pickle.loads(pickle.dumps(scored)).to_dict() == scored.to_dict()
    assert pickle.loads(pickle.dumps(basilar.Scorer("wb"))).model == "wb"


def test_the_picture_is_well_formed_and_escapes_what_others_named():
    from dataclasses import replace
    from xml.etree import ElementTree

    scored = replace(basilar.score(REFERENCE, DEGRADED), warnings=("<script>.wav: clipped",))
    picture = ElementTree.fromstring(scored._repr_html_())
    points = picture.find(".//polyline").get("points").split()
    assert len(points) == len(scored.timeline.intervals)
    assert "<script>.wav: clipped" in "".join(picture.itertext())


def test_a_prepared_reference_scores_like_the_pair():
    prepared = basilar.Scorer("wb").prepare(REFERENCE)
    assert prepared.model == "p862-wb 1.0.0"
    assert prepared.score(DEGRADED).to_dict() == basilar.score(REFERENCE, DEGRADED, model="wb").to_dict()


def test_a_model_file_is_taken(tmp_path):
    model = json.loads((SAMPLES.parent / "models/p862-wb.json").read_text())
    path = tmp_path / "my-model.json"
    path.write_text(json.dumps({**model, "name": "p862-mine"}))
    assert basilar.score(REFERENCE, DEGRADED, model=str(path)).model == "p862-mine"
