"""The sounds of one voice laid over those of another, without knowing which sound is which.

Both voices' cepstra are taken for clouds of one shape that lie elsewhere, wider here and narrower there. The straight
map between two such clouds that moves least (optimal transport between Gaussians: Peyre and Cuturi 2019, arXiv
1803.00567, remark 2.31) carries a sound to where the other voice has its like; then it is drawn halfway to what the
other voice was really heard to say around there.

N frames, R known frames of a voice, C coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.vc.world.vocoder import Array, Mask

FEWEST_FRAMES = 40
FLOOR = 0.02
"""Added to all variances, which reach from 30 to 0.05: what hardly varies is not blown up."""
EVIDENCE_FRAMES = 150
"""Three quarters of a second of a voice count half, two seconds nearly all: the average of a word is no average."""
NEIGHBOURS, TOWARDS_NEIGHBOURS = 8, 0.6
COMPARED = 13
"""The coarse coefficients, in which sounds differ; the fine ones differ between voices."""
SMOOTH_FRAMES = 3
"""Standard deviation of the fade between the changes of neighbouring frames."""


@dataclass(frozen=True, slots=True)
class Transport:
    """For frames of one kind: voiced, or not."""

    source_mean: Array
    target_mean: Array
    matrix: Array
    """[C, C], symmetric."""
    known: Array
    """[R, C] of the target."""
    weight: float
    """How far to go, 0 to 1."""

    @classmethod
    def between(cls, source: Array, target: Array, most: float = 1.0) -> Self | None:
        """source, target [R, C]; `most`: the weight where enough is known. None where nearly nothing is."""
        if min(len(source), len(target)) < FEWEST_FRAMES:
            return None
        fewer = min(len(source), len(target))
        return cls(
            source.mean(axis=0),
            target.mean(axis=0),
            _map(np.cov(source.T), np.cov(target.T)),
            target,
            most * fewer**2 / (fewer**2 + EVIDENCE_FRAMES**2),
        )

    def change(self, cepstra: Array) -> Array:
        """[N, C] -> what to add to it."""
        carried = self.target_mean + (cepstra - self.source_mean) @ self.matrix
        carried += TOWARDS_NEIGHBOURS * (self._near(carried) - carried)
        return self.weight * (carried - cepstra)

    def _near(self, carried: Array) -> Array:
        """[N, C] mean of the target's most similar frames."""
        scale = 1 / np.maximum(self.known[:, :COMPARED].std(axis=0), 0.1)
        here, there = carried[:, :COMPARED] * scale, self.known[:, :COMPARED] * scale
        distance = np.square(there).sum(axis=1) - 2 * here @ there.T
        count = min(NEIGHBOURS, len(there))
        nearest = np.argpartition(distance, count - 1, axis=1)[:, :count]
        return np.stack([self.known[rows].mean(axis=0) for rows in nearest]) if len(nearest) else carried


def _map(source: Array, target: Array) -> Array:
    floor = FLOOR * np.eye(len(source))
    root, unroot = _power(source + floor, 0.5), _power(source + floor, -0.5)
    found: Array = unroot @ _power(root @ (target + floor) @ root, 0.5) @ unroot
    return found


def _power(symmetric: Array, exponent: float) -> Array:
    values, vectors = np.linalg.eigh(symmetric)
    found: Array = (vectors * np.maximum(values, 1e-9) ** exponent) @ vectors.T
    return found


def changes(cepstra: Array, voiced: Mask, of_voiced: Transport | None, of_others: Transport | None) -> Array:
    """[N, C] frames in order -> what to add to each, without jumps from frame to frame."""
    found = np.zeros_like(cepstra)
    for kind, transport in ((voiced, of_voiced), (~voiced, of_others)):
        if transport is not None and kind.any():
            found[kind] = transport.change(cepstra[kind])
    return _faded(found)


def _faded(rows: Array) -> Array:
    reach = 3 * SMOOTH_FRAMES
    kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / SMOOTH_FRAMES))
    padded = np.pad(rows, ((reach, reach), (0, 0)), mode="edge")
    faded: Array = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0) @ (kernel / kernel.sum())
    return faded
