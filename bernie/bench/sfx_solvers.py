"""`bernie bench sfx --solvers`: how near few evaluations of the network come to the exact solution.

A network of reduced width with drawn weights, guidance 3, the same noise for all. The reference takes every timestep,
999 of them, to second order; the distance is relative to its length. DDIM is taken as published, with its timesteps,
and over those of our solver, so that what the timesteps do and what the order does stand apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from bernie.bench.drawn_sfx import REDUCED, drawn
from bernie.bench.figures import Figure
from bernie.bench.measuring import one_thread
from engine.sfx.config import LATENT_ROWS
from engine.sfx.effect import GUIDANCE
from engine.sfx.guidance import GuidedNoise
from engine.sfx.sampler import Step, ddim, dpm_solver
from engine.sfx.schedule import TIMESTEPS, Schedule, ddim_timesteps, solver_timesteps
from engine.sfx.text_encoder import CONDITION_TOKENS
from engine.sfx.unet import UNet

EVALUATIONS = (10, 15, 20, 25, 100)
UNIT = "% of its length"
QUICK_STRIDE = 9  # of the reference


def measure(*, quick: bool = False) -> list[Figure]:
    """First how far DDIM with all steps is from the reference: below that, a distance says nothing."""
    with one_thread():
        world = _World(4 if quick else REDUCED.columns)
        every = torch.arange(TIMESTEPS - 1, 0, -QUICK_STRIDE if quick else -1).flip(0)
        exact = world.solved("ours", every)
        figures = [Figure(f"DDIM, {len(every)} steps", _distance(world.solved("ddim", every), exact), UNIT)]
        for count in EVALUATIONS:
            ours, theirs = solver_timesteps(count), ddim_timesteps(count)
            figures += [
                Figure(f"DDIM, {len(theirs)} steps", _distance(world.solved("ddim", theirs), exact), UNIT),
                Figure(f"DDIM, our {len(ours)} steps", _distance(world.solved("ddim", ours), exact), UNIT),
                Figure(f"DPM-Solver++, {len(ours)} steps", _distance(world.solved("ours", ours), exact), UNIT),
            ]
    return figures


class _World:
    """One network, one prompt, one noise."""

    def __init__(self, columns: int) -> None:
        self.unet = drawn(UNet(REDUCED.unet), seed=1)
        source = Generator().manual_seed(1)
        self.text = torch.randn(2, CONDITION_TOKENS, REDUCED.unet.context, generator=source)
        self.noise = torch.randn(1, REDUCED.unet.latent_channels, LATENT_ROWS, columns, generator=source)

    def solved(self, sampler: str, timesteps: Tensor) -> Tensor:
        schedule = Schedule.through(timesteps)
        guided = GuidedNoise(self.unet, schedule, self.text[:1], self.text[1:], torch.tensor([GUIDANCE]))
        steps: Iterator[Step] = {"ddim": ddim, "ours": dpm_solver}[sampler](guided, self.noise, schedule)
        *_, last = steps
        return last.latent


def _distance(found: Tensor, exact: Tensor) -> float:
    return float(100 * (found - exact).norm() / exact.norm())
