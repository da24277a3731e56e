"""Tones: phases, waves, glides, envelopes, and voices with formants.

Phases are in cycles. Frequencies are in Hz, one number or one per sample.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.sfx.foley.stage import SAMPLE_RATE, Signal

TABLE = 2048
BRIGHTEST_HZ = 9000.0


def count(seconds: float) -> int:
    return max(2, round(seconds * SAMPLE_RATE))


def clock(samples: int) -> Signal:
    """Seconds at each sample."""
    return np.arange(samples) / SAMPLE_RATE


def cycles(hz: Signal) -> Signal:
    """The phase of a tone of changing frequency."""
    return np.cumsum(hz) / SAMPLE_RATE


def sine(phase: Signal) -> Signal:
    return np.sin(2 * np.pi * phase)


def periodic(phase: Signal, amplitudes: Sequence[float] | Signal) -> Signal:
    """A wave of the given harmonics, read from one cycle in a table: cheaper than a sine for each harmonic."""
    spectrum = np.zeros(TABLE // 2 + 1, complex)
    spectrum[1 : len(amplitudes) + 1] = -0.5j * TABLE * np.asarray(amplitudes)
    table = np.fft.irfft(spectrum, TABLE)
    return table[((phase % 1.0) * TABLE).astype(np.int64) % TABLE]


def saw(partials: int, falloff: float = 1.0) -> Signal:
    """Amplitudes of harmonics that fall like n^-falloff."""
    return np.arange(1.0, partials + 1) ** -falloff


def square(partials: int) -> Signal:
    """Odd harmonics only, as of an early game console."""
    n = np.arange(1, partials + 1)
    return np.where(n % 2 == 1, 1.0 / n, 0.0)


def pulses(phase: Signal) -> Signal:
    """One impulse for each cycle that begins."""
    return np.diff(np.floor(phase), prepend=np.floor(phase[:1]) - 1)


def glide(start: float, stop: float, samples: int) -> Signal:
    """From one frequency to another in equal ratios."""
    return np.geomspace(start, stop, samples)


def line(points: Sequence[tuple[float, float]], samples: int) -> Signal:
    """Straight lines through (fraction of the length, value)."""
    where, values = zip(*points, strict=True)
    return np.asarray(np.interp(np.linspace(0, 1, samples), where, values))


def hump(samples: int, power: float = 1.0) -> Signal:
    """Rises from 0 to 1 and falls to 0 again."""
    return np.asarray(np.sin(np.pi * np.linspace(0, 1, samples)) ** (2 * power))


def struck(samples: int, attack: float, decay: float) -> Signal:
    """Rises within `attack` seconds, then falls to 1/e in each `decay`."""
    t = clock(samples)
    return np.asarray(np.minimum(1, t / attack) * np.exp(-np.maximum(0, t - attack) / decay))


def plateau(samples: int, edge: float) -> Signal:
    """1 with smooth edges of `edge` seconds."""
    t = clock(samples)
    part = np.clip(np.minimum(t, t[-1] - t) / edge, 0, 1)
    return np.asarray(part * part * (3 - 2 * part))


def voiced(hz: Signal, formants: Sequence[tuple[Signal | float, float, float]], falloff: float = 1.0) -> Signal:
    """A throat: harmonics of `hz` [S] weighted by formants (Hz, half width in Hz, gain), source n^-falloff."""
    phase = 2 * np.pi * cycles(hz)
    out = np.zeros(len(hz))
    for n in range(1, min(40, int(BRIGHTEST_HZ / hz.mean())) + 1):
        weight = sum(gain / (1 + ((n * hz - centre) / width) ** 2) for centre, width, gain in formants)
        out += n**-falloff * weight * np.sin(n * phase)
    return out
