"""Laser and power-up, as arcades taught everyone to hear them.

A laser is an exponential sweep down over four octaves in a quarter of a second; a power-up a rising arpeggio of square
waves, a sixteenth each, whose last note is held (the pulse channels of the consoles of the 1980s).
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import place, takes
from engine.sfx.foley.parts.tones import clock, count, cycles, glide, periodic, plateau, sine, square, struck
from engine.sfx.foley.stage import Signal, Stage

ARPEGGIOS = ((0, 4, 7, 12, 16, 19, 24), (0, 7, 12, 7, 12, 19), (0, 5, 9, 12, 17, 21))
"""In semitones above C5."""


def laser(stage: Stage) -> Signal:
    """Shots, each with a short echo of itself."""
    out = stage.silence()
    for at in takes(stage, 0.5, jitter=0.1):
        length = count(stage.between(0.22, 0.3) * 2 ** (0.5 * stage.traits.size))
        top = 3600 * stage.pitch * stage.between(0.85, 1.15)
        phase = cycles(glide(top, top / 18, length))
        shot = periodic(phase, [1, 0.35, 0.25, 0.12]) * struck(length, 0.003, 0.13) * plateau(length, 0.008)
        for late, gain in ((0.0, 1.0), (0.09, 0.3)):
            place(out, shot, float(at) + late, gain)
    return out


def power_up(stage: Stage) -> Signal:
    """Up the chord, and a shimmer on the last note."""
    out = stage.silence()
    step = count(0.065 / stage.rate)
    for at in takes(stage, 1.25, jitter=0.08):
        notes = ARPEGGIOS[int(stage.rng.integers(len(ARPEGGIOS)))]
        tail = 5 * step
        hz = np.repeat([523.25 * 2 ** (note / 12) for note in notes], step)
        held = np.full(tail, hz[-1]) * (1 + 0.01 * sine(clock(tail) * 11))
        phase = cycles(stage.pitch * np.concatenate([hz, held]))
        keyed = np.tile(np.linspace(1, 0.6, step), len(notes))
        level = np.concatenate([keyed, np.linspace(1, 0, tail) ** 1.5])
        place(out, periodic(phase, square(11)) * level, float(at))
    return out
