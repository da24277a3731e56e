"""Noise: coloured, moving, and slow noise as a control.

S samples, F bins, N frames. A curve maps frequencies in Hz to linear gains; a moving curve takes times as well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.sfx.foley.stage import SAMPLE_RATE, Signal

FRAME = 1024
HOP = FRAME // 2
CONTROL_SAMPLES = 64
"""Controls are computed once per so many samples (1.5 ms) and interpolated."""


def fast_length(samples: int) -> int:
    """The next length whose FFT is cheap: 2^n times 1, 3, 5, 9 or 15."""
    return min(odd << max(0, (-(-samples // odd) - 1).bit_length()) for odd in (1, 3, 5, 9, 15))


def bins(count: int) -> Signal:
    """Frequencies of a spectrum of `count` samples."""
    return np.fft.rfftfreq(count, 1 / SAMPLE_RATE).astype(np.float64, copy=False)


def band(hz: Signal, low: float, high: Signal | float, order: int = 2) -> Signal:
    """Gains of a band-pass with Butterworth flanks of `order`; `low` 0 leaves the bottom open."""
    ratio = np.maximum(hz, 1e-3)
    below = (low / ratio) ** (2 * order) if low else 0.0
    return np.asarray(1 / np.sqrt((1 + below) * (1 + (ratio / high) ** (2 * order))))


def tilt(hz: Signal, decibels_per_octave: float) -> Signal:
    """0 dB at 1 kHz; flat under 20 Hz, where a falling tilt would grow without bound."""
    return np.asarray((np.maximum(hz, 20) / 1000) ** (decibels_per_octave / 6.0206))


def filtered(signal: Signal, curve: Callable[[Signal], Signal]) -> Signal:
    """Zero phase: nothing moves in time. Padded by 0.1 s, so that the end does not leak into the start."""
    count = fast_length(len(signal) + SAMPLE_RATE // 10)
    hz = bins(count)
    return np.fft.irfft(np.fft.rfft(signal, count) * curve(hz), count)[: len(signal)]


def noise(
    rng: np.random.Generator, samples: int, low: float, high: float, *, slope: float = 0, order: int = 2
) -> Signal:
    """Gaussian noise of unit RMS between two frequencies, `slope` dB per octave. Made as a spectrum: one FFT."""
    count = fast_length(samples)
    hz = bins(count)
    gains = band(hz, low, high, order) * tilt(hz, slope)
    gains[0] = 0
    spectrum = rng.standard_normal((2, len(hz))) * gains
    scale = count / np.sqrt(4 * np.sum(gains**2))
    return np.fft.irfft((spectrum[0] + 1j * spectrum[1]) * scale, count)[:samples]


def moving(signal: Signal, curve: Callable[[Signal, Signal], Signal]) -> Signal:
    """Filtered by a curve that changes in time: hz [1, F] and seconds [N, 1] -> gains [N, F], each 12 ms.

    Hann frames with half overlap add up to one, so a constant curve of 1 gives the signal back.
    """
    samples = len(signal)
    frames = -(-samples // HOP) + 1
    padded = np.pad(signal, (HOP, frames * HOP + HOP - samples))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:frames] * window)
    hz = np.maximum(bins(FRAME), 10.0)[None, :]
    seconds = (np.arange(frames) * HOP / SAMPLE_RATE)[:, None]
    pieces = np.fft.irfft(spectra * curve(hz, seconds), FRAME)
    added = np.zeros((frames + 1, HOP))
    added[:-1] += pieces[:, :HOP]
    added[1:] += pieces[:, HOP:]
    return added.ravel()[HOP : HOP + samples]


def hill(hz: Signal, centre: Signal | float, octaves: float) -> Signal:
    """Gains of a bell-shaped band in log frequency: 1 at `centre`, 0.6 at `octaves` beside it."""
    return np.asarray(np.exp(-0.5 * (np.log2(hz / centre) / octaves) ** 2))


def wander(rng: np.random.Generator, samples: int, hz: float) -> Signal:
    """A slow random control [S], about normal with deviation 0.8, that turns about `hz` times a second."""
    blocks = np.arange(-(-samples // CONTROL_SAMPLES) + 1)
    position = blocks * CONTROL_SAMPLES / SAMPLE_RATE * hz + rng.uniform()
    points = rng.standard_normal(int(position[-1]) + 2)
    step = position.astype(np.int64)
    part = position - step
    part = part * part * (3 - 2 * part)
    return stretched(points[step] * (1 - part) + points[step + 1] * part, samples)


def stretched(control: Signal, samples: int) -> Signal:
    """A control that has one value per block of samples, as one value per sample."""
    return np.interp(np.arange(samples), np.arange(len(control)) * CONTROL_SAMPLES, control)
