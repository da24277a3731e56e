"""What is typical of a voice, taken from a recording of it.

V voiced frames and U unvoiced ones, at most 1500 of each, spread over the recording; K frequency bins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.vc.world.vocoder import FRAME_SAMPLES, FRAME_SECONDS, HERTZ, Array, Frames, Mask, analysed, periodicity

MOST_FRAMES = 1500
LOUD, AUDIBLE = 10 ** (-40 / 20), 10 ** (-50 / 20)
"""Of the loudest frame: a voiced frame below the one, an unvoiced one below the other, is no sound of the voice."""
DEEPEST = 75 / 10 * np.log(10)
"""Log power below the strongest bin under which a recording holds nothing: the telephone ends at 4 kHz."""
FAINTEST_NOISE = 1e-3
PERIODIC = 0.4
FEWEST_VOICED, LEAST_VOICED = 20, 0.15
"""Periodic frames, and their share of the loud ones: with less, a recording is a whisper or no speech at all."""


@dataclass(frozen=True, slots=True)
class Portrait:
    pitch: float
    """Median of log Hz."""
    range: float
    """Of log Hz around it, as a standard deviation, from the quartiles."""
    aperiodicity: Array
    """[K] mean of the log over voiced frames."""
    voiced: npt.NDArray[np.float32]
    """[V, K] log power."""
    unvoiced: npt.NDArray[np.float32]
    """[U, K]"""

    @property
    def envelope(self) -> Array:
        """[K] mean log power of the voiced frames, or of all where none is."""
        known = self.voiced if len(self.voiced) else self.unvoiced
        mean: Array = known.mean(axis=0, dtype=np.float64)
        return mean

    @property
    def seconds(self) -> float:
        """Of voiced sound that is known, at most 7.5."""
        return len(self.voiced) * FRAME_SECONDS

    @property
    def bandwidth(self) -> float:
        """Hz, above which the recording holds nothing."""
        strongest = np.max([kind.mean(axis=0) for kind in (self.voiced, self.unvoiced) if len(kind)], axis=0)
        return float(HERTZ[np.flatnonzero(strongest > strongest.max() - DEEPEST)[-1]])


def portrait_of(wave: Array, f0: Array) -> Portrait:
    """wave [S] that is not silent, and its F0 every 5 ms. Without voiced frames where nobody speaks aloud."""
    level = levels(wave)[: len(f0)]
    pitched, loud = f0[: len(level)] > 0, level > LOUD * level.max()
    chosen = _spread(pitched & loud)
    seen = _analysed(wave, f0, chosen)
    sure = seen.voiced
    periodic = (sure & (periodicity(wave, f0, chosen) > PERIODIC)).mean() * (pitched & loud).sum() if len(chosen) else 0
    if periodic < max(FEWEST_VOICED, LEAST_VOICED * loud.sum()):
        sure = np.zeros_like(sure)  # breath and noise have such moments, too
    other = _analysed(wave, f0, _spread(~pitched & (level > AUDIBLE * level.max())))
    pitch, spread = _pitch(seen.f0[sure])
    noise = np.log(np.maximum(seen.aperiodicity[sure], FAINTEST_NOISE))
    return Portrait(
        pitch=pitch,
        range=spread,
        aperiodicity=noise.mean(axis=0) if len(noise) else np.zeros(len(HERTZ)),
        voiced=seen.envelope[sure].astype(np.float32),
        unvoiced=np.concatenate([other.envelope, seen.envelope[~sure]])[:MOST_FRAMES].astype(np.float32),
    )


def levels(wave: Array) -> Array:
    """wave [S] -> RMS [S / 120, up] of each 5 ms."""
    padded = np.pad(wave, (0, -len(wave) % FRAME_SAMPLES))
    found: Array = np.sqrt(np.square(padded.reshape(-1, FRAME_SAMPLES)).mean(axis=1))
    return found


def _spread(wanted: Mask) -> npt.NDArray[np.int_]:
    """Evenly chosen among the wanted frames."""
    found = np.flatnonzero(wanted)
    if len(found) <= MOST_FRAMES:
        return found
    chosen: npt.NDArray[np.int_] = found[np.linspace(0, len(found) - 1, MOST_FRAMES).astype(int)]
    return chosen


def _analysed(wave: Array, f0: Array, chosen: npt.NDArray[np.int_]) -> Frames:
    if len(chosen) == 0:
        none = np.zeros((0, len(HERTZ)))
        return Frames(np.zeros(0), none, none)
    return analysed(wave, f0[chosen], chosen * FRAME_SECONDS)


def _pitch(f0: Array) -> tuple[float, float]:
    if len(f0) == 0:
        return 0.0, 0.0
    low, median, high = np.percentile(np.log(f0), [25, 50, 75])
    return float(median), float(high - low) / 1.349
