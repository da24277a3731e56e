"""What a family is given: a source of chance, a length, and traits as factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.sfx.foley.traits import Traits

SAMPLE_RATE = 44_100

Signal: TypeAlias = npt.NDArray[np.float64]
"""[S] at 44.1 kHz, of any level: levels are settled when layers are mixed."""


@dataclass(frozen=True, slots=True)
class Stage:
    rng: np.random.Generator
    samples: int
    traits: Traits

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE

    @property
    def pitch(self) -> float:
        """Factor on frequencies: 0.6 for what is big, 1.6 for what is small."""
        return 2 ** (-0.7 * self.traits.size)

    @property
    def rate(self) -> float:
        """Factor on event rates."""
        return 2**self.traits.speed

    @property
    def force(self) -> float:
        """Factor on density and hardness."""
        return 2**self.traits.force

    @property
    def material(self) -> str:
        return self.traits.material

    def silence(self) -> Signal:
        return np.zeros(self.samples)

    def between(self, low: float, high: float) -> float:
        """One draw; a new one at each call."""
        return float(self.rng.uniform(low, high))
