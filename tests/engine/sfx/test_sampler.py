"""Schedules and samplers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.sfx.sampler import ddim, dpm_solver, log_snr
from engine.sfx.schedule import Schedule, alphas_cumprod, ddim_timesteps, solver_timesteps


@pytest.mark.parametrize("steps", [1, 3, 9, 27, 36, 101, 251, 501, 1000])
def test_timesteps_stay_in_the_table_where_the_published_ones_leave_it(steps: int) -> None:
    timesteps = ddim_timesteps(steps)
    assert timesteps[0] == 1
    assert timesteps[-1] <= 999
    assert (timesteps.diff() > 0).all()


@pytest.mark.parametrize("steps", [4, 10, 25, 100])
@pytest.mark.parametrize("first", [999, 500, 60])
def test_the_solver_takes_no_more_steps_than_asked_for_and_begins_where_it_should(steps: int, first: int) -> None:
    timesteps = solver_timesteps(steps, first)
    assert 1 <= len(timesteps) <= steps
    assert timesteps[-1] == first
    assert timesteps[0] >= 1
    assert (timesteps.diff() > 0).all()


def narrowed(x: Tensor, index: int, schedule: Schedule) -> Tensor:
    """The true noise of a world in which every clean latent is drawn from N(0, 1/4): its solution is known."""
    abar = float(schedule.abar[index])
    return math.sqrt(1 - abar) * x / (abar / 4 + 1 - abar)


def error(sampler: object, steps: int) -> float:
    schedule = Schedule.through(solver_timesteps(steps))
    start = torch.ones(1, 4, 10, 2)
    *_, step = sampler(lambda x, i: narrowed(x, i, schedule), start, schedule)  # type: ignore[operator]
    abar = alphas_cumprod().double()
    spread = ((abar / 4 + 1 - abar)[[0, 999]]).sqrt()
    return abs(float(step.latent[0, 0, 0, 0]) - float(spread[0] / spread[1]))


def test_both_samplers_converge_to_the_exact_solution_and_the_solver_far_faster() -> None:
    assert error(ddim, 400) < error(ddim, 100) < error(ddim, 25) < 0.1
    assert error(dpm_solver, 25) < error(ddim, 25) / 4
    assert error(dpm_solver, 25) < error(ddim, 100)


def test_the_solver_is_of_second_order() -> None:
    assert error(dpm_solver, 40) < error(dpm_solver, 20) / 3


def test_the_signal_to_noise_ratio_is_even_where_both_have_the_same_power() -> None:
    assert log_snr(0.5) == 0
