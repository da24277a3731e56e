"""Speakers that are computed: five vowels in turn, a hiss between them, at a pitch and with a tract of one's own."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.audio import Audio

RATE = 16_000
FORMANTS = [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410)]  # Hz
VOWEL_SECONDS, HISS_SECONDS = 0.28, 0.07


@lru_cache
def speaker(seconds, hertz=110.0, *, tract=1.0, seed=0, rate=RATE, level=0.2, sway=0.1):
    """`tract`: factor on all formants; `sway`: of the pitch, up and down once in 1.7 s."""
    time = np.arange(round(seconds * rate)) / rate
    f0 = hertz * np.exp(sway * np.sin(2 * np.pi * time / 1.7 + seed))
    phase = 2 * np.pi * np.cumsum(f0) / rate
    rng = np.random.default_rng(seed)
    step = np.floor(time / (VOWEL_SECONDS + HISS_SECONDS)).astype(int)
    inside = time - step * (VOWEL_SECONDS + HISS_SECONDS)
    order = rng.integers(0, len(FORMANTS), step[-1] + 1)
    voiced = np.clip(np.minimum(inside, VOWEL_SECONDS - inside) / 0.02, 0, 1)
    wave = np.zeros(len(time))
    for vowel, formants in enumerate(FORMANTS):
        gate = voiced * (order[step] == vowel)
        # The envelope is taken at the mean pitch: the sway is small, and this is a test's whole cost.
        for k in range(1, int(min(4_500, rate / 2.2) / hertz)):
            wave += gate * (resonance(k * hertz, formants, tract) * np.cos(k * phase))
    hiss = np.diff(rng.standard_normal(len(time) + 1)) * (1 - voiced) * 0.02
    wave = wave / np.abs(wave).max() + hiss
    return Audio((level * wave).astype(np.float32), rate)


def resonance(hertz, formants, tract):
    """Amplitude of a vowel at `hertz`, as of a source that falls by 6 dB an octave."""
    found = 100 / hertz
    for formant in formants:
        centre, width = tract * formant, 60 + 0.04 * formant
        found = found * centre**2 / np.hypot(centre**2 - hertz**2, hertz * width)
    return found


def hissed(seconds, *, rate=RATE, level=0.1, seed=0):
    """Noise in the shape of a vowel, louder and softer: a whisper."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    spectrum = np.fft.rfft(noise) * resonance(np.maximum(np.fft.rfftfreq(len(noise), 1 / rate), 60), FORMANTS[0], 1.0)
    wave = np.fft.irfft(spectrum, len(noise)) * (0.6 + 0.4 * np.sin(np.arange(len(noise)) / rate * 2 * np.pi * 3))
    return Audio((level * wave / np.abs(wave).max()).astype(np.float32), rate)


def median_pitch(audio, low=60.0, high=500.0):
    """Hz, by the autocorrelation of frames of 50 ms: no code of the vocoder is used."""
    size = round(0.05 * audio.sample_rate)
    frames = np.lib.stride_tricks.sliding_window_view(audio.samples.astype(float), size)[:: size // 2]
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames[np.square(frames).sum(axis=1) > 0.05 * np.square(frames).sum(axis=1).max()]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(size), 4 * size)) ** 2
    similar = np.fft.irfft(spectrum)[:, : round(audio.sample_rate / low)]
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(size), 4 * size)) ** 2)[: similar.shape[1]]
    similar = similar / similar[:, :1] / (window / window[0])
    shortest = int(audio.sample_rate / high)
    # The first peak that is nearly as high as the highest: later ones are multiples of the period.
    best = similar[:, shortest:].max(axis=1, keepdims=True)
    lags = shortest + (similar[:, shortest:] > 0.9 * best).argmax(axis=1)
    lags = [lag + int(similar[i, lag : lag + lag // 4].argmax()) for i, lag in enumerate(lags)]
    clear = best[:, 0] > 0.6
    return float(np.median(audio.sample_rate / np.array(lags)[clear]))
