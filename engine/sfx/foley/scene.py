"""From a scene to samples.

Each layer's chance comes from the seed and the family's name: rain sounds the same alone and under thunder, and a clip
depends on nothing but its request (numpy's PCG64; its sines may differ in the last bit between processors).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from engine.sfx.foley.families.catalogue import FAMILIES
from engine.sfx.foley.parts.levels import finished, levelled, target
from engine.sfx.foley.parts.space import placed
from engine.sfx.foley.stage import Signal, Stage
from engine.sfx.foley.traits import Layer, Scene


def rendered(layer: Layer, samples: int, seed: int) -> Signal:
    """[S] at the active level that its traits ask for; peaks are not limited yet."""
    rng = np.random.default_rng([seed, zlib.crc32(layer.family.encode())])
    dry = FAMILIES[layer.family](Stage(rng, samples, layer.traits))
    return levelled(placed(dry, rng, layer.traits), target(layer.traits))


def mixed(scene: Scene, samples: int, seed: int, on_step: Callable[[float], None] = lambda _: None) -> Signal:
    """All layers, as loud as the loudest of them. `on_step` hears what is done, before each stage."""
    out = np.zeros(samples)
    for index, layer in enumerate(scene):
        on_step(index / (len(scene) + 1))
        out += rendered(layer, samples, seed)
    on_step(len(scene) / (len(scene) + 1))
    return finished(out, max(target(layer.traits) for layer in scene))
