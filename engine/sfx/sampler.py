"""Samplers: from noise to a latent along a schedule, one evaluation of the network for each step.

DDIM (arXiv 2010.02502, equation 12) is what the authors use. DPM-Solver++ (2M) (arXiv 2211.01095, algorithm 2) solves
the same equation to second order from what the step before has seen.
x latent [B, 4, 10, W] float32, eps its predicted noise, x0 its predicted clean form, which is never clipped.
A sampler is an iterator, so that whoever runs it may report each step, or stop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from torch import Tensor

from engine.sfx.schedule import Schedule

Noise = Callable[[Tensor, int], Tensor]
"""x and an index into the schedule -> eps."""
Change = Callable[[Tensor, int], Tensor]
"""x and an index into the schedule -> x as the step shall find it."""


class Step(NamedTuple):
    latent: Tensor
    clean: Tensor  # x0 as predicted before the step


def ddim(
    eps_of: Noise,
    latent: Tensor,
    schedule: Schedule,
    *,
    start: int | None = None,
    eta: float = 0.0,
    step_noise: Sequence[Tensor] = (),
    before: Change | None = None,
) -> Iterator[Step]:
    """From timesteps[start - 1], or the last, down to the first and on to abar_0.

    eta above 0 adds fresh noise at each step, also the last: `step_noise` in the order of the steps.
    """
    first = len(schedule) if start is None else start
    for done, index in enumerate(reversed(range(first))):
        if before is not None:
            latent = before(latent, index)
        abar, abar_next = float(schedule.abar[index]), float(schedule.abar_next[index])
        sigma = ddim_sigma(abar, abar_next, eta)
        eps = eps_of(latent, index)
        clean = clean_of(latent, eps, abar)
        latent = math.sqrt(abar_next) * clean + math.sqrt(1 - abar_next - sigma**2) * eps
        if eta > 0:
            latent = latent + sigma * step_noise[done]
        yield Step(latent, clean)


def ddim_sigma(abar: float, abar_next: float, eta: float) -> float:
    """How much of a step's noise is fresh."""
    return eta * math.sqrt((1 - abar_next) / (1 - abar) * (1 - abar / abar_next))


def clean_of(latent: Tensor, eps: Tensor, abar: float) -> Tensor:
    return (latent - math.sqrt(1 - abar) * eps) / math.sqrt(abar)


def log_snr(abar: float) -> float:
    """Half the logarithm of the signal-to-noise ratio: the lambda of DPM-Solver."""
    return 0.5 * math.log(abar / (1 - abar))


def dpm_solver(eps_of: Noise, latent: Tensor, schedule: Schedule, *, start: int | None = None) -> Iterator[Step]:
    """DPM-Solver++ (2M) over the same steps as `ddim`; its first step is that of DDIM."""
    before: tuple[Tensor, float] | None = None  # x0 of the step before, and how far that step went
    first = len(schedule) if start is None else start
    for index in reversed(range(first)):
        abar, abar_next = float(schedule.abar[index]), float(schedule.abar_next[index])
        clean = clean_of(latent, eps_of(latent, index), abar)
        way = log_snr(abar_next) - log_snr(abar)
        ahead = clean
        if before is not None:
            clean_before, way_before = before
            ahead = clean + (way / way_before / 2) * (clean - clean_before)
        shrunk = math.sqrt((1 - abar_next) / (1 - abar)) * latent
        latent = shrunk - math.sqrt(abar_next) * math.expm1(-way) * ahead
        before = clean, way
        yield Step(latent, clean)


def keeping(schedule: Schedule, clean: Tensor, mask: Tensor, noises: Sequence[Tensor]) -> Change:
    """For `before`: where mask [B, 1, 10, W] is 1 the latent stays that of `clean`, noised afresh for each step.

    No blend follows the last step: paste the source back afterwards.
    """
    each = iter(noises)

    def kept(latent: Tensor, index: int) -> Tensor:
        return mask * schedule.noised(clean, next(each), index) + (1 - mask) * latent

    return kept
