"""Siren, alarm, telephone, whistle, doorbell.

A wail sweeps between about 650 and 1500 Hz in 4 to 6 s through a horn that passes 500 to 4000 Hz. A beeper is a square
wave near 2 kHz in groups of four. A telephone's clapper strikes two gongs in turn, 20 times a second, in the British
cadence of 0.4 s, 0.2 s, 0.4 s, 2 s. A referee's whistle is two tones near 2.5 kHz that a pea breaks up 25 to 30 times a
second. A doorbell is two struck bars a major third apart.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import impulses, place, takes
from engine.sfx.foley.parts.modes import FREE_BAR, convolve, ring
from engine.sfx.foley.parts.noise import band, filtered, noise, wander
from engine.sfx.foley.parts.tones import clock, count, cycles, periodic, plateau, saw, sine, square
from engine.sfx.foley.stage import Signal, Stage


def siren(stage: Stage) -> Signal:
    """Up quickly, down slowly, as air or a capacitor does; fast, it yelps."""
    samples = stage.samples
    turn = (clock(samples) * stage.rate / 4.2 + 0.15) % 1
    height = np.where(turn < 0.4, 1 - 0.888 * np.exp(-turn / 0.13), 0.959 * np.exp(-(turn - 0.4) / 0.28))
    phase = cycles(stage.pitch * 620 * (1560 / 620) ** height)
    tone = filtered(periodic(phase, saw(12, 0.9)), lambda hz: band(hz, 500 * stage.pitch, 3800, 2))
    return tone * (1 + 0.05 * wander(stage.rng, samples, 5))


def alarm(stage: Stage) -> Signal:
    """Four beeps, a breath, four beeps."""
    beat = clock(stage.samples) * stage.rate * stage.between(0.97, 1.03) % 1.0
    on = (beat < 0.5) & (beat % 0.125 < 0.075)
    edge = filtered(on.astype(float), lambda hz: band(hz, 0, 400, 1))
    return periodic(clock(stage.samples) * 2050 * stage.pitch * stage.between(0.97, 1.03), square(7)) * np.maximum(
        edge, 0
    )


def telephone(stage: Stage) -> Signal:
    """Two gongs; the clapper's own noise between them."""
    rng = stage.rng
    strokes = np.arange(0.02, stage.seconds, 0.05 / max(0.5, stage.rate))
    strokes = np.maximum(0.005, strokes + 0.002 * rng.standard_normal(len(strokes)))
    cadence = strokes % 3.0
    ringing = (cadence < 0.4) | ((cadence > 0.6) & (cadence < 1.0))
    if stage.traits.count:
        ringing &= strokes < 3.0 * stage.traits.count
    out = stage.silence()
    for gong, hz in enumerate((1320.0, 1640.0)):
        hits = strokes[gong::2][ringing[gong::2]]
        partials = np.array([1, 2.03, 2.9, 3.62, 5.1]) * hz * stage.pitch
        tone = ring(partials, [0.16, 0.12, 0.09, 0.05, 0.03], [1, 0.8, 0.5, 0.5, 0.3])
        out += convolve(impulses(stage.samples, hits, rng.uniform(0.8, 1, len(hits))), tone)
    return out


def whistle(stage: Stage) -> Signal:
    """Blown: breath first, then the tone with its trill."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 1.25, jitter=0.1):
        length = count(stage.between(0.6, 0.95) / max(0.7, stage.rate))
        pea = sine(cycles(27 * (1 + 0.05 * wander(rng, length, 4))))
        blown = 1 - 0.08 * np.exp(-clock(length) / 0.03)
        tones = sum(sine(cycles(hz * stage.pitch * blown * (1 + 0.018 * pea))) for hz in (2380.0, 2720.0))
        breath = noise(rng, length, 1800, 9000) * 0.12
        place(out, (np.asarray(tones) * (0.62 + 0.38 * pea) + breath) * plateau(length, 0.025), float(at))
    return out


def doorbell(stage: Stage) -> Signal:
    """Ding, dong."""
    out = stage.silence()
    for at in takes(stage, 2.3, jitter=0.05):
        for late, hz in ((0.0, 659.3), (0.55 / stage.rate, 523.3)):
            bar = ring(np.array(FREE_BAR[:3]) * hz * stage.pitch, [0.65, 0.16, 0.05], [1, 0.25, 0.12])
            place(out, bar, float(at) + late, stage.between(0.9, 1))
    return out
