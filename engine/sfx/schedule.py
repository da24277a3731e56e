"""Noise schedule of Make-An-Audio (that of Stable Diffusion 1) and the timesteps that a sampler visits.

t timestep 0..999, beta linear in its square root, abar_t = prod (1 - beta_s) for s <= t.
A latent at t is sqrt(abar_t) clean + sqrt(1 - abar_t) noise. Every sampler ends at abar_0, not at 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

TIMESTEPS = 1000
FIRST_BETA, LAST_BETA = 0.00085, 0.012
# The order of the root. Synthetic weights did best at 3; trained networks on this very schedule, at about the 7 of the
# paper. `bernie bench sfx --solvers` measures.
SPACING = 5.0


def alphas_cumprod() -> Tensor:
    """abar as float32 [1000], rounded once from float64 as in the checkpoints."""
    roots = torch.linspace(FIRST_BETA**0.5, LAST_BETA**0.5, TIMESTEPS, dtype=torch.float64)
    return torch.cumprod(1 - roots.square(), dim=0).float()


def ddim_timesteps(steps: int) -> Tensor:
    """int64, ascending from 1 at even distances. Where 1000 is no multiple of `steps` there are a few more of them.

    The published code runs past its table for some counts (3, 9, 27, 36, ...); here those end at 999.
    """
    distance = TIMESTEPS // steps
    found: Tensor = torch.unique(torch.arange(1, TIMESTEPS + 1, distance).clamp(max=TIMESTEPS - 1))
    return found


def solver_timesteps(steps: int, first: int = TIMESTEPS - 1) -> Tensor:
    """int64 [at most `steps`], ascending to `first`: close together where little noise is left.

    The ratio of noise to signal falls to that of timestep 0, which is not among them, at even distances of its root
    (arXiv 2206.00364, equation 5).
    """
    abar = alphas_cumprod().double()
    roots = ((1 - abar) / abar).pow(1 / (2 * SPACING))
    grid = torch.linspace(float(roots[first]), float(roots[0]), steps + 1, dtype=torch.float64)
    nearest = (roots - grid[:-1, None]).abs().argmin(dim=1)
    found: Tensor = torch.unique(nearest.clamp(min=1))  # where steps lie closer than timesteps, some are the same
    return found


@dataclass(frozen=True, slots=True)
class Schedule:
    """Timesteps, ascending; `abar` of each and `abar_next` of where its step leads. Float64: used as numbers."""

    timesteps: Tensor  # int64 [S]
    abar: Tensor  # [S]
    abar_next: Tensor  # [S]

    @classmethod
    def through(cls, timesteps: Tensor) -> Schedule:
        abar = alphas_cumprod().double()
        there = abar[timesteps]
        return cls(timesteps, there, torch.cat([abar[:1], there[:-1]]))

    def __len__(self) -> int:
        return len(self.timesteps)

    def noised(self, clean: Tensor, noise: Tensor, index: int) -> Tensor:
        """clean and noise [B, ...] -> the latent at timesteps[index]."""
        abar = float(self.abar[index])
        return math.sqrt(abar) * clean + math.sqrt(1 - abar) * noise
