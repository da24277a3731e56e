"""Loudness, peaks, DC and ends: what makes clips of all families sit beside each other.

The active level is the RMS of those 50 ms frames that are within 25 dB of the loudest: the pauses of a knock do not
count, as in the gating of ITU-R BS.1770, and no ear weighting is applied.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.noise import filtered
from engine.sfx.foley.stage import SAMPLE_RATE, Signal
from engine.sfx.foley.traits import Traits

FRAME = SAMPLE_RATE // 20
GATE = 10 ** (-25 / 10)
LEVEL_DB = -18.0
KNEE, CEILING = 0.6, 0.93
LOWEST_HZ = 18.0
FADE_IN_SECONDS, FADE_OUT_SECONDS = 0.002, 0.015


def active_level(signal: Signal) -> float:
    """In dB, 0 for a square wave of full scale; -200 for silence."""
    count = max(1, len(signal) // FRAME)
    power = np.square(signal[: count * FRAME]).reshape(count, -1).mean(axis=1)
    loud = power[power >= GATE * power.max()]
    return float(10 * np.log10(loud.mean() + 1e-20))


def target(traits: Traits) -> float:
    """The active level in dB that a layer with these traits is given."""
    return float(np.clip(LEVEL_DB - 4.0 * traits.distance + 1.8 * traits.force - traits.muffle, -23, -15))


def levelled(signal: Signal, decibels: float) -> Signal:
    """Scaled to an active level; silence stays silence."""
    level = active_level(signal)
    return signal * 10 ** ((decibels - level) / 20) if level > -150 else signal


def limited(signal: Signal) -> Signal:
    """Untouched under 0.6, bent towards 0.93 above: a blow keeps its edge without a click of clipping."""
    span = CEILING - KNEE
    over = np.abs(signal) - KNEE
    return np.where(over > 0, np.sign(signal) * (KNEE + span * np.tanh(over / span)), signal)


def finished(signal: Signal, decibels: float) -> Signal:
    """At its level, within the ceiling, without DC, from 0 to 0."""
    steady = filtered(signal, lambda hz: 1 / np.sqrt(1 + (LOWEST_HZ / np.maximum(hz, 1e-3)) ** 6))
    out = levelled(steady, decibels)
    for _ in range(2):  # limiting takes level away: the second round gives most of it back
        out = limited(levelled(out, decibels))
    ends = _ends(len(out))
    out = out * ends
    return out - ends * float(out.sum() / ends.sum())


def _ends(samples: int) -> Signal:
    index = np.arange(samples)
    start = np.minimum(1, index / (FADE_IN_SECONDS * SAMPLE_RATE))
    stop = np.minimum(1, index[::-1] / (FADE_OUT_SECONDS * SAMPLE_RATE))
    return np.asarray(np.sin(np.pi / 2 * start) ** 2 * np.sin(np.pi / 2 * stop) ** 2)
