"""Engine, helicopter, train, airplane, horn.

A four-stroke engine of four cylinders fires twice a turn: 900 rpm are 30 Hz, coloured by its exhaust (Farnell,
Designing Sound, chapter 45). A two-bladed helicopter slaps 10 to 14 times a second under the whine of its turbine. A
train's wheels clack in pairs at each rail joint, over rolling noise between 50 and 2000 Hz. A jet is broadband noise
that falls with frequency, with tones of its fan near 2 to 3 kHz. A car horn is two reeds a third apart near 420 Hz.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.parts.events import impulses, place, regular, sprinkle
from engine.sfx.foley.parts.modes import convolve, ring
from engine.sfx.foley.parts.noise import band, filtered, hill, moving, noise, wander
from engine.sfx.foley.parts.tones import clock, count, cycles, periodic, plateau, pulses, saw, sine, struck
from engine.sfx.foley.stage import Signal, Stage


def engine(stage: Stage) -> Signal:
    """Idling or, when fast, revving; a truck is an octave lower."""
    rng, samples = stage.rng, stage.samples
    firing = 30 * stage.rate * stage.pitch * (1 + 0.03 * wander(rng, samples, 0.8) + 0.02 * wander(rng, samples, 12))
    phase = cycles(firing)
    cylinder = 1 + 0.25 * sine(phase / 4 + stage.between(0, 1))  # no two cylinders are alike: a rhythm of four
    exhaust = ring(np.array([62, 118, 205, 340, 610]) * stage.pitch, [0.02, 0.014, 0.01, 0.006, 0.003],
                   [1, 0.9, 0.7, 0.5, 0.35])  # fmt: skip
    out = convolve(pulses(phase) * cylinder * rng.uniform(0.8, 1.1, samples), exhaust)
    intake = noise(rng, samples, 120, 2500, slope=-4) * (0.4 + 0.6 * (phase % 1 < 0.4))
    valves = noise(rng, samples, 1800, 6000) * np.exp(-(phase * 2 % 1) * 6)
    return np.asarray(out + 0.09 * stage.force * intake + 0.02 * valves)


def helicopter(stage: Stage) -> Signal:
    """The slap is a thump and a swish at each passing blade."""
    rng, samples = stage.rng, stage.samples
    passing = cycles(12.5 * stage.rate * stage.pitch * (1 + 0.015 * wander(rng, samples, 0.5))) + 0.7
    blade = np.exp(-(passing % 1) * 5) * np.minimum(1, (passing % 1) * 30)
    thump = noise(rng, samples, 45 * stage.pitch, 170 * stage.pitch, slope=-2) * blade * 1.2
    swish = noise(rng, samples, 250 * stage.pitch, 2600 * stage.pitch, slope=-4) * (0.12 + blade)
    tail = periodic(cycles(np.full(samples, 68.0 * stage.rate)), saw(9, 1.2)) * 0.12
    whine = sine(cycles(2650 * stage.pitch * (1 + 0.004 * wander(rng, samples, 2)))) * 0.035
    return np.asarray(thump + 0.7 * stage.force * swish + tail + whine)


def train(stage: Stage) -> Signal:
    """Two axles clack, a breath, two more: once for each length of rail."""
    rng, samples = stage.rng, stage.samples
    roll = noise(rng, samples, 35, 300, slope=-3) * (1 + 0.25 * wander(rng, samples, 3))
    wheels = noise(rng, samples, 300, 1800, slope=-4, order=1) * (1 + 0.2 * wander(rng, samples, 6))
    period = 1.15 / stage.rate
    joints = regular(rng, period, stage.seconds + period, jitter=0.01) - 0.01
    offsets = np.array([0, 0.115, 0.42, 0.535]) * period / 1.15
    times = (joints[:, None] + offsets).ravel()
    clack = ring(np.array([85, 160, 340, 720, 1350, 2300]) * stage.pitch, [0.05, 0.04, 0.03, 0.02, 0.012, 0.006],
                 [1, 1, 0.8, 0.7, 0.5, 0.3])  # fmt: skip
    clacks = convolve(impulses(samples, times, rng.uniform(0.7, 1, len(times))), clack)
    return 0.3 * roll + 0.16 * wheels + 0.75 * stage.force * clacks


def airplane(stage: Stage) -> Signal:
    """A jet overhead: it comes, and its top goes first when it leaves."""
    rng, samples = stage.rng, stage.samples
    swell = 0.55 + 0.45 * np.sin(np.pi * np.clip(clock(samples) / max(stage.seconds, 6), 0, 1))
    roar = noise(rng, samples, 60 * stage.pitch, 7000 * stage.pitch, slope=-3.5, order=1)
    roar = moving(roar, lambda hz, t: 1 + 0.5 * np.cos(2 * np.pi * hz * (0.002 + 0.0006 * np.cos(0.35 * t))))
    fan = 2300 * stage.pitch * (1.04 - 0.12 * clock(samples) / max(stage.seconds, 12))
    whine = periodic(cycles(fan * (1 + 0.002 * wander(rng, samples, 3))), [1, 0.3, 0.1])
    buzz = noise(rng, samples, 1500, 4500) * 0.1
    return swell * (roar * stage.force + 0.3 * whine * (1 + 0.3 * wander(rng, samples, 4)) + buzz)


def horn(stage: Stage) -> Signal:
    """Honks: a short one, a long one, a pause; a ship's, being big, once and long."""
    rng, out = stage.rng, stage.silence()
    slow = 2 ** max(0.0, stage.traits.size) / stage.rate
    pattern, at, index = (0.35, 0.9), 0.02, 0
    while at < stage.seconds and index < (stage.traits.count or 1000):
        seconds = pattern[index % 2] * slow
        length = count(seconds)
        bend = 1 - 0.03 * np.exp(-clock(length) / 0.03)
        reeds = sum(periodic(cycles(hz * stage.pitch * bend), saw(18, 0.7)) for hz in (415.0, 521.0))
        place(out, np.asarray(reeds) * plateau(length, 0.012), at)
        at, index = at + seconds + (0.15 if index % 2 == 0 else 0.8) * slow, index + 1
    bell = filtered(
        out,
        lambda hz: band(hz, 200 * stage.pitch, 6000) * (0.25 + hill(np.maximum(hz, 10), 2400 * stage.pitch**0.5, 0.6)),
    )
    return bell + 0.02 * np.abs(bell) * rng.standard_normal(stage.samples)


def drill(stage: Stage) -> Signal:
    """A universal motor with its gear: it spins up, bites, labours, and is let go."""
    rng, out, at = stage.rng, stage.silence(), 0.0
    while at < stage.seconds:
        seconds = stage.between(1.6, 2.6)
        length = count(seconds)
        t = clock(length)
        load = 1 - 0.2 * (1 / (1 + np.exp(-(t - 0.45) / 0.06))) + 0.02 * wander(rng, length, 6)
        spin = (1 - np.exp(-t / 0.08)) * np.minimum(1, 0.3 + (seconds - t) / 0.25)
        phase = cycles(210 * stage.pitch * stage.rate * load * spin)
        motor = periodic(phase, saw(14, 0.8)) + 0.8 * periodic(phase * 9.3, [1, 0.5, 0.25])
        grind = noise(rng, length, 900, 9000, slope=1) * (0.5 + 0.5 * sine(phase / 5)) * struck(length, 0.5, 9)
        place(out, (motor * spin + 0.5 * stage.force * grind) * plateau(length, 0.03), at)
        at += seconds + stage.between(0.05, 0.2)
    chuck = sprinkle(stage.samples, np.array([0.01]), 2400, 0.004, 0.5)
    return out + chuck
