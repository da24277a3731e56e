"""Clock and typewriter.

An escapement clicks three times within 10 to 20 ms - unlocking, impulse, drop - and tick differs from tock (as a
timegrapher shows it). A type bar strikes the platen with a broad clack and falls back 50 ms later; people type 5 to 9
keys a second.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import place, regular, sprinkle
from engine.sfx.foley.parts.modes import ring
from engine.sfx.foley.parts.noise import noise
from engine.sfx.foley.parts.space import room
from engine.sfx.foley.parts.tones import count, struck
from engine.sfx.foley.stage import Signal, Stage


def clock(stage: Stage) -> Signal:
    """A tick and a tock each second; a tall clock is slower, lower and woodier."""
    rng, out = stage.rng, stage.silence()
    period = 0.5 * 2 ** (0.6 * stage.traits.size) / stage.rate
    at, index = 0.02, 0
    while at < stage.seconds:
        pitch = stage.pitch * (1.0 if index % 2 == 0 else 0.86)
        clicks = np.array([0.0, 0.006, 0.013]) + rng.uniform(0, 1e-3, 3)
        tick = sprinkle(
            count(0.12), clicks, pitch * np.array([3900.0, 2700.0, 4600.0]), 0.0025, np.array([0.4, 0.6, 1.0])
        )
        tick += 0.5 * sprinkle(count(0.12), clicks[2:], pitch * 620, 0.012, 1.0)
        place(out, tick, at, stage.between(0.92, 1))
        at, index = at + period, index + 1
    return out


def typewriter(stage: Stage) -> Signal:
    """Words of two to nine keys, a bell before the margin, the carriage drawn back. A plastic one has no carriage."""
    rng, out, at = stage.rng, stage.silence(), 0.02
    plastic = stage.material == "plastic"
    line_end = stage.between(5, 7)
    while at < stage.seconds:
        for _ in range(int(rng.integers(2, 10))):
            place(out, _key(stage, plastic), at, stage.between(0.6, 1))
            at += max(0.04, stage.between(0.09, 0.17) / stage.rate)
        at += stage.between(0.05, 0.2) / stage.rate
        if at > line_end and not plastic:
            place(out, _carriage(stage), at)
            at, line_end = at + 1.1, at + 1.1 + stage.between(5, 7)
    return room(out, rng, 0.3, 0.15)


def _key(stage: Stage, plastic: bool) -> Signal:
    rng, length = stage.rng, count(0.12)
    clack = noise(rng, length, 900, 7000 if not plastic else 4000, slope=-1) * struck(length, 4e-4, 0.004)
    bar = sprinkle(length, np.array([0.0, 0.001]), stage.pitch * rng.uniform(700, 2600, 2), 0.008, 0.7)
    back = noise(rng, length, 1500, 6000) * struck(length, 3e-4, 0.003)
    place(clack, back[: length // 2], stage.between(0.045, 0.06), 0.3)
    return clack * (0.4 if plastic else 1.0) + bar * (0.25 if plastic else 1.0)


def _carriage(stage: Stage) -> Signal:
    rng, out = stage.rng, np.zeros(count(1.6))
    place(out, ring([2150, 4350, 6500], [0.35, 0.2, 0.1], [1, 0.4, 0.2]), 0.0, 0.5)
    teeth = 0.3 + regular(rng, 0.014, 0.55, jitter=0.05)
    out += sprinkle(len(out), teeth, 2900.0, 0.0015, 0.5)
    place(out, noise(rng, count(0.1), 200, 3000, slope=-3) * struck(count(0.1), 1e-3, 0.02), 0.87, 1.2)
    return out
