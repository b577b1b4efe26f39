"""The examples run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REFERENCE

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(example, folder):
    environment = {**os.environ, "SPEECH": str(REFERENCE), "MPLBACKEND": "agg"}
    ended = subprocess.run([sys.executable, EXAMPLES / example], cwd=folder, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_enhancing_scoring_and_plotting(tmp_path):
    pytest.importorskip("matplotlib")
    said = run("enhance_score_plot.py", tmp_path)
    scores = [(float(a), float(b)) for a, b in re.findall(r"MOS-LQO (\S+), enhanced (\S+),", said)]
    assert len(scores) == 6
    assert all(after > before for before, after in scores), "the enhancement helps at every SNR"
    assert (tmp_path / "enhancement.png").stat().st_size > 10_000


def test_torchmetrics_without_the_package_pesq(tmp_path):
    pytest.importorskip("torchmetrics")
    assert re.match(r"mean MOS-LQO \d\.\d\d$", run("torchmetrics_pesq.py", tmp_path))
