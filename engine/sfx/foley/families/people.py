"""Heartbeat and applause.

The first heart sound (30 to 60 Hz, 140 ms) and the second (50 to 80 Hz, 110 ms, a third of a second later) make one
beat, 60 to 80 a minute. Applause is many hands clapping 2 to 5 times a second, each pair with a resonance of its own
between 500 and 2500 Hz that depends on how the palms meet: Repp, The sound of two hands clapping (JASA 81, 1987);
Peltola et al., Synthesis of hand clapping sounds (IEEE TASLP 15(3), 2007).
"""

from __future__ import annotations

import math

import numpy as np

from engine.sfx.foley.parts.events import place, regular, sprinkle
from engine.sfx.foley.parts.noise import noise, wander
from engine.sfx.foley.parts.tones import count, cycles, glide, hump, sine
from engine.sfx.foley.stage import Signal, Stage

MOST_HANDS, FASTEST_HANDS = 120, 7.0
"""More pairs are no longer told apart, the hall stands for them; and nobody claps more often per second."""


def heartbeat(stage: Stage) -> Signal:
    """Lub, dub."""
    rng, out = stage.rng, stage.silence()
    period = 0.86 / stage.rate
    for at in regular(rng, period, stage.seconds, jitter=0.02):
        for late, seconds, hz, gain in ((0.0, 0.15, 58.0, 1.0), (0.36 * period, 0.11, 76.0, 0.7)):
            length = count(seconds)
            beat = sine(cycles(glide(1.35 * hz, 0.75 * hz, length) * stage.pitch)) * hump(length, 0.8)
            beat += 0.12 * noise(rng, length, 60, 260) * hump(length) ** 2
            place(out, beat, float(at) + late, gain * stage.between(0.93, 1))
    return out


def applause(stage: Stage) -> Signal:
    """Forty pairs of hands near by, a hall of others behind; alone, when the prompt counts."""
    rng = stage.rng
    people = stage.traits.count or min(MOST_HANDS, max(3, int(36 * stage.force * 2**stage.traits.size)))
    times, palms = [], []
    for _ in range(people):
        own = regular(rng, 1 / min(FASTEST_HANDS, stage.between(3.2, 4.6) * stage.rate), stage.seconds, jitter=0.07)
        own = own + stage.between(0, 0.25)
        times.append(own[own < stage.seconds])
        palms.append(np.full(len(times[-1]), stage.between(650, 2200)))
    when, hz = np.concatenate(times), np.concatenate(palms)
    out = np.zeros(stage.samples)
    for ratio, gain in ((1.0, 1.0), (1.83, 0.6), (2.9, 0.4)):
        tuned = np.minimum(hz * ratio * stage.pitch * rng.uniform(0.93, 1.07, len(hz)), 16_000)
        out += sprinkle(stage.samples, when, tuned, 0.0032 / ratio**0.5, gain * rng.uniform(0.4, 1, len(hz)))
    if stage.traits.count:
        return out
    hall = noise(rng, stage.samples, 600, 4500, slope=-3) * (1 + 0.15 * wander(rng, stage.samples, 6))
    return out + 0.12 * hall * math.sqrt(people)
