"""Envelopes as few numbers: a cosine transform of the log power at points that are evenly spaced on the mel scale.

N frames, K frequency bins, M points, C coefficients. Coefficient 0, the loudness, is left out.
"""

from __future__ import annotations

import numpy as np

from engine.vc.world.vocoder import HERTZ, Array

POINTS, COEFFICIENTS = 64, 23
LOWEST_HZ, HIGHEST_HZ = 60.0, 11_500.0


class Cepstra:
    """Up to `top` Hz: where one of two recordings holds nothing, there is nothing to compare."""

    def __init__(self, top: float) -> None:
        mels = np.linspace(_mel(LOWEST_HZ), _mel(min(top, HIGHEST_HZ)), POINTS)
        points = 700 * np.expm1(mels / 1127)
        order, index = np.arange(1, COEFFICIENTS + 1), np.arange(POINTS)
        cosines = np.cos(np.pi * np.outer(order, index + 0.5) / POINTS) * np.sqrt(2 / POINTS)
        self._into = _interpolation(points, HERTZ) @ cosines.T
        self._back = cosines @ _interpolation(HERTZ, points)

    def of(self, envelopes: Array) -> Array:
        """[N, K] log power -> [N, C]."""
        found: Array = envelopes @ self._into
        return found

    def filter(self, change: Array) -> Array:
        """A change of coefficients [N, C] -> what it adds to the log power [N, K]."""
        found: Array = change @ self._back
        return found


def _mel(hertz: float) -> float:
    return float(1127 * np.log1p(hertz / 700))


def _interpolation(wanted: Array, known: Array) -> Array:
    """[len(known), len(wanted)]: values at `known` times it are values at `wanted`, the ends held."""
    position = np.interp(wanted, known, np.arange(len(known)))
    left = np.minimum(position.astype(int), len(known) - 2)
    found, column = np.zeros((len(known), len(wanted))), np.arange(len(wanted))
    found[left, column] = 1 - (position - left)
    found[left + 1, column] = position - left
    return found
