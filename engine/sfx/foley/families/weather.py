"""Thunder, wind, fire.

Thunder: each piece of a tortuous channel sends an N-wave; their arrivals, near to far, are the crack and the rumble
(Ribner and Roy, Acoustics of thunder, JASA 72, 1982); energy lies between 50 and 200 Hz. Wind has no sound of its own
but that of edges: broadband turbulence whose level goes with the square of its speed, and whistles at 0.2 speed /
width (Strouhal). Fire is lapping below 300 Hz, hiss, and crackles whose energies have a long tail (Farnell, Designing
Sound, chapters 34, 37, 41).
"""

from __future__ import annotations

import math

import numpy as np

from engine.sfx.foley.parts.events import clustered, impulses, place, poisson, sprinkle, takes
from engine.sfx.foley.parts.modes import convolve
from engine.sfx.foley.parts.noise import band, hill, moving, noise, wander
from engine.sfx.foley.parts.tones import count, line
from engine.sfx.foley.stage import SAMPLE_RATE, Signal, Stage

STRIKE_SECONDS = 6.0


def thunder(stage: Stage) -> Signal:
    """From far away no crack is left: it begins softly and stays dark."""
    out = stage.silence()
    for at in takes(stage, STRIKE_SECONDS * 0.75, jitter=0.2):
        place(out, _strike(stage), float(at), stage.between(0.6, 1))
    return out


def _strike(stage: Stage) -> Signal:
    rng, whole = stage.rng, count(STRIKE_SECONDS)
    length = min(whole, stage.samples)
    far = float(np.clip(stage.traits.distance + 0.4, 0.2, 1.5))
    arrivals = np.abs(np.cumsum(rng.normal(0, 0.06, 300))) * rng.choice([0.3, 1.0], 300) + rng.exponential(0.5, 300)
    arrivals -= arrivals.min()
    cracks = impulses(length, arrivals, rng.normal(0, 1, 300) * np.exp(-arrivals / 1.1))
    wave = np.linspace(1, -1, count(0.004 / stage.pitch))
    rolled = (
        noise(rng, length, 32 * stage.pitch, 400 * stage.pitch, slope=-4)
        * line([(0, 0.6), (0.05, 1), (0.3, 0.5), (1, 0)], whole)[:length]
    )
    rolled *= np.maximum(0.2, 0.7 + 0.6 * wander(rng, length, 3))

    def darkening(hz: Signal, t: Signal) -> Signal:
        return band(hz, 0, stage.pitch * (130 + 2600 / far**2 * np.exp(-t / (0.25 / far))), 2)

    strike = moving(0.5 * convolve(cracks, wave) + rolled, darkening)
    fade = line([(0, 1 if far < 0.8 else 0.15), (0.02, 0.7), (0.08, 1), (0.8, 0.35), (1, 0)], whole)[:length]
    return strike * fade


def wind(stage: Stage) -> Signal:
    """Gusts move level and pitch together."""
    rng, samples = stage.rng, stage.samples
    speed = np.maximum(0.4, 0.85 + 0.24 * wander(rng, samples, 0.35 * stage.rate) + 0.1 * wander(rng, samples, 1.7))
    coarse = speed[::64]
    times = np.arange(len(coarse)) * 64 / SAMPLE_RATE
    howl = 0.6 * stage.force

    def turbulence(hz: Signal, t: Signal) -> Signal:
        u = np.interp(t, times, coarse)
        broad = band(hz, 30, 330 * stage.pitch * u, 1) * 0.8
        return u**2 * (broad + howl * u * hill(hz, 520 * stage.pitch * u, 0.14) + 0.02 * u * hill(hz, 2500, 1.0))

    return moving(noise(rng, samples, 25, 10_000, order=1), turbulence)


def fire(stage: Stage) -> Signal:
    """A fierce fire laps and crackles more; a small one mostly crackles."""
    rng, samples = stage.rng, stage.samples
    flames = noise(rng, samples, 25, 220 * stage.pitch, slope=-3) * np.maximum(0, 0.5 + 0.5 * wander(rng, samples, 5))
    hiss = noise(rng, samples, 1500, 9000, slope=-3, order=1)
    hiss *= np.maximum(0, 0.4 + 0.5 * wander(rng, samples, 2)) ** 2
    times = clustered(rng, 26 * stage.rate * stage.force, stage.seconds, 3)
    snaps = sprinkle(samples, times, stage.pitch * rng.lognormal(np.log(2100), 0.5, len(times)),
                     rng.uniform(4e-4, 3e-3, len(times)), rng.lognormal(0, 1.0, len(times)))  # fmt: skip
    times = poisson(rng, 1.5 * stage.rate, stage.seconds)
    pops = sprinkle(samples, times, stage.pitch * rng.uniform(350, 900, len(times)), 0.006, 1.2)
    return 0.11 * math.sqrt(stage.force) * flames + 0.03 * hiss + 0.35 * snaps + 0.5 * pops
