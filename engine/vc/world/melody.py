"""Where the pitch of a source goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.vc.world.portrait import Portrait
from engine.vc.world.vocoder import Array

LEAST_RANGE, MOST_RANGE = 0.7, 1.4
"""How far a melody is flattened or widened: beyond, it sounds bored or hysterical."""
BELOW, ABOVE = 0.5, 2.5
"""Of the median: how far a spoken melody may stray."""
LOWEST_HZ, HIGHEST_HZ = 40.0, 1100.0
OCTAVE = float(np.log(2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """`singing`: intervals are kept, and only with `auto` is the melody moved, by octaves, into the target's range."""

    semitones: int = 0
    singing: bool = False
    auto: bool = False


def moved(f0: Array, source: Portrait, target: Portrait, tuning: Tuning) -> Array:
    """F0 [N] in Hz, 0 where unvoiced -> the same frames in the target's range. Both portraits have pitch."""
    voiced = f0 > 0
    logs = np.log(f0[voiced])
    if not tuning.singing:
        widened = np.clip(target.range / max(source.range, 1e-3), LEAST_RANGE, MOST_RANGE)
        logs = target.pitch + widened * (logs - source.pitch)
        logs = np.clip(logs, target.pitch + np.log(BELOW), target.pitch + np.log(ABOVE))
    elif tuning.auto:
        logs = logs + OCTAVE * round((target.pitch - source.pitch) / OCTAVE)
    found = np.zeros_like(f0)
    found[voiced] = np.clip(np.exp(logs + OCTAVE * tuning.semitones / 12), LOWEST_HZ, HIGHEST_HZ)
    return found
