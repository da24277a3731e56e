"""Pieces of speech that were synthesised apart, to one wave without a seam.

Each piece starts its pulses anew. Where one hands over to the next, both say the same at the same pitch: the next is
moved by less than a pitch period until its pulses fall on those of the one before, then the two are faded over.
"""

from __future__ import annotations

import numpy as np

from engine.vc.world.vocoder import SAMPLE_RATE, Array

OVERLAP_SAMPLES = SAMPLE_RATE // 25
REACH_SAMPLES = SAMPLE_RATE // 80
"""Half a period of 40 Hz, the lowest pitch that is spoken, to each side."""


def aligned(tail: Array, piece: Array) -> Array:
    """`tail` [OVERLAP]: how the piece before ends. `piece`: from REACH_SAMPLES before that on.

    -> the piece from where it follows the tail best: at least its samples without two reaches.
    """
    windows = np.lib.stride_tricks.sliding_window_view(piece[: 2 * REACH_SAMPLES + len(tail)], len(tail))
    likeness = windows @ tail / np.sqrt(np.square(windows).sum(axis=1) + 1e-12)
    return piece[int(likeness.argmax()) :]


def faded_over(tail: Array, head: Array) -> Array:
    """Both [OVERLAP] -> from one to the other at even power, however alike they are."""
    rising = np.sin(np.linspace(0, np.pi / 2, len(tail))) ** 2
    falling = 1 - rising
    scale = np.sqrt(np.square(tail).sum() * np.square(head).sum()) + 1e-12
    alike = float(np.clip(tail @ head / scale, 0, 1))
    joined: Array = (tail * falling + head * rising) / np.sqrt(falling**2 + rising**2 + 2 * alike * falling * rising)
    return joined
