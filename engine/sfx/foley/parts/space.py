"""Where a sound is heard: rooms, distance, walls.

Far away: the air takes the top (ISO 9613-1: at 1 km about 5 dB at 1 kHz and over 20 dB at 4 kHz), the direct sound
falls by 6 dB per doubling, and what is reflected does not: a distant sound is duller, softer and more reverberant.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.modes import convolve
from engine.sfx.foley.parts.noise import band, filtered, noise
from engine.sfx.foley.parts.tones import clock, count
from engine.sfx.foley.stage import Signal
from engine.sfx.foley.traits import Traits

PREDELAY_SECONDS = 0.012
DECAYS_IN_RT60 = 6.91
"""ln(1000): a reverberation time is that of a fall by 60 dB."""


def room(signal: Signal, rng: np.random.Generator, rt60: float, wet: float, *, bright: float = 5000) -> Signal:
    """With its reverberation: noise that dies away, `wet` times as strong (energy of the response 1)."""
    tail = noise(rng, count(rt60), 80, bright, slope=-1.5, order=1)
    tail *= np.exp(-clock(len(tail)) * DECAYS_IN_RT60 / rt60)
    tail[: count(PREDELAY_SECONDS)] = 0
    tail /= np.sqrt(np.sum(tail**2)) + 1e-12
    return signal + wet * convolve(signal, tail)


def placed(signal: Signal, rng: np.random.Generator, traits: Traits) -> Signal:
    """As heard from where the traits put the listener. Levels are set later: see `levels.target`."""
    if traits.muffle > 0:
        signal = filtered(signal, lambda hz: band(hz, 0, 550 / traits.muffle, 2) + 0.01)
    if traits.distance > 0:
        cutoff = 11_000 * 2 ** (-1.9 * traits.distance)
        signal = filtered(signal, lambda hz: band(hz, 0, cutoff, 1) * band(hz, 0, 2.5 * cutoff, 2))
    elif traits.distance < 0:
        near = -0.5 * traits.distance
        signal = filtered(signal, lambda hz: 1 + near * band(hz, 0, 180, 1))
    if traits.echo > 0:
        signal = room(signal, rng, 1.0 + 1.4 * traits.echo, 0.7 * traits.echo)
    if traits.distance > 0:
        signal = room(signal, rng, 1.4, 0.35 * traits.distance, bright=2500)
    return signal
