"""basilar estimate beside speechmos: the same numbers, and the time that each takes on one thread.

Usage: estimate.py BASILAR FILE...    (mono recordings at 16 kHz; needs speechmos 0.0.1.1, soundfile)

For every file and estimator the two values, their largest difference, and the median of the paired ratios of CPU time.
speechmos draws 15 raters at random for PLCMOS; here it is given 2000, so that chance does not hide a difference, and is
timed with 15.
"""

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import onnxruntime  # noqa: E402

OriginalSession = onnxruntime.InferenceSession


class OneThread(OriginalSession):
    """A session of one thread."""

    def __init__(self, path, **_):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        super().__init__(path, options, providers=["CPUExecutionProvider"])


onnxruntime.InferenceSession = OneThread

import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from speechmos import aecmos, dnsmos, plcmos  # noqa: E402

RATERS = 2000


class ManyRaters:
    """PLCMOS's own network on the mean of many raters: the audio part comes out of a cache of one recording."""

    def __init__(self):
        self.network = plcmos.PLCMOS(embed_rounds=15)

    def __call__(self, samples):
        features = np.float32(self.network.stft_transform(samples))[np.newaxis, np.newaxis, ...]
        random = np.random.default_rng(1)
        values = []
        for _ in range(RATERS // 20):
            # A batch of raters needs a batch of recordings.
            raters = np.float32(random.normal(size=(20, 64)))
            batch = {"degraded_audio": np.repeat(features, 20, 0), "rater_embed": raters}
            values.append(np.mean(self.network.session.run(None, batch)[0]))
        return float(np.mean(values))


def theirs(samples):
    """What speechmos says, and its CPU time for each estimator."""
    said, times = {}, {}
    start = time.process_time()
    found = dnsmos.run(samples, 16000)
    times["dnsmos"] = time.process_time() - start
    said["dnsmos-p835 overall"] = float(found["ovrl_mos"])
    said["dnsmos-p835 signal"] = float(found["sig_mos"])
    said["dnsmos-p835 background"] = float(found["bak_mos"])
    said["dnsmos-p808 overall"] = float(found["p808_mos"])
    start = time.process_time()
    plcmos.run(samples, 16000)
    times["plcmos"] = time.process_time() - start
    start = time.process_time()
    found = aecmos.run({"lpb": samples, "mic": samples, "enh": samples}, 16000)
    times["aecmos"] = time.process_time() - start
    said["aecmos echo"] = float(found["echo_mos"])
    said["aecmos other"] = float(found["deg_mos"])
    return said, times


def run(program, estimators, files, output=None):
    """basilar on one thread: what it wrote, and the CPU time it took."""
    command = [program, "estimate", "--jobs", "1", "--estimator", ",".join(estimators), "-o", output, *files]
    before = os.times()
    subprocess.run(command, check=True)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    with open(output, newline="") as table:
        return list(csv.DictReader(table)), used


GROUPS = {"dnsmos": ["dnsmos-p835", "dnsmos-p808"], "plcmos": ["plcmos"], "aecmos": ["aecmos"]}


def main():
    program, files = sys.argv[1], sys.argv[2:]
    many = ManyRaters()
    # Warmed up, as a process that judges many files is.
    theirs(soundfile.read(files[0], dtype="float32")[0])
    ours, expected = {}, {}
    ratios = {group: [] for group in GROUPS}
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "estimates.csv")
        for file in files:
            samples, rate = soundfile.read(file, dtype="float32")
            if rate != 16000 or samples.ndim != 1:
                continue
            said, times = theirs(samples)
            said["plcmos overall"] = many(samples)
            for key, value in said.items():
                expected[file, key] = value
            for group, estimators in GROUPS.items():
                beside = ["--far-end", file, "--microphone", file] if group == "aecmos" else []
                # Starting and reading the network is not what is compared: eight files less one.
                rows, one = run(program, estimators, [*beside, file], output)
                _, eight = run(program, estimators, [*beside, *[file] * 8], output)
                ratios[group].append(times[group] / max((eight - one) / 7, 1e-4))
                for row in rows:
                    ours[file, f"{row['estimator']} {row['measure']}"] = float(row["estimate"])
    names = sorted({key for _, key in expected})
    for name in names:
        differences = [abs(ours[key] - value) for key, value in expected.items() if key[1] == name]
        print(f"{name:24} {len(differences):4} files, largest difference {max(differences):.4f}")
    for group, values in ratios.items():
        print(f"{group:24} {statistics.median(values):.2f} times the speed (from {min(values):.2f} to {max(values):.2f})")
    worst = max(abs(ours[key] - value) for key, value in expected.items())
    sys.exit(0 if worst <= 0.005 else f"a difference of {worst:.4f}")


if __name__ == "__main__":
    main()
