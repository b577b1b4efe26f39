"""The command that comes with the wheel behaves as the program does: output, exit codes, closed pipes, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import DEGRADED, REFERENCE, shipped_pairs

COMMANDS = [["basilar"], [sys.executable, "-m", "basilar"]]


def run(command, *arguments, **options):
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, **options)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["score", "--help"], 0),
        (["score", REFERENCE, DEGRADED], 0),
        (["compare", "results.csv", "--min", "4.5"], 1),
        ([], 2),
        (["score"], 2),
        (["score", "--model", "pesq", REFERENCE, DEGRADED], 2),
        (["score", REFERENCE, "absent.wav"], 3),
    ],
)
def test_exit_codes_are_the_programs(command, arguments, code, tmp_path):
    (tmp_path / "results.csv").write_text("reference,degraded,mos_lqo,model,model_version\na,b,1.5,p862-wb,1.0.0\n")
    assert run(command, *arguments, cwd=tmp_path).returncode == code


def test_results_go_to_stdout_and_errors_to_stderr():
    ended = run(["basilar"], "score", "--json", REFERENCE, DEGRADED, "absent.wav")
    first, second = json.loads(ended.stdout)["scores"]
    assert first["mos_lqo"] == pytest.approx(4.1223, abs=1e-3)
    assert "absent.wav" in second["error"] and "absent.wav" in ended.stderr


def test_standard_input_is_a_recording():
    ended = run(["basilar"], "score", REFERENCE, "-", stdin=open(DEGRADED, "rb"))
    assert ended.returncode == 0 and "4.122" in ended.stdout


def test_a_closed_pipe_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(["basilar", "score", "--help"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_batch_writes_its_results(tmp_path):
    manifest, results = tmp_path / "pairs.csv", tmp_path / "results.csv"
    rows = [",".join(pair) for pair in shipped_pairs("8k")[:3]]
    manifest.write_text("\n".join(["reference,degraded", *rows]))
    ended = run(["basilar"], "batch", manifest, "-o", results)
    assert ended.stderr == "3 of 3 rows scored\n"
    assert len(results.read_text().splitlines()) == 4


def test_ctrl_c_ends_it_at_once():
    started = subprocess.Popen(["basilar", "score", REFERENCE, "-"], stdin=subprocess.PIPE)
    time.sleep(1)
    assert started.poll() is None, "it waits for its input"
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=10) == -signal.SIGINT
