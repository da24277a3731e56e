"""Water: rain, stream, bubbles, drip, splash, waves.

A bubble of radius r metres rings at 3 / r Hz (Minnaert 1933), dies away at 0.13 / r + 0.0072 r^-1.5 per second, and
rises in pitch as it nears the surface: van den Doel, Physically based models for liquid sounds (ACM TAP 2(4), 2005).
Rain is a bed of far drops under single near ones (Farnell, Designing Sound, chapter 40). The surf is broadband, its
spectrum falls with frequency, and it brightens as the wave breaks, every 5 to 12 s.
"""

from __future__ import annotations

import math

import numpy as np

from engine.sfx.foley.parts.events import clustered, place, poisson, regular, sprinkle, takes
from engine.sfx.foley.parts.modes import body, convolve, material
from engine.sfx.foley.parts.noise import band, moving, noise, wander
from engine.sfx.foley.parts.space import room
from engine.sfx.foley.parts.tones import clock, count, struck
from engine.sfx.foley.stage import Signal, Stage

MOST_DROPS, MOST_BUBBLES = 600, 260
"""Per second: more of them melt into the bed, which grows instead."""


def _bubbles(stage: Stage, times: Signal, small: float, large: float, rise: float) -> Signal:
    """Radii in millimetres, small ones more frequent; a large bubble is louder."""
    radius = 1e-3 * small * (large / small) ** (stage.rng.uniform(0, 1, len(times)) ** 1.5) / stage.pitch
    damping = 0.13 / radius + 0.0072 * radius**-1.5
    slope = rise * damping * stage.rng.uniform(0, 1, len(times)) ** 2
    loud = (radius / radius.max()) * stage.rng.uniform(0.1, 1, len(times)) ** 2
    return sprinkle(stage.samples, times, 3 / radius, 1 / damping, loud, rise=slope)


def rain(stage: Stage) -> Signal:
    """Heavier rain has more drops, larger ones, and more of the bed."""
    rng, roof = stage.rng, stage.material
    bed = noise(rng, stage.samples, 500, 13_000, slope=-0.5, order=1)
    bed *= 1 + 0.12 * wander(rng, stage.samples, 0.7)
    times = poisson(rng, min(MOST_DROPS, 110 * stage.force * stage.rate), stage.seconds)
    dull = {"leaves": 0.4, "cloth": 0.25, "wood": 0.45}.get(roof, 1.0)
    hz = dull * stage.pitch * rng.lognormal(np.log(3600), 0.45, len(times))
    drops = sprinkle(stage.samples, times, np.minimum(hz, 15_000), rng.uniform(5e-4, 2.5e-3, len(times)),
                     rng.lognormal(0, 0.7, len(times)))  # fmt: skip
    if roof in ("metal", "glass", "plastic"):
        drops = drops + 0.5 * convolve(drops, body(rng, material(roof, "metal"), 420, longest=0.05))
    return bed * 0.2 * math.sqrt(stage.force) + drops * 0.5


def stream(stage: Stage) -> Signal:
    """Hundreds of small bubbles a second over a soft rush."""
    rng = stage.rng
    times = poisson(rng, min(MOST_BUBBLES, 130 * stage.force * stage.rate), stage.seconds)
    rush = noise(rng, stage.samples, 350 * stage.pitch, 2500 * stage.pitch, slope=-2, order=1)
    rush *= 1 + 0.2 * wander(rng, stage.samples, 3)
    return _bubbles(stage, times, 0.8, 6, 0.1) + 0.035 * stage.force * 2 ** max(0, stage.traits.size) * rush


def bubbles(stage: Stage) -> Signal:
    """Large bubbles in bursts, each clearly rising."""
    times = clustered(stage.rng, min(MOST_BUBBLES / 6, 9 * stage.rate * stage.force), stage.seconds, 4)
    return _bubbles(stage, times, 4, 13, 0.35)


def drip(stage: Stage) -> Signal:
    """A click as the drop lands and, 10 to 30 ms later, the one bubble that it leaves, in a hollow place."""
    rng = stage.rng
    times = takes(stage, 0.95, jitter=0.06)
    out = sprinkle(stage.samples, times, 5200 * stage.pitch, 6e-4, 0.35)
    plinks = times + rng.uniform(0.008, 0.02, len(times))
    hz = 1350 * stage.pitch * rng.uniform(0.8, 1.3, len(times))
    out += sprinkle(stage.samples, plinks, hz, 0.028, 1.0, rise=rng.uniform(4, 7, len(times)))
    return room(out, rng, 1.1, 0.35, bright=4000)


def splash(stage: Stage) -> Signal:
    """A slap, the cavity that closes, the crown that falls back as a shower of drops and bubbles."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 2.2):
        length = count(1.4)
        slap = moving(
            noise(rng, length, 200, 9000, slope=-2),
            lambda hz, t: band(hz, 150, 700 + 7000 * np.exp(-t / 0.18)),
        )
        place(out, slap * struck(length, 0.006, 0.22), at)
        drops = 0.08 + rng.exponential(0.35, min(MOST_BUBBLES, int(150 * stage.force)))
        hz, fall = stage.pitch * rng.uniform(600, 4200, len(drops)), np.exp(-drops / 0.6)
        place(out, sprinkle(min(count(2.5), stage.samples), drops, hz, 0.006, fall, rise=6), float(at))
        place(out, sprinkle(count(0.4), np.array([0.03]), 150 * stage.pitch, 0.06, 1.5), at)
    return out


def waves(stage: Stage) -> Signal:
    """A swell that darkly rises, breaks brightly, and draws back with a hiss."""
    rng = stage.rng
    period = 6.5 / stage.rate * 2 ** (0.4 * stage.traits.size)
    crests = regular(rng, period, stage.seconds + period, jitter=0.15) + min(0.25 * period, 0.5 * stage.seconds)
    t = clock(stage.samples)[::64]
    level = np.full(len(t), 0.06)
    for crest, height in zip(crests, rng.uniform(0.6, 1, len(crests)), strict=True):
        since = (t - crest) / period
        level += height * np.where(since < 0, np.exp(since / 0.11), np.exp(-np.maximum(since, 0) / 0.22))

    def opened(hz: Signal, seconds: Signal) -> Signal:
        height = np.interp(seconds, t, level)
        opening = 350 + 5500 * stage.pitch * np.minimum(height, 1.2) ** 1.5
        return np.asarray(height * band(hz, 40, opening, 1))

    surf = moving(noise(rng, stage.samples, 40, 12_000, slope=-2.5, order=1), opened)
    return surf * (1 + 0.12 * wander(rng, stage.samples, 9))
