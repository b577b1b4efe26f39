"""Calls from captures are told as the program tells them, and scored against the prompts that they play."""

import json
import struct
import warnings
from pathlib import Path

import basilar
import numpy as np
import pytest
import soundfile
from conftest import SAMPLES

PROMPT = next(iter(sorted((SAMPLES / "8k").glob("*/reference.wav"))))


def mu_law(samples):
    """G.711, by its definition."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)) + 0x84, 0x7FFF)
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    code = (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F)
    return (~(code | np.where(samples < 0, 0x80, 0)) & 0xFF).astype(np.uint8).tobytes()


def capture(path: Path, lost=()) -> Path:
    """A call of one direction that plays the prompt in µ-law, in packets of 20 ms of which some are lost."""
    samples, rate = soundfile.read(PROMPT, dtype="int16")
    assert rate == 8000
    coded = mu_law(samples)
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for number in range(len(coded) // 160):
            if number in lost:
                continue
            payload = coded[160 * number : 160 * (number + 1)]
            rtp = struct.pack(">BBHII", 0x80, 0, number, 160 * number, 0x1234) + payload
            udp = struct.pack(">HHHH", 4000, 5000, 8 + len(rtp), 0) + rtp
            ip = struct.pack(
                ">BBHHHBBH4s4s", 0x45, 0xB8, 20 + len(udp), number, 0, 64, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
            )
            seconds, micros = divmod(20_000 * number, 1_000_000)
            size = len(ip) + len(udp)
            file.write(struct.pack("<IIII", 1_700_000_000 + seconds, micros, size, size) + ip + udp)
    return path


def test_calls_are_those_of_the_program(tmp_path, capfdbinary):
    path = capture(tmp_path / "call.pcap", lost={50, 51, 80})
    (call,) = basilar.calls(path)
    (stream,) = call["streams"]
    assert (stream["lost"], stream["longest_loss"], stream["scale"]) == (3, 2, "narrowband")
    assert [buffer["name"] for buffer in stream["buffers"]] == ["fixed-60", "fixed-120", "adaptive-40-200"]
    from basilar import _basilar

    assert _basilar.run(["basilar", "calls", "--json", str(path)]) == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert told["calls"] == json.loads(json.dumps([call]))


def test_the_sound_is_scored_against_its_prompt(tmp_path):
    path = capture(tmp_path / "call.pcap")
    (call,) = basilar.calls([path], prompt=PROMPT)
    sound = call["streams"][0]["sound"]
    assert sound is not None and sound["mos_lqo"] > 4.0 and sound["model"] == "p862-nb"
    (same,) = basilar.calls(path, prompt={"call.pcap": PROMPT}, wav=tmp_path / "heard")
    assert same["streams"][0]["sound"] == sound
    assert len(list((tmp_path / "heard").glob("*.wav"))) == 1
    (other,) = basilar.calls(path, prompt={"other.pcap": PROMPT})
    assert other["streams"][0]["sound"] is None
    assert any("no prompt" in warning for warning in other["warnings"])


def test_bad_input_is_told(tmp_path):
    with pytest.raises(basilar.NotFoundError, match="absent.pcap"):
        basilar.calls(tmp_path / "absent.pcap")
    (tmp_path / "no.pcap").write_bytes(b"RIFF....WAVE")
    with pytest.raises(basilar.FileError, match="audio, not packets|not a capture"):
        basilar.calls(tmp_path / "no.pcap")
    path = capture(tmp_path / "call.pcap")
    for wrong in ({"concealment": "magic"}, {"buffers": ["elastic"]}, {"delay_ms": -1}, {"model": "pesq"}):
        with pytest.raises(basilar.ArgumentError):
            basilar.calls(path, **wrong)
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(path.read_bytes()[:-50])
    with pytest.warns(UserWarning, match="ends inside a packet"):
        assert len(basilar.calls(cut)) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        basilar.calls(path)
