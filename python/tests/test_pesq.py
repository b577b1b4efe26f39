"""basilar.pesq and basilar.pesq_batch are the package pesq's, but for the time they take."""

import inspect
import sys
import warnings
from pathlib import Path

import basilar
import numpy as np
import pytest
from conftest import DEGRADED, REFERENCE

pesq = pytest.importorskip("pesq")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benches"))
import against_pesq  # noqa: E402
from bad_input import bad_inputs  # noqa: E402


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_more_than_500_pairs_score_alike(capfd):
    assert against_pesq.scores(110, seed=2)
    said = capfd.readouterr().out
    print(said)
    assert int(said.splitlines()[-1].split()[0]) > 500


@pytest.mark.parametrize(("name", "call"), bad_inputs().items())
def test_bad_input_ends_alike(name, call):
    assert repr(against_pesq.outcome(call, basilar)) == repr(against_pesq.outcome(call, pesq))


@pytest.mark.parametrize("kind", ["float16", "uint8", "int8", "int32", ">i2", "complex128", "object"])
def test_other_types_of_samples_score_alike(kind, reference, degraded):
    signals = [(x if kind == ">i2" else x // 256).astype(kind) for x in (reference, degraded)]
    if kind == "uint8":
        signals = [x // 2 for x in signals]
    assert basilar.pesq(16000, *signals) == pytest.approx(pesq.pesq(16000, *signals), abs=1e-3)


@pytest.mark.parametrize("name", ["pesq", "pesq_batch"])
def test_the_signatures_are_the_same(name):
    ours, theirs = (inspect.signature(getattr(package, name)) for package in (basilar, pesq))
    assert [(p.name, p.default, p.kind) for p in ours.parameters.values()] == [
        (p.name, p.default, p.kind) for p in theirs.parameters.values()
    ]


def test_every_public_name_is_there():
    for name in pesq.__all__:
        ours, theirs = getattr(basilar, name), getattr(pesq, name)
        if isinstance(theirs, type):
            assert [base.__name__ for base in ours.__mro__] == [base.__name__ for base in theirs.__mro__]


def test_a_batch_gives_what_its_pairs_give(reference, degraded):
    references, many = np.stack([reference] * 3), np.stack([degraded, reference, degraded[::-1]])
    one_by_one = [basilar.pesq(16000, reference, row) for row in many]
    for ref in (reference, references, references / 32768):
        for processors in (0, 1, 2):
            assert basilar.pesq_batch(16000, ref, many, "wb", processors) == pytest.approx(one_by_one, abs=1e-4)


def test_torchmetrics_takes_basilar_for_pesq(reference, degraded, monkeypatch):
    torch = pytest.importorskip("torch")
    pytest.importorskip("torchmetrics")
    monkeypatch.setitem(sys.modules, "pesq", basilar)
    from torchmetrics.audio import PerceptualEvaluationSpeechQuality

    metric = PerceptualEvaluationSpeechQuality(16000, "wb")
    metric.update(torch.asarray(degraded / 32768), torch.asarray(reference / 32768))
    assert float(metric.compute()) == pytest.approx(basilar.score(REFERENCE, DEGRADED).mos_lqo, abs=1e-4)
