"""Birds, crickets, frog, bees: animals whose sound is a carrier and a rhythm.

Songbirds whistle nearly pure tones from 2 to 7 kHz in notes of 30 to 200 ms, with fast sweeps and trills (Catchpole and
Slater, Bird Song). A field cricket rubs 3 or 4 pulses of 4.5 to 5 kHz, 30 a second, into a chirp, 2 to 3 chirps a
second. A tree frog's ribbit is a train of pulses, 50 to 90 a second, in two bands near 900 and 2400 Hz, rising at its
end. A bee beats its wings about 230 times a second.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import place, regular
from engine.sfx.foley.parts.modes import convolve, ring
from engine.sfx.foley.parts.noise import noise, wander
from engine.sfx.foley.parts.space import room
from engine.sfx.foley.parts.tones import clock, count, cycles, glide, hump, periodic, pulses, saw, sine
from engine.sfx.foley.stage import SAMPLE_RATE, Signal, Stage


def birds(stage: Stage) -> Signal:
    """Three singers, each with a motif that it repeats and varies."""
    rng, out = stage.rng, stage.silence()
    for singer in range(3):
        motif = [_note(stage) for _ in range(int(rng.integers(3, 7)))]
        gain, at = 1.0 / (1 + 0.8 * singer), 0.02 + 0.45 * singer
        while at < stage.seconds:
            for note, seconds in motif[: int(rng.integers(2, len(motif) + 1))]:
                place(out, note, at, gain * stage.between(0.7, 1))
                at += seconds / stage.rate
            at += stage.between(0.35, 1.3) / stage.rate
    return room(out, rng, 0.8, 0.18, bright=7000)


def _note(stage: Stage) -> tuple[Signal, float]:
    """A sweep, an arch or a trill, and the seconds to the next note."""
    rng, kind = stage.rng, int(stage.rng.integers(3))
    length = count(stage.between(0.05, 0.16))
    start, stop = stage.pitch * rng.uniform(2600, 6000, 2)
    hz = glide(start, stop, length)
    if kind == 1:
        hz = min(start, stop) * (1 + 0.5 * hump(length))
    if kind == 2:
        hz = start * (1 + 0.06 * sine(clock(length) * stage.between(28, 45)))
    note = sine(cycles(hz)) + 0.08 * sine(2 * cycles(hz))
    return note * hump(length, 0.6), length / SAMPLE_RATE + stage.between(0.02, 0.09)


def crickets(stage: Stage) -> Signal:
    """Four in the grass, each at its own pitch and pace, and a far chorus that never stops."""
    rng, out = stage.rng, stage.silence()
    for number in range(4):
        hz = stage.pitch * stage.between(4350, 5000)
        pulse = count(0.017)
        syllable = sine(clock(pulse) * hz) * hump(pulse, 0.7)
        chirp = np.zeros(count(0.13))
        for n in range(int(rng.integers(3, 5))):
            place(chirp, syllable, n / 32, 0.6 + 0.12 * n)
        for at in regular(rng, 1 / (stage.between(2.1, 2.9) * stage.rate), stage.seconds, jitter=0.04):
            place(out, chirp, float(at) + 0.09 * number, 1 / (1 + number))
    chorus = noise(rng, stage.samples, 4000 * stage.pitch, 5200 * stage.pitch, order=8)
    return out + 0.025 * stage.force * chorus * (1 + 0.4 * sine(clock(stage.samples) * 31))


def frog(stage: Stage) -> Signal:
    """Two or three at a pond, answering each other."""
    rng, out = stage.rng, stage.silence()
    for number in range(2):
        pitch = stage.pitch * stage.between(0.85, 1.15)
        throat = ring(np.array([880, 1130, 2350]) * pitch, [0.006, 0.004, 0.003], [1, 0.6, 0.55])
        for at in regular(rng, 1.15 / stage.rate, stage.seconds, jitter=0.12):
            length = count(stage.between(0.28, 0.36))
            rate = np.where(np.arange(length) < 0.45 * length, 52.0, 88.0) * (1 + 0.03 * wander(rng, length, 20))
            shape = hump(length, 0.4) * (0.75 + 0.25 * np.sign(np.arange(length) - 0.5 * length))
            croak = convolve(pulses(cycles(rate)) * shape, throat)
            place(out, croak, float(at) + 0.55 * number / stage.rate, 1 / (1 + 0.8 * number))
    return room(out, rng, 0.5, 0.15)


def bees(stage: Stage) -> Signal:
    """A few that come and go, and the swarm behind them."""
    rng, samples = stage.rng, stage.samples
    out = np.zeros(samples)
    for _ in range(4):
        near = np.maximum(0.05, 0.5 + 0.55 * wander(rng, samples, 0.6 * stage.rate))
        flown = 1 + 0.05 * wander(rng, samples, 1.2) + 0.01 * wander(rng, samples, 14)
        hz = 232 * stage.pitch * stage.between(0.9, 1.12) * flown
        out += near**1.5 * periodic(cycles(hz), saw(22, 0.75))
    swarm = noise(rng, samples, 180 * stage.pitch, 900 * stage.pitch, slope=-3)
    return out + 0.1 * stage.force * swarm
