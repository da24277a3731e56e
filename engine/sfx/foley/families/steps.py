"""Footsteps.

A step is two blows, heel and ball, about 100 ms apart, at 1.6 to 2.2 steps a second for a walk. On firm ground each is
a thump and a click; on loose ground a crumpling of many micro-impacts, after Cook's PhISEM (Computer Music Journal
21(3), 1997) and Fontana and Bresin, Physics-based sound synthesis and control of crushing (2003).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.sfx.foley.parts.events import place, sprinkle, takes
from engine.sfx.foley.parts.modes import body, material
from engine.sfx.foley.parts.noise import noise
from engine.sfx.foley.parts.tones import count, struck
from engine.sfx.foley.stage import Signal, Stage

BALL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Ground:
    """`grains` per step at `hz`, each `decay` seconds long; `firm` is how much of thump and click is heard."""

    grains: int
    hz: float
    decay: float
    firm: float


FIRM = Ground(0, 2000, 0.001, 1)
LOOSE: Mapping[str, Ground] = {
    "gravel": Ground(90, 3000, 0.0016, 0.15),
    "snow": Ground(240, 1500, 0.0012, 0.08),
    "leaves": Ground(130, 5200, 0.0009, 0.1),
    "water": Ground(50, 1300, 0.009, 0.2),
    "glass": Ground(60, 6500, 0.012, 0.3),
}


def footsteps(stage: Stage) -> Signal:
    """One after the other, no two alike, left and right a little different."""
    out = stage.silence()
    for index, at in enumerate(takes(stage, 0.54, jitter=0.035)):
        side = 1.06 if index % 2 else 1.0
        place(out, _step(stage, side), float(at), stage.between(0.8, 1))
    return out


def _step(stage: Stage, side: float) -> Signal:
    rng = stage.rng
    ground = LOOSE.get(stage.material, FIRM)
    floor = material(stage.material, "stone")
    hollow = 0.05 if stage.material in ("wood", "metal") else 0.018  # a raised floor booms, a paved one does not
    out = np.zeros(count(0.5))
    for at, weight in ((0.0, 1.0), (BALL_SECONDS / stage.rate * stage.between(0.85, 1.15), 0.6)):
        thump = body(rng, floor, 95 * side * stage.pitch, longest=hollow)
        place(out, thump, at, ground.firm * weight * stage.force)
        click = noise(rng, count(0.02), 700, 2500 + 7000 * floor.hardness) * struck(count(0.02), 0.0006, 0.003)
        place(out, click, at, 0.6 * ground.firm * weight * floor.hardness)
    if ground.grains:
        out += _crunch(stage, ground, side)
    return out


def _crunch(stage: Stage, ground: Ground, side: float) -> Signal:
    """Micro-impacts while the weight rolls from heel to toe."""
    rng, n = stage.rng, min(400, int(ground.grains * stage.force) + 8)
    times = np.sort(0.3 * rng.beta(1.4, 2.6, n)) / max(1, stage.rate)
    hz = np.minimum(ground.hz * side * stage.pitch * rng.lognormal(0, 0.45, n), 16_000)
    rise = 5.0 if stage.material == "water" else 0.0
    return sprinkle(count(0.5), times, hz, ground.decay * rng.uniform(0.4, 1.6, n), rng.lognormal(-0.7, 0.7, n),
                    rise=rise)  # fmt: skip
