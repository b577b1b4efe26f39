"""What each degradation does to a recording: one function each.

Every function takes the reference (float64 array on the scale of 16-bit
samples) and its sample rate in Hz, and returns the degraded samples on the
same scale. Random draws come from a fixed seed, and the same draws serve every
step of a ladder: only the strength differs from one file to the next.
"""
import ctypes
import ctypes.util
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

FULL_SCALE = 32768.0
FRAME_S = 0.020  # packet length, and the frame in which speech activity is judged


# --- what is measured on the reference -------------------------------------

def frame_levels(samples, rate):
    """Level of every 20 ms frame, dB relative to full scale."""
    length = int(rate * FRAME_S)
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    return 10 * np.log10((frames**2).mean(axis=1) / FULL_SCALE**2 + 1e-12)


def active_frames(samples, rate):
    """True for the frames within 30 dB of the loudest one."""
    levels = frame_levels(samples, rate)
    return levels > levels.max() - 30


def active_level(samples, rate):
    """Mean power of the active frames, dB relative to full scale."""
    power = 10 ** (frame_levels(samples, rate) / 10)
    return 10 * np.log10(power[active_frames(samples, rate)].mean())


def longest_pause(samples, rate):
    """Sample index in the middle of the longest pause between two words."""
    active = np.flatnonzero(active_frames(samples, rate))
    gap = np.diff(active).argmax()
    return int((active[gap] + active[gap + 1] + 1) / 2 * FRAME_S * rate)


def loudest_word(samples, rate):
    """Sample index in the middle of the loudest frame."""
    return int((frame_levels(samples, rate).argmax() + 0.5) * FRAME_S * rate)


def decibels(value):
    return 10 ** (value / 20)


# --- codecs ------------------------------------------------------------------

def write_wav(path, samples, rate):
    pcm = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    soundfile.write(path, pcm, rate, subtype="PCM_16")


def read_wav(path, rate):
    samples, found = soundfile.read(path, dtype="int16")
    assert found == rate, f"{path}: {found} Hz, not {rate} Hz"
    return samples.astype(np.float64)


def run(*command):
    """Its messages are shown only if it fails: some programs draw progress bars."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(done.args)}\n{done.stderr}")


def ffmpeg(source, target, *options, decoder=()):
    exact = ("-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1")
    run("ffmpeg", "-y", "-loglevel", "error", *decoder, "-i", source, *options, *exact, target)


def through_ffmpeg(samples, rate, suffix, *encoder, decoder=()):
    """Coded into a file with this suffix by one ffmpeg run, decoded by another."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_wav(folder / "in.wav", samples, rate)
        ffmpeg(folder / "in.wav", folder / f"coded{suffix}", *encoder)
        pcm = ("-c:a", "pcm_s16le", "-ar", rate, "-ac", 1)
        ffmpeg(folder / f"coded{suffix}", folder / "out.wav", *pcm, decoder=decoder)
        return read_wav(folder / "out.wav", rate)


def a_law(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".wav", "-c:a", "pcm_alaw")


def mu_law(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".wav", "-c:a", "pcm_mulaw")


def g726(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".wav", "-c:a", "g726", "-b:a", f"{kbps}k")


def g722(samples, rate, kbps):
    """The encoder always sends 64 kbit/s; the decoder ignores the lowest bits of 56 and 48."""
    bits = ("-bits_per_codeword", kbps // 8)
    return through_ffmpeg(samples, rate, ".g722", "-c:a", "g722", decoder=("-c:a", "g722", *bits))


def gsm_fr(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".gsm", "-c:a", "libgsm")


def amr_nb(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".amr", "-c:a", "libopencore_amrnb", "-b:a", f"{kbps}k")


def amr_wb(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".amr", "-c:a", "libvo_amrwbenc", "-b:a", f"{kbps}k")


def speex(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".spx", "-c:a", "libspeex", "-b:a", f"{kbps}k")


def codec2(samples, rate, kbps):
    mode = "700C" if kbps == 0.7 else int(kbps * 1000)
    return through_ffmpeg(samples, rate, ".c2", "-c:a", "libcodec2", "-mode", mode)


def mp3(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".mp3", "-c:a", "libmp3lame", "-b:a", f"{kbps}k")


def aac(samples, rate, kbps):
    return through_ffmpeg(samples, rate, ".m4a", "-c:a", "aac", "-b:a", f"{kbps}k")


def lc3(samples, rate, kbps):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_wav(folder / "in.wav", samples, rate)
        run("elc3", "-b", kbps * 1000, folder / "in.wav", folder / "coded.lc3")
        run("dlc3", folder / "coded.lc3", folder / "out.wav")
        return read_wav(folder / "out.wav", rate)


def opus_file(source, target, kbps):
    run("opusenc", "--quiet", "--speech", "--serial", 1, "--bitrate", kbps, source, target)


def opus(samples, rate, kbps):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_wav(folder / "in.wav", samples, rate)
        opus_file(folder / "in.wav", folder / "coded.opus", kbps)
        run("opusdec", "--quiet", "--no-dither", "--rate", rate,
            folder / "coded.opus", folder / "out.wav")
        return read_wav(folder / "out.wav", rate)


# --- packet loss -------------------------------------------------------------

def lost_packets(count, percent):
    """Which packets are lost; a higher rate loses these and more."""
    return np.random.default_rng(4).random(count) < percent / 100


def lost_in_bursts(count, percent, mean_burst=4):
    """Gilbert's two-state channel: losses come `mean_burst` packets long."""
    draws = np.random.default_rng(5).random(count)
    leave_bad = 1 / mean_burst
    enter_bad = leave_bad * percent / (100 - percent)
    lost, bad = np.zeros(count, bool), False
    for index, draw in enumerate(draws):
        bad = draw >= leave_bad if bad else draw < enter_bad
        lost[index] = bad
    return lost


def zero_loss(samples, rate, percent, pattern=lost_packets):
    """Lost 20 ms packets are replaced by silence."""
    length = int(rate * FRAME_S)
    lost = pattern(-(-len(samples) // length), percent)
    return np.where(np.repeat(lost, length)[: len(samples)], 0, samples)


def opus_loss(samples, rate, percent, kbps=24, pattern=lost_packets):
    """Opus packets of 20 ms; the decoder conceals those that are lost."""
    library = ctypes.CDLL(ctypes.util.find_library("opus"))
    library.opus_encoder_create.restype = library.opus_decoder_create.restype = ctypes.c_void_p
    status, voip = ctypes.c_int(), 2048
    encoder = ctypes.c_void_p(library.opus_encoder_create(rate, 1, voip, ctypes.byref(status)))
    decoder = ctypes.c_void_p(library.opus_decoder_create(rate, 1, ctypes.byref(status)))
    set_bitrate, get_lookahead = 4002, 4027
    library.opus_encoder_ctl(encoder, set_bitrate, ctypes.c_int(kbps * 1000))
    lookahead = ctypes.c_int()
    library.opus_encoder_ctl(encoder, get_lookahead, ctypes.byref(lookahead))

    length = int(rate * FRAME_S)
    count = -(-(len(samples) + lookahead.value) // length)
    frames = np.zeros(count * length, np.int16)
    frames[: len(samples)] = np.rint(samples)
    packet, heard = ctypes.create_string_buffer(1500), np.zeros_like(frames)
    for index, lost in enumerate(pattern(count, percent)):
        part = slice(index * length, (index + 1) * length)
        size = library.opus_encode(encoder, ctypes.c_void_p(frames[part].ctypes.data),
                                   length, packet, len(packet))
        arrived = (None, 0) if lost else (packet, size)
        library.opus_decode(decoder, *arrived, ctypes.c_void_p(heard[part].ctypes.data), length, 0)
    library.opus_encoder_destroy(encoder)
    library.opus_decoder_destroy(decoder)
    return heard[lookahead.value :][: len(samples)].astype(np.float64)


# --- noise ---------------------------------------------------------------------

def add_noise(samples, rate, noise, snr_db):
    """Noise at this ratio of active speech power to noise power."""
    level = active_level(samples, rate) - snr_db
    return samples + noise * FULL_SCALE * decibels(level) / np.sqrt((noise**2).mean())


def white_noise(samples, rate, snr_db):
    return add_noise(samples, rate, np.random.default_rng(1).standard_normal(len(samples)), snr_db)


def pink_noise(samples, rate, snr_db):
    """Power falls by 3 dB an octave; nothing below 20 Hz."""
    spectrum = np.fft.rfft(np.random.default_rng(2).standard_normal(len(samples)))
    frequency = np.fft.rfftfreq(len(samples), 1 / rate)
    weight = np.where(frequency < 20, 0, 1 / np.sqrt(np.maximum(frequency, 20)))
    return add_noise(samples, rate, np.fft.irfft(spectrum * weight, len(samples)), snr_db)


def babble(samples, rate, snr_db, voices):
    """All `voices`, each heard twice, half its length apart."""
    noise = sum(np.resize(np.roll(voice, shift), len(samples))
                for voice in voices for shift in (0, len(voice) // 2))
    return add_noise(samples, rate, noise, snr_db)


def mnru(samples, rate, q_db):
    """Modulated noise reference unit (P.810): noise that follows the speech, Q dB below it."""
    noise = np.random.default_rng(3).standard_normal(len(samples))
    return samples * (1 + decibels(-q_db) * noise)


# --- time ------------------------------------------------------------------------

def delay(samples, rate, ms):
    return np.concatenate([np.zeros(round(rate * ms / 1000)), samples])


def early(samples, rate, ms):
    """The recording begins late: its first part is missing."""
    return samples[round(rate * ms / 1000) :]


def cut_end(samples, rate, ms):
    return samples[: -round(rate * ms / 1000)]


def delay_jump(samples, rate, ms, place):
    """From `place` on, `ms` later (the last part is played twice) or earlier (one is skipped)."""
    position, shift = place(samples, rate), round(rate * ms / 1000)
    return np.concatenate([samples[:position], samples[position - shift :]])


def clock_drift(samples, rate, ppm):
    """The two clocks differ by `ppm`: band-limited resampling to a longer signal."""
    return signal.resample(samples, round(len(samples) * (1 + ppm * 1e-6)))


def front_clipping(samples, rate, ms):
    """The first part of every talk spurt (after 200 ms of pause) is silenced."""
    length = int(rate * FRAME_S)
    active = np.flatnonzero(active_frames(samples, rate))
    starts = active[np.diff(active, prepend=-100) > 0.2 / FRAME_S] * length
    clipped = samples.copy()
    for start in starts:
        clipped[start : start + round(rate * ms / 1000)] = 0
    return clipped


# --- level, band and room ----------------------------------------------------------

def gain(samples, rate, db):
    return samples * decibels(db)


def peak_clipping(samples, rate, dbov):
    """Amplitudes above this level, relative to full scale, are cut off."""
    return np.clip(samples, -FULL_SCALE * decibels(dbov), FULL_SCALE * decibels(dbov))


def low_pass(samples, rate, hz):
    """Linear phase, its delay compensated; 60 dB down 5 % above the edge."""
    count, beta = signal.kaiserord(60, 0.1 * hz / (rate / 2))
    taps = signal.firwin(count | 1, hz, fs=rate, window=("kaiser", beta))
    return signal.fftconvolve(samples, taps, "same")


def reverberation(samples, rate, t60_s):
    """A room: direct sound, then noise that decays by 60 dB in `t60_s`, 3 dB below it in all."""
    time = np.arange(int(t60_s * rate)) / rate
    room = np.random.default_rng(6).standard_normal(len(time)) * 10 ** (-3 * time / t60_s)
    room[: int(0.003 * rate)] = 0
    room *= decibels(-3) / np.sqrt((room**2).sum())
    room[0] = 1
    wet = signal.fftconvolve(samples, room)[: len(samples)]
    return wet * decibels(active_level(samples, rate) - active_level(wet, rate))
