"""Statistics of RTP streams beside tshark's, on captures joined to a large one.

    python benches/peers/network.py CAPTURE... [--gigabytes 1] [--basilar target/release/basilar]

Joins the captures (pcap, little-endian, microseconds, all of one link type) again and again, each copy later than the
one before, and runs `tshark -q -z rtp,streams` and `basilar calls` on the result, one after the other, three times.
Prints the median of each by the clock and by the processor, packets a second and core, the ratios, and the most memory
each took. Both read the file from memory: it is read once before.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import tempfile
import time

HEADER = struct.Struct("<IHHiIII")
RECORD = struct.Struct("<IIII")


def packets(path):
    """The link type of a capture, and its packets: seconds, microseconds, original length, bytes."""
    data = path.read_bytes()
    magic, *_, link_type = HEADER.unpack_from(data)
    if magic != 0xA1B2C3D4:
        raise SystemExit(f"{path}: not a little-endian pcap in microseconds; convert it with editcap -F pcap")
    at, found = HEADER.size, []
    while at + RECORD.size <= len(data):
        seconds, micros, kept, length = RECORD.unpack_from(data, at)
        at += RECORD.size
        found.append((seconds, micros, length, data[at : at + kept]))
        at += kept
    return link_type, found


def join(paths, size, out):
    """Writes the captures again and again until the file has this size; gives the number of packets."""
    captures = [packets(path) for path in paths]
    if len({link_type for link_type, _ in captures}) != 1:
        raise SystemExit("the captures have different link types; give those of one")
    out.write(HEADER.pack(0xA1B2C3D4, 2, 4, 0, 0, 65535, captures[0][0]))
    clock, count = 1_700_000_000, 0
    while out.tell() < size:
        for _, capture in captures:
            start = capture[0][0]
            for seconds, micros, length, data in capture:
                out.write(RECORD.pack(clock + seconds - start, micros, len(data), length))
                out.write(data)
            count += len(capture)
            clock += capture[-1][0] - start + 30
    out.flush()
    return count


def timed(command):
    """Seconds by the clock, seconds of the processor, and the most memory in MB that a command took."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {child.returncode}")
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captures", nargs="+", type=pathlib.Path)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--basilar", default="target/release/basilar")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "joined.pcap"
        with path.open("wb") as out:
            count = join(arguments.captures, arguments.gigabytes * 1e9, out)
        print(f"{count} packets, {path.stat().st_size / 1e9:.2f} GB")
        table = str(pathlib.Path(folder) / "calls.csv")
        peers = {"basilar": [arguments.basilar, "calls", str(path), "-o", table]}
        if shutil.which("tshark"):
            peers["tshark"] = ["tshark", "-q", "-z", "rtp,streams", "-r", str(path)]
        path.read_bytes()
        times = {name: [] for name in peers}
        for _ in range(3):
            for name, command in peers.items():
                times[name].append(timed(command))
        medians = {name: [statistics.median(run) for run in zip(*runs)] for name, runs in times.items()}
        for name, (clock, processor, memory) in medians.items():
            rate = count / processor / 1e6
            print(f"{name:8} {clock:7.2f} s, of the processor {processor:7.2f} s", end="")
            print(f"  {rate:6.2f} million packets a second and core  at most {memory:.0f} MB")
        if "tshark" in medians:
            clock, processor = (medians["tshark"][i] / medians["basilar"][i] for i in (0, 1))
            print(f"basilar is {clock:.1f} times faster, and takes {processor:.1f} times less of the processor")


if __name__ == "__main__":
    main()
