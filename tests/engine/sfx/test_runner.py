"""What a job asks for, as the generator is told."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import Audio
from engine.capabilities import Quality, SfxParams
from engine.generation import Task
from engine.sfx.effect import GUIDANCE, STEPS, Effect
from engine.sfx.runner import effect_of


def on_step(fraction: float) -> None:
    """For who does not want to know."""


def test_every_option_of_a_job_reaches_the_network() -> None:
    params = SfxParams(
        prompt="rain",
        seconds=3.0,
        loop=True,
        candidates=4,
        quality="best",
        guidance=5.0,
        negative="thunder",
        strength=0.3,
    )
    source = Audio(np.zeros(100, np.float32), 16_000)
    assert effect_of(Task(params, 9, on_step, source=source)) == Effect(
        prompt="rain",
        seconds=3.0,
        seed=9,
        guidance=5.0,
        without="thunder",
        candidates=4,
        steps=STEPS["best"],
        source=source,
        strength=0.3,
        loop=True,
        on_step=on_step,
    )


def test_what_is_not_said_is_as_the_authors_have_it_with_fewer_steps() -> None:
    assert effect_of(Task(SfxParams(prompt="rain"), 1, on_step)) == Effect(
        prompt="rain", seconds=10.0, seed=1, guidance=GUIDANCE, on_step=on_step
    )


@pytest.mark.parametrize("quality", ["draft", "good"])
def test_the_default_stays_within_25_evaluations_of_the_network(quality: Quality) -> None:
    effect = effect_of(Task(SfxParams(prompt="rain", quality=quality), 1, on_step))
    assert effect.own_steps <= 25
