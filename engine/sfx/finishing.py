"""From what the vocoder gives to a clip: its exact length, its ends, its loop.

S samples at 16 kHz. Everything is on the CPU, numpy float32.
"""

from __future__ import annotations

import numpy as np

from engine.audio import Audio, limit_peak
from engine.sfx.config import COLUMN_SAMPLES, SAMPLE_RATE
from engine.sfx.edges import Samples, faded, looped
from engine.sfx.effect import BUCKET_COLUMNS, Effect


def finished(wave: Samples, effect: Effect) -> Audio:
    """wave [at least S] -> the clip of S samples, nowhere above -1 dBFS, silent at its ends unless it loops."""
    if effect.loop:
        samples = looped(wave, effect.samples, SAMPLE_RATE)
    else:
        spare = len(wave) - effect.samples
        # A little too long: the network had to fill whole columns. Much: it had to fill more than was asked for.
        start = liveliest(wave, effect.samples) if spare >= BUCKET_COLUMNS * COLUMN_SAMPLES else 0
        samples = faded(wave[start : start + effect.samples], SAMPLE_RATE)
    return limit_peak(Audio(samples, SAMPLE_RATE))


def liveliest(wave: Samples, samples: int) -> int:
    """Where the window of so many samples with the most energy starts; the first one of several."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(wave, dtype=np.float64))])
    return int(np.argmax(energy[samples:] - energy[: len(energy) - samples]))
