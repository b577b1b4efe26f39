"""Recordings as Python programs have them, and calls that end: by Ctrl-C, by an exception, never by a panic."""

import io
import pickle
import signal
import subprocess
import sys
import threading
import time
import zipfile

import basilar
import numpy as np
import pandas as pd
import pytest
from conftest import DEGRADED, REFERENCE


@pytest.fixture(scope="module")
def expected():
    return basilar.score(REFERENCE, DEGRADED).mos_lqo


def test_open_files_bytes_and_members_of_archives_score_as_the_files_do(expected, tmp_path):
    content = DEGRADED.read_bytes()
    archive = tmp_path / "calls.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(DEGRADED, "call.wav")
    with open(DEGRADED, "rb") as opened, zipfile.ZipFile(archive) as zipped, zipped.open("call.wav") as member:
        for form in (opened, member, io.BytesIO(content), content, bytearray(content), memoryview(content)):
            assert basilar.score(REFERENCE, form).mos_lqo == expected, type(form)


def test_a_file_that_was_opened_as_text_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("words")
    with open(tmp_path / "notes.txt") as opened, pytest.raises(basilar.ArgumentError, match='mode "rb"'):
        basilar.score(REFERENCE, opened)


def test_what_reading_raises_is_raised():
    class Broken:
        def read(self):
            raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        basilar.score(REFERENCE, Broken())


@pytest.mark.parametrize("rate", [16000, 16000.0, np.float64(16000), np.float32(16000), np.int64(16000)])
def test_whole_floats_are_rates(reference, degraded, expected, rate):
    assert basilar.score(reference, degraded, sample_rate=rate).mos_lqo == expected
    assert basilar.score(reference, degraded, sample_rate=(rate, rate)).mos_lqo == expected
    assert basilar.Scorer().prepare(reference, rate).score(degraded, rate).mos_lqo == expected


@pytest.mark.parametrize("rate", [16000.5, float("nan"), float("inf"), -1.0, "fast"])
def test_other_numbers_are_none(reference, rate):
    with pytest.raises((TypeError, ValueError)):
        basilar.score(reference, reference, sample_rate=rate)


def test_masked_arrays_are_refused(reference, degraded):
    masked = np.ma.masked_where(np.arange(len(degraded)) % 7 == 0, degraded)
    with pytest.raises(ValueError, match="filled"):
        basilar.score(reference, masked, sample_rate=16000)
    with pytest.raises(ValueError, match="filled"):
        basilar.pesq(16000, reference, masked, "wb")


def test_a_frame_of_pandas_is_a_table(expected):
    frame = pd.DataFrame({"reference": [str(REFERENCE)] * 2, "degraded": [str(DEGRADED), "absent.wav"]}, index=[7, 9])
    scored = basilar.score_arrow(frame).to_pandas()
    assert scored["mos_lqo"][0] == round(expected, 4)
    assert scored["error_kind"][1] == "not_found"
    assert list(scored.columns[:2]) == ["reference", "degraded"]
    with pytest.raises(basilar.ArgumentError, match="exports no Arrow stream"):
        basilar.score_arrow([1, 2])


def test_rates_of_a_column_may_be_whole_floats(reference, degraded, expected):
    frame = pd.DataFrame({"reference": [reference], "degraded": [degraded], "rate": [16000.0]})
    assert basilar.score_arrow(frame, sample_rate="rate").to_pylist()[0]["mos_lqo"] == round(expected, 4)


@pytest.mark.parametrize("model", ["auto", "nb", "fb"])
def test_a_prepared_reference_pickles(reference, degraded, model):
    prepared = basilar.Scorer(model).prepare(reference, 16000)
    again = pickle.loads(pickle.dumps(prepared))
    assert repr(again) == repr(prepared)
    assert again.score(degraded, 16000).mos_lqo == prepared.score(degraded, 16000).mos_lqo


SLOW = """
import numpy as np, basilar, sys
rng = np.random.default_rng(1)
long = rng.standard_normal((40, 16000 * 20)).astype(np.float32) * np.repeat(rng.random(20) < 0.6, 16000)
print("ready", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize(
    "call",
    [
        "basilar.pesq_batch(16000, long, long, 'wb', 1)",
        "basilar.score(long.ravel(), long.ravel(), 'fb', 16000, explain=True)",
        "list(basilar.score_many(((one, one) for one in long), 1, 'fb', 16000, explain=True))",
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_ends_a_call_before_its_work_is_done(call):
    program = subprocess.Popen([sys.executable, "-c", SLOW.format(call=call)], stdout=subprocess.PIPE, text=True)
    assert program.stdout.readline() == "ready\n"
    time.sleep(0.3)
    program.send_signal(signal.SIGINT)
    assert program.stdout.readline() == "interrupted\n"
    program.kill()
    program.wait()


def test_arrays_may_be_resized_by_another_thread_while_they_are_scored(degraded):
    """What is scored was copied before; freed memory would end the process."""
    stop = threading.Event()
    arrays = [np.tile(degraded[:32000], (4, 1)) for _ in range(2)]

    def resize():
        while not stop.is_set():
            for array in arrays:
                try:
                    array.resize((4, 32000 + np.random.randint(2) * 8000), refcheck=False)
                except ValueError:
                    pass

    thread = threading.Thread(target=resize)
    thread.start()
    try:
        for _ in range(20):
            try:
                basilar.pesq_batch(16000, arrays[0], arrays[1], "wb", 2)
            except ValueError:
                pass
    finally:
        stop.set()
        thread.join()
