# %% [markdown]
# # Does the enhancement help, and where?
# Noisy speech, a small spectral subtraction, and the scores before and after: paste it into a notebook, or run it.
# Needs `pip install basilar scipy soundfile matplotlib`.

# %%
from __future__ import annotations

import os
from pathlib import Path

import basilar
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import soundfile
from scipy.signal import istft, stft

SPEECH = Path(os.environ.get("SPEECH", "audio-samples/16k/horizons-en/reference.wav"))
Signal = npt.NDArray[np.float64]

clean, rate = soundfile.read(SPEECH)
print(f"{SPEECH.name}: {len(clean) / rate:.1f} s at {rate} Hz")


# %% [markdown]
# ## Enhance
# The noise is learnt from the quietest tenth of the frames, and its share taken out of each bin.


# %%
def enhance(noisy: Signal, rate: int) -> Signal:
    _, _, spectrum = stft(noisy, rate, nperseg=512)
    power = np.abs(spectrum) ** 2
    quietest = np.argsort(power.sum(axis=0))[: power.shape[1] // 10]
    noise = power[:, quietest].mean(axis=1, keepdims=True)
    gain = np.sqrt(np.maximum(1 - 1.5 * noise / np.maximum(power, 1e-12), 0.02))
    _, enhanced = istft(gain * spectrum, rate, nperseg=512)
    return np.asarray(enhanced[: len(noisy)], np.float64)


def with_noise(clean: Signal, snr_db: float) -> Signal:
    noise = np.random.default_rng(1).standard_normal(len(clean))
    return np.asarray(clean + noise * np.sqrt(np.mean(clean**2) / 10 ** (snr_db / 10)), np.float64)


# %% [markdown]
# ## Score
# The reference is prepared once; `score_many` takes it in place of a recording, and uses all cores.

# %%
snrs_db = [5, 10, 15, 20, 25, 30]
noisy = [with_noise(clean, snr_db) for snr_db in snrs_db]
enhanced = [enhance(signal, rate) for signal in noisy]

reference = basilar.Scorer("wb").prepare(clean, rate)
before = list(basilar.score_many([(reference, signal) for signal in noisy], sample_rate=rate))
after = list(basilar.score_many([(reference, signal) for signal in enhanced], sample_rate=rate))
for snr_db, was, became in zip(snrs_db, before, after):
    print(f"{snr_db:3} dB: MOS-LQO {was.mos_lqo:.2f}, enhanced {became.mos_lqo:.2f}, {became.quality}")

# %% [markdown]
# A score shows itself as a picture where it is the last line of a cell:

# %%
after[2]

# %% [markdown]
# ## Plot

# %%
figure, (ladder, time) = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
ladder.plot(snrs_db, [score.mos_lqo for score in before], "o-", label="noisy")
ladder.plot(snrs_db, [score.mos_lqo for score in after], "o-", label="enhanced")
ladder.set(xlabel="SNR (dB)", ylabel="MOS-LQO", ylim=(1, 4.7))
ladder.legend()

for score, label in ((before[2], "noisy"), (after[2], "enhanced")):
    intervals = score.timeline.intervals
    time.plot(intervals.start_s, intervals.mos_lqo, label=f"{label}, {snrs_db[2]} dB")
time.set(xlabel="time (s)", ylabel="local MOS-LQO", ylim=(1, 4.7))
time.legend()
figure.savefig("enhancement.png")
