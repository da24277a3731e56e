"""Doors: knock, creak, slam.

A knuckle on a panel excites a few strongly damped modes between 100 and 800 Hz. A creak is stick-slip: the hinge lets
go in pulses at 20 to 300 a second, whose rate follows force and speed, and the panel rings to each (Farnell, Designing
Sound, chapter 33). A slam is the panel, the frame, the latch, and the room.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import place, regular, sprinkle, takes
from engine.sfx.foley.parts.modes import body, convolve, material
from engine.sfx.foley.parts.noise import band, filtered, moving, noise, wander
from engine.sfx.foley.parts.space import room
from engine.sfx.foley.parts.tones import count, cycles, line, plateau, pulses, struck
from engine.sfx.foley.stage import Signal, Stage

GROUPS = (3, 4, 3, 2)


def knock(stage: Stage) -> Signal:
    """Groups of three or so, a pause to listen, again."""
    rng, out = stage.rng, stage.silence()
    panel = material(stage.material, "wood")
    for at in _knocks(stage):
        blow = body(rng, panel, 135 * stage.pitch, longest=0.12)
        place(out, blow, at, stage.between(0.75, 1))
        tap = noise(rng, count(0.012), 900, 5000) * struck(count(0.012), 0.0004, 0.002)
        place(out, tap, at, 0.25 * panel.hardness * stage.force)
    return room(out, rng, 0.45, 0.25)


def _knocks(stage: Stage) -> list[float]:
    if stage.traits.count:
        return [float(at) for at in takes(stage, 0.2, jitter=0.06)]
    gap, times, start, group = 0.19 / stage.rate, [], 0.02, 0
    while start < stage.seconds:
        times += [start + n * gap * stage.between(0.92, 1.08) for n in range(GROUPS[group % len(GROUPS)])]
        start, group = times[-1] + stage.between(0.9, 1.3) / stage.rate, group + 1
    return times


def creak(stage: Stage) -> Signal:
    """Each swing of the door is one long glide, with a will of its own."""
    rng, out = stage.rng, stage.silence()
    panel = body(rng, material(stage.material, "wood"), 310 * stage.pitch, (1, 1.9, 2.7, 3.9, 5.3, 7.2), longest=0.04)
    at = 0.0
    for _ in range(stage.traits.count or 1000):
        if at >= stage.seconds:
            break
        seconds = stage.between(1.2, 2.2) / stage.rate
        place(out, _swing(stage, seconds), at)
        at += seconds + stage.between(0.15, 0.5) / stage.rate
    rung = filtered(convolve(out, panel), lambda hz: band(hz, 170 * stage.pitch, 12_000))
    return room(rung, rng, 0.5, 0.2)


def _swing(stage: Stage, seconds: float) -> Signal:
    rng, length = stage.rng, count(seconds)
    low, high = stage.between(25, 45), stage.between(110, 190)
    path = line([(0, high), (0.15, low), (0.6, high * stage.between(0.6, 1.2)), (1, low)], length)
    hz = stage.pitch * path * (1 + 0.12 * wander(rng, length, 25))
    slips = pulses(cycles(np.maximum(hz, 8)))
    return slips * rng.uniform(0.5, 1, length) * plateau(length, 0.08)


def slam(stage: Stage) -> Signal:
    """The blow, the frame that answers, and the latch that falls in."""
    rng, out = stage.rng, stage.silence()
    leaf = material(stage.material, "wood")
    for at in takes(stage, 2.4):
        place(out, body(rng, leaf, 58 * stage.pitch, longest=0.16), at, 1.0)
        blast = noise(rng, count(0.25), 60, 3500, slope=-4) * struck(count(0.25), 0.002, 0.035)
        blast = moving(blast, lambda hz, t: 1 / (1 + (hz / (400 + 6000 * np.exp(-t / 0.02))) ** 2))
        place(out, blast, at, 0.9 * stage.force)
        rattle = 0.04 + regular(rng, 0.035, 0.16, jitter=0.4)
        latch = sprinkle(count(0.4), rattle, rng.uniform(1500, 4200, len(rattle)), 0.006, np.exp(-rattle / 0.06))
        place(out, latch, at, 0.22)
    return room(out, rng, 0.9, 0.5)
