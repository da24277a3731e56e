"""From what the vocoder gives to a clip: its exact length, its ends, its loop.

S samples at 16 kHz. Everything is on the CPU, numpy float32.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.audio import Audio, limit_peak
from engine.sfx.config import COLUMN_SAMPLES, SAMPLE_RATE
from engine.sfx.effect import BUCKET_COLUMNS, LOOP_SECONDS, Effect

Samples: TypeAlias = npt.NDArray[np.float32]
FADE_IN_SECONDS, FADE_OUT_SECONDS = 0.003, 0.02


def finished(wave: Samples, effect: Effect) -> Audio:
    """wave [at least S] -> the clip of S samples, nowhere above -1 dBFS, silent at its ends unless it loops."""
    if effect.loop:
        samples = looped(wave, effect.samples)
    else:
        spare = len(wave) - effect.samples
        # A little too long: the network had to fill whole columns. Much: it had to fill more than was asked for.
        start = liveliest(wave, effect.samples) if spare >= BUCKET_COLUMNS * COLUMN_SAMPLES else 0
        samples = faded(wave[start : start + effect.samples])
    return limit_peak(Audio(samples, SAMPLE_RATE))


def liveliest(wave: Samples, samples: int) -> int:
    """Where the window of so many samples with the most energy starts; the first one of several."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(wave, dtype=np.float64))])
    return int(np.argmax(energy[samples:] - energy[: len(energy) - samples]))


def faded(wave: Samples) -> Samples:
    """Raised cosines at both ends; of a very short sound at most a quarter each."""
    faded = wave.copy()
    for seconds, end in ((FADE_IN_SECONDS, slice(None)), (FADE_OUT_SECONDS, slice(None, None, -1))):
        length = min(round(seconds * SAMPLE_RATE), len(wave) // 4)
        faded[end][:length] *= _ramp(length)
    return faded


def looped(wave: Samples, samples: int) -> Samples:
    """The first S samples, their beginning blended with what follows them: the end leads into the beginning."""
    length = min(round(LOOP_SECONDS * SAMPLE_RATE), samples // 2, len(wave) - samples)
    ramp = _ramp(length)
    loop = wave[:samples].copy()
    # Noise on both sides has nothing in common: powers add, so the squares of the weights make 1.
    loop[:length] = np.sqrt(ramp) * loop[:length] + np.sqrt(1 - ramp) * wave[samples : samples + length]
    return loop


def _ramp(length: int) -> Samples:
    """From 0 towards 1."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))).astype(np.float32)
