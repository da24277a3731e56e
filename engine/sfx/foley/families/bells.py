"""What rings: bell, wind chimes, coin, breaking glass.

A tuned church bell: hum an octave below its prime, tierce a minor third above, quint, nominal an octave above, then
upper partials; the hum rings longest, and each partial is a pair that beats (Fletcher and Rossing, The Physics of
Musical Instruments, chapter 21). A chime is a free bar: 1, 2.756, 5.404 times its lowest mode (chapter 2). A coin is a
free disc: modes from 4 to 14 kHz, bounces at intervals that shrink by a constant factor, and the spin of Euler's disc
at the end. Glass breaks with a crack and a fall of shards, each a small, hardly damped plate.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import impulses, place, poisson, sprinkle, takes
from engine.sfx.foley.parts.modes import DISC, FREE_BAR, MATERIALS, body, convolve, ring
from engine.sfx.foley.parts.noise import noise, wander
from engine.sfx.foley.parts.tones import count, struck
from engine.sfx.foley.stage import SAMPLE_RATE, Signal, Stage

PARTIALS = np.array([0.5, 1.0, 1.183, 1.506, 2.0, 2.514, 3.011, 4.166, 5.433])
DECAYS = np.array([2.6, 1.5, 1.3, 0.8, 1.0, 0.5, 0.45, 0.3, 0.2])
GAINS = np.array([0.5, 0.6, 0.9, 0.35, 1.0, 0.4, 0.5, 0.35, 0.25])
TUBES = np.array([1.0, 9 / 8, 5 / 4, 3 / 2, 5 / 3, 2.0])
"""A pentatonic scale, as most chimes have."""


def bell(stage: Stage) -> Signal:
    """Tolls; a small one rings faster."""
    rng, out = stage.rng, stage.silence()
    prime = 430 * stage.pitch
    hz = np.concatenate([PARTIALS * prime, PARTIALS * prime + rng.uniform(0.4, 1.6, len(PARTIALS))])
    decay = np.tile(DECAYS, 2) / stage.pitch**0.7
    tone = ring(hz, decay, np.tile(GAINS, 2) * rng.uniform(0.5, 1, len(hz)), seconds=stage.seconds)
    clapper = noise(rng, count(0.03), 1500, 8000) * struck(count(0.03), 5e-4, 0.006)
    for at in takes(stage, 1.9 / stage.pitch**0.8, jitter=0.03):
        strength = stage.between(0.8, 1)
        place(out, tone, float(at), strength)
        place(out, clapper, float(at), 0.8 * strength * stage.force)
    return out


def chime(stage: Stage) -> Signal:
    """The wind strikes tubes as it likes: gusts bring several, lulls none."""
    rng, out = stage.rng, stage.silence()
    hz = 880 * stage.pitch * TUBES
    tubes = [ring(f * np.array(FREE_BAR[:3]), [1.0, 0.35, 0.12], [1, 0.45, 0.2], seconds=stage.seconds) for f in hz]
    gust = wander(rng, stage.samples, 0.6)
    for at in poisson(rng, 5.5 * stage.rate * stage.force, stage.seconds):
        blown = 0.55 + 0.5 * float(gust[min(stage.samples - 1, int(at * SAMPLE_RATE))])
        if at < 0.05 or rng.uniform() < blown:
            place(out, tubes[int(rng.integers(len(tubes)))], float(at), max(0.2, blown) * stage.between(0.3, 1))
    return out


def coin(stage: Stage) -> Signal:
    """It falls, bounces, spins, and lies still."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 1.9):
        bounces = 0.42 * np.concatenate([[0], np.cumsum(0.62 ** np.arange(7) * rng.uniform(0.85, 1.1, 7))])
        times = np.concatenate([bounces, bounces[-1] + np.cumsum(np.geomspace(0.06, 0.012, 22))])
        loud = np.concatenate([0.66 ** np.arange(8), np.linspace(0.16, 0.03, 22)])
        disc = 4300 * stage.pitch * stage.between(0.9, 1.15)
        drop = np.zeros(count(min(stage.seconds, 2.6)))
        for _ in range(2):  # it lands on one side or the other, and each has its own mixture
            ratios = np.array(DISC) * rng.uniform(0.99, 1.01, len(DISC))
            hz = np.minimum(disc * ratios, 19_000)
            tone = ring(hz, 0.11 / ratios**0.5, rng.uniform(0.2, 1, len(DISC)) / ratios)
            drop += convolve(impulses(len(drop), times, loud * rng.uniform(0.2, 1, len(times))), tone)
        place(out, drop, float(at))
    return out


def glass(stage: Stage) -> Signal:
    """A crack, then shards: many at once, few, single ones."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 2.0):
        crack = noise(rng, count(0.2), 1500, 15_000) * struck(count(0.2), 5e-4, 0.018)
        place(out, crack, float(at), 0.9 * stage.force)
        place(out, body(rng, MATERIALS["glass"], 480 * stage.pitch, longest=0.04), float(at), 0.5)
        times = np.concatenate(
            [rng.exponential(0.09, min(120, int(60 * stage.force))), 0.2 + rng.exponential(0.35, 35)]
        )
        hz = np.minimum(stage.pitch * rng.lognormal(np.log(5200), 0.4, len(times)), 17_000)
        loud = rng.lognormal(-0.8, 0.6, len(times)) * np.exp(-times / 0.6)
        shards = sprinkle(min(count(2.2), stage.samples), times, hz, rng.uniform(0.006, 0.045, len(times)), loud)
        place(out, shards, float(at))
    return out
