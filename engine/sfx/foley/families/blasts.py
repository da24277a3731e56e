"""Explosion, gunshot, whoosh: air that moves at once.

A blast front is a Friedlander pulse, e^-t/T (1 - t/T), about a millisecond long for a gun and tens for a bomb; the
ground and the landscape answer, ever darker, while debris falls. A whoosh is the turbulence of something that passes:
a band of noise whose centre and level rise and fall together (Selfridge et al., Sound synthesis of objects swinging
through air, Applied Sciences 7, 2017).
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import place, sprinkle, takes
from engine.sfx.foley.parts.noise import band, hill, moving, noise, wander
from engine.sfx.foley.parts.space import room
from engine.sfx.foley.parts.tones import clock, count, cycles, glide, hump, sine, struck
from engine.sfx.foley.stage import Signal, Stage


def friedlander(seconds: float) -> Signal:
    """`seconds` of overpressure, and the suction after it."""
    t = clock(count(6 * seconds)) / seconds
    return np.asarray((1 - t) * np.exp(-t))


def explosion(stage: Stage) -> Signal:
    """Front, fireball, rumble, debris."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 4.0):
        length = min(count(3.6), stage.samples)
        ball = moving(
            noise(rng, length, 25, 9000, slope=-2, order=1),
            lambda hz, t: band(hz, 0, stage.pitch * (90 + 5000 * np.exp(-t / 0.16)), 2),
        )
        ball *= struck(length, 0.004, 0.55) * (1 + 0.35 * wander(rng, length, 11))
        drop = sine(cycles(glide(95, 28, count(3.6))[:length] * stage.pitch)) * struck(length, 0.006, 0.5)
        front = np.zeros(length)
        place(front, friedlander(0.012 / stage.pitch), 0.0, 2.0)
        debris = 0.3 + rng.exponential(0.7, int(60 * stage.force))
        fall = sprinkle(length, debris, rng.lognormal(np.log(900), 0.6, len(debris)), 0.006, np.exp(-debris / 1.0))
        place(out, np.tanh(1.6 * stage.force * (2.2 * ball + drop + front)) + 0.2 * fall, float(at))
    return room(out, rng, 1.8, 0.25, bright=1500)


def gunshot(stage: Stage) -> Signal:
    """A crack, the ground's reflection, and hills."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 1.3, jitter=0.2):
        muzzle = np.zeros(count(0.5))
        place(muzzle, friedlander(9e-4 / stage.pitch), 0.0, 6.0)
        place(muzzle, friedlander(9e-4 / stage.pitch), stage.between(0.006, 0.009), -3.0)
        gas = noise(rng, len(muzzle), 300 * stage.pitch, 9000, slope=-1.5) * struck(len(muzzle), 5e-4, 0.028)
        place(out, np.tanh(muzzle + 1.6 * stage.force * gas), float(at), stage.between(0.85, 1))
    return room(out, rng, 1.3, 0.55, bright=3500)


def whoosh(stage: Stage) -> Signal:
    """Past the ear: up, loudest in the middle, down."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 0.95, jitter=0.12):
        seconds = stage.between(0.42, 0.6) * 2 ** (0.4 * stage.traits.size) / max(0.6, stage.rate)
        length = count(seconds)
        top = 1700 * stage.pitch * stage.rate**0.5 * stage.between(0.85, 1.15)

        def passing(hz: Signal, t: Signal, top: float = top, seconds: float = seconds) -> Signal:
            near = np.exp(-(((t / seconds - 0.5) / 0.2) ** 2))
            return hill(hz, top * (0.25 + 0.75 * near), 0.45) + 0.1 * hill(hz, 3 * top * near + 200, 0.6)

        place(out, moving(noise(rng, length, 80, 12_000), passing) * hump(length, 1.3), max(0.0, float(at) - 0.02))
    return out
