"""Dog, cat, owl: animals with a throat, a source of harmonics and formants that move.

A bark lasts 100 to 250 ms, its pitch rises and falls through 250 to 800 Hz and a third of it is noise (Riede and Fitch,
Vocal tract length and acoustics of vocalization in the domestic dog, 1999). A meow of 0.6 to 1 s arches through 400 to
800 Hz while the mouth opens and closes (Nicastro and Owren 2003). A hooting owl is nearly a pure tone near 350 Hz in a
fixed rhythm: one long, three short, one long.
"""

from __future__ import annotations

from engine.sfx.foley.parts.events import place, takes
from engine.sfx.foley.parts.noise import hill, moving, noise, wander
from engine.sfx.foley.parts.space import room
from engine.sfx.foley.parts.tones import clock, count, cycles, hump, line, plateau, sine, voiced
from engine.sfx.foley.stage import Signal, Stage

HOOTS = ((0.0, 0.5), (0.75, 0.13), (0.95, 0.13), (1.15, 0.55))
"""Start and length in seconds."""


def dog(stage: Stage) -> Signal:
    """Barks in twos and threes."""
    rng, out, at, barks = stage.rng, stage.silence(), 0.02, 0
    while at < stage.seconds:
        for _ in range(int(rng.integers(2, 4))):
            if barks == (stage.traits.count or -1):
                return room(out, rng, 0.5, 0.2)
            place(out, _bark(stage), at, stage.between(0.8, 1))
            at, barks = at + stage.between(0.36, 0.46) / stage.rate, barks + 1
        at += stage.between(0.35, 0.9) / stage.rate
    return room(out, rng, 0.5, 0.2)


def _bark(stage: Stage) -> Signal:
    rng, length = stage.rng, count(stage.between(0.15, 0.2))
    top = 560 * stage.pitch * stage.between(0.92, 1.08)
    hz = line([(0, 0.55 * top), (0.25, top), (0.6, 0.85 * top), (1, 0.45 * top)], length)
    hz *= 1 + 0.04 * wander(rng, length, 90)  # a rough voice
    mouth = stage.pitch**0.5 * line([(0, 700), (0.35, 1250), (1, 800)], length)
    voice = voiced(hz, [(mouth, 220.0, 1.0), (2.1 * mouth, 300.0, 0.6), (3400.0, 600.0, 0.25)], 0.6)
    breath = moving(noise(rng, length, 300, 7000), lambda f, t: hill(f, 1300 * stage.pitch**0.5, 0.6))
    return (voice + 0.35 * breath) * line([(0, 0), (0.08, 1), (0.5, 0.8), (1, 0)], length)


def cat(stage: Stage) -> Signal:
    """Mee, ow."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 1.6, jitter=0.2):
        length = count(stage.between(0.7, 1.0) / max(0.7, stage.rate))
        top = 720 * stage.pitch * stage.between(0.9, 1.1)
        hz = line([(0, 0.7 * top), (0.3, top), (0.6, 0.95 * top), (1, 0.55 * top)], length)
        hz *= 1 + 0.012 * sine(clock(length) * 9)
        mouth = stage.pitch**0.6
        first = mouth * line([(0, 500), (0.45, 1450), (1, 700)], length)
        second = mouth * line([(0, 3000), (0.35, 2700), (1, 1400)], length)
        meow = voiced(hz, [(first, 260.0, 1.0), (second, 300.0, 0.7), (4600.0, 700.0, 0.3)], 0.5)
        breath = noise(rng, length, 2000, 8000) * 0.02
        place(out, (meow + breath) * line([(0, 0), (0.12, 0.6), (0.4, 1), (1, 0)], length), float(at))
    return room(out, rng, 0.4, 0.15)


def owl(stage: Stage) -> Signal:
    """In the trees, with their echo."""
    rng, out = stage.rng, stage.silence()
    for at in takes(stage, 3.0, jitter=0.1):
        hz = 345 * stage.pitch * stage.between(0.97, 1.03)
        for late, seconds in HOOTS:
            length = count(seconds)
            path = hz * line([(0, 0.9), (0.2, 1.02), (1, 0.93)], length)
            phase = cycles(path * (1 + 0.008 * sine(clock(length) * 6)))
            hoot = sine(phase) + 0.1 * sine(2 * phase) + 0.05 * sine(3 * phase)
            air = noise(rng, length, 250, 900) * 0.03
            place(out, (hoot + air) * plateau(length, 0.3 * seconds) * hump(length, 0.3), float(at) + late / stage.rate)
    return room(out, rng, 1.2, 0.2, bright=2500)
