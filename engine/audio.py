"""Sound in memory: one value that networks and codecs exchange, and the few operations on it.

S samples. Always mono: every network here hears and speaks with one channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import soxr

PEAK = 10 ** (-1 / 20)  # -1 dBFS: lossy codecs overshoot what they are given, by up to about 1 dB


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """`samples` float32 [S], nominally in [-1, 1]; `sample_rate` in Hz. ValueError for any other array."""

    samples: npt.NDArray[np.float32]
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise ValueError(f"audio is float32 [S], not {self.samples.dtype} {list(self.samples.shape)}")
        if self.sample_rate <= 0:
            raise ValueError(f"a sample rate is positive, not {self.sample_rate}")

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


def resample(audio: Audio, sample_rate: int) -> Audio:
    """The same sound at `sample_rate` Hz, S * sample_rate / old rate samples; itself where nothing changes."""
    if sample_rate == audio.sample_rate:
        return audio
    samples = soxr.resample(audio.samples, audio.sample_rate, sample_rate)
    return Audio(np.asarray(samples, dtype=np.float32), sample_rate)


def limit_peak(audio: Audio, ceiling: float = PEAK) -> Audio:
    """Scaled down until nothing exceeds `ceiling` (linear); never amplified. NaN and infinity become silence.

    The whole clip is scaled by one factor, so that loudness within it keeps its proportions.
    """
    samples = audio.samples
    finite = np.isfinite(samples)
    if not finite.all():
        samples = np.where(finite, samples, np.float32(0))
    peak = max(float(samples.max(initial=0)), -float(samples.min(initial=0)))
    if peak > ceiling:
        # Divided first: a factor for a peak near the largest float32 would itself be denormal.
        samples = samples / np.float32(peak) * np.float32(ceiling)
    return audio if samples is audio.samples else replace(audio, samples=samples)


def join(pieces: Sequence[Audio]) -> Audio:
    """One after the other, at the sample rate of the first. ValueError without pieces."""
    if not pieces:
        raise ValueError("there is nothing to join")
    if len(pieces) == 1:
        return pieces[0]
    sample_rate = pieces[0].sample_rate
    return Audio(np.concatenate([resample(piece, sample_rate).samples for piece in pieces]), sample_rate)
