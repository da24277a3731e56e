"""The two ends of a clip: faded, or joined to a loop. Numpy only, for networks and foley alike."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.float32]
FADE_IN_SECONDS, FADE_OUT_SECONDS = 0.003, 0.02
LOOP_SECONDS = 0.5
"""So much of a loop's beginning is blended with what followed its end."""


def faded(wave: Samples, sample_rate: int) -> Samples:
    """Raised cosines at both ends; of a very short sound at most a quarter each."""
    faded = wave.copy()
    for seconds, end in ((FADE_IN_SECONDS, slice(None)), (FADE_OUT_SECONDS, slice(None, None, -1))):
        length = min(round(seconds * sample_rate), len(wave) // 4)
        faded[end][:length] *= _ramp(length)
    return faded


def looped(wave: Samples, samples: int, sample_rate: int) -> Samples:
    """The first S samples, their beginning blended with what follows them: the end leads into the beginning."""
    length = min(round(LOOP_SECONDS * sample_rate), samples // 2, len(wave) - samples)
    ramp = _ramp(length)
    loop = wave[:samples].copy()
    # Noise on both sides has nothing in common: powers add, so the squares of the weights make 1.
    loop[:length] = np.sqrt(ramp) * loop[:length] + np.sqrt(1 - ramp) * wave[samples : samples + length]
    return loop


def _ramp(length: int) -> Samples:
    """From 0 towards 1."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))).astype(np.float32)
