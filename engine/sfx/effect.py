"""A sound effect as it is ordered, and the few conversions between its length and the network's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.audio import Audio
from engine.capabilities import Quality
from engine.sfx.config import COLUMN_SAMPLES, SAMPLE_RATE
from engine.sfx.edges import LOOP_SECONDS

STEPS: dict[Quality, int] = {"draft": 10, "good": 20, "best": 50}
"""Evaluations of the network; each but those at a guidance of 1 has two rows."""
GUIDANCE = 3.0  # the authors' own
LEAST_STEPS = 4

BUCKET_COLUMNS = 4
"""Lengths are rounded up to so many columns of 128 ms, so that those of one batch are often equal."""
LEAST_COLUMNS = 20
"""The network was trained on 10 seconds only. Of a shorter sound than 2.5 the liveliest part is taken."""


def nothing(_fraction: float) -> None:
    """For who does not want to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One request. The same values give the same sound, whatever is made beside it.

    `without`: a negative prompt, what it shall not sound like. `source` is changed towards the prompt by `strength`:
    little above 0 it stays as it is, at 1 nothing of it is left. `on_step(fraction)` may raise, which ends it.
    """

    prompt: str
    seconds: float
    seed: int
    guidance: float = GUIDANCE
    without: str = ""
    candidates: int = 1
    steps: int = STEPS["good"]
    source: Audio | None = None
    strength: float = 0.5
    loop: bool = False
    on_step: Callable[[float], None] = nothing

    @property
    def samples(self) -> int:
        """At 16 kHz."""
        return max(1, round(self.seconds * SAMPLE_RATE))

    @property
    def columns(self) -> int:
        """Width of its latent: enough for all samples, and for what a loop blends."""
        samples = self.samples + (round(LOOP_SECONDS * SAMPLE_RATE) if self.loop else 0)
        buckets = math.ceil(samples / (COLUMN_SAMPLES * BUCKET_COLUMNS))
        return max(LEAST_COLUMNS, buckets * BUCKET_COLUMNS)

    @property
    def own_steps(self) -> int:
        """A source needs fewer: it starts further along."""
        return self.steps if self.source is None else max(LEAST_STEPS, math.ceil(self.steps * self.strength))


def draw(seed: int, candidate: int, columns: int, *, rows: int, channels: int) -> tuple[Tensor, Tensor]:
    """Standard normal noise for the start and for the encoder [4, 10, W], of this candidate's own."""
    generator = torch.Generator().manual_seed((seed + 0x9E3779B97F4A7C15 * candidate) % 2**63)
    both = torch.randn(2, channels, rows, columns, generator=generator)
    return both[0], both[1]
