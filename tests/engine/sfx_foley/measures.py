"""What can be measured on a sound effect: spectrum, rhythm, level."""

from __future__ import annotations

import itertools

import numpy as np

from engine.sfx.foley.scene import mixed
from engine.sfx.foley.traits import Layer, Traits

RATE = 44_100
FRAME = 1024
BANDS = 40


def made(family, seconds=3.0, seed=1, **traits):
    return mixed((Layer(family, Traits(**traits)),), round(seconds * RATE), seed)


def decibels(power):
    return 10 * np.log10(power + 1e-12)


def spectra(samples):
    """Power [N, F] of frames of 23 ms, half overlapped."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[:: FRAME // 2]
    return np.abs(np.fft.rfft(frames * np.hanning(FRAME))) ** 2 / FRAME


def mel(samples):
    """Log power [N, BANDS]; triangles are left out, bands of bins do."""
    hz = np.fft.rfftfreq(FRAME, 1 / RATE)
    scale = 2595 * np.log10(1 + hz / 700)
    band = np.minimum((scale / scale[-1] * BANDS).astype(int), BANDS - 1)
    power = spectra(samples)
    return decibels(np.stack([power[:, band == n].sum(axis=1) for n in range(BANDS) if (band == n).any()], axis=1))


def centre_hz(samples):
    """Centre of the power spectrum on a logarithmic axis: an octave counts the same everywhere."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    heard = (hz > 25) & (hz < 18_000)
    return float(np.exp(np.sum(np.log(hz[heard]) * power[heard]) / power[heard].sum()))


def share_above(samples, hertz):
    """Of the power, in dB."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(decibels(power[hz > hertz].sum() / power.sum()))


def envelope(samples, hertz=100):
    """RMS, so many values per second."""
    block = RATE // hertz
    return np.sqrt(np.square(samples[: len(samples) // block * block]).reshape(-1, block).mean(axis=1))


def onsets(samples, rise_db=9.0):
    """How often the level jumps: 40 ms against the 40 ms before, at most once in 70 ms."""
    level = decibels(envelope(samples) ** 2)
    level = np.maximum(level, level.max() - 35)
    jumps = np.array([level[n : n + 4].max() - level[max(0, n - 4) : n].mean() for n in range(1, len(level) - 4)])
    count, last = 0, -100
    for n in np.flatnonzero(jumps > rise_db):
        if n - last > 7:
            count += 1
        last = n
    return count


def longest_silence(samples, floor_db=-60.0):
    """Seconds."""
    longest = run = 0
    for level in decibels(envelope(samples) ** 2):
        run = run + 1 if level < floor_db else 0
        longest = max(longest, run)
    return longest / 100


def features(samples):
    """Statistics of the log-mel spectrogram and of its rhythm: what tells one family from another."""
    log_mel = mel(samples)
    log_mel = np.maximum(log_mel, log_mel.max() - 70)
    whole = decibels(np.mean(10 ** (log_mel / 10), axis=0))
    level = np.log10(envelope(samples) + 1e-4)
    rhythm = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level))))
    edges = np.unique(np.round(np.geomspace(1, len(rhythm) - 1, 9)).astype(int))
    turns = [rhythm[a:b].mean() for a, b in itertools.pairwise(edges)]
    return np.concatenate([
        whole - whole.max(),
        log_mel.std(axis=0),
        np.abs(np.diff(log_mel, axis=0)).mean(axis=0),
        10 * np.log10(np.array(turns) + 1e-3),
    ])  # fmt: skip
