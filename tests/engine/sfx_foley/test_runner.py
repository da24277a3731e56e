"""The seam to the worker: exact, seeded, cancellable, and refusals are results."""

from __future__ import annotations

import subprocess
import sys
import zlib

import numpy as np
import pytest

from engine.capabilities import SfxParams
from engine.errors import InvalidInput, JobCancelled
from engine.generation import Task
from engine.runners import embedded
from engine.sfx.foley.runner import FoleyRunner
from engine.sfx.foley.telling import heard


def task(prompt="rain with distant thunder", *, seconds=1.0, seed=4, on_step=lambda _: None):
    return Task(SfxParams(prompt=prompt, seconds=seconds), seed, on_step)


@pytest.mark.parametrize("seconds", [0.5, 0.7301, 1.00001, 10, 30])
def test_the_clip_is_mono_float32_of_exactly_the_seconds_asked_for(seconds) -> None:
    (audio,) = FoleyRunner().run([task(seconds=seconds)])
    assert (audio.sample_rate, audio.samples.dtype) == (44_100, np.float32)
    assert len(audio.samples) == round(seconds * 44_100)
    assert np.abs(audio.samples).max() < 0.95


def test_the_same_request_and_seed_give_the_same_samples_in_another_process() -> None:
    program = (
        "from engine.capabilities import SfxParams; from engine.generation import Task;"
        "from engine.sfx.foley.runner import FoleyRunner; import zlib;"
        "params = SfxParams(prompt='rain with distant thunder', seconds=1.0);"
        "print(zlib.crc32(FoleyRunner().run([Task(params, 4, lambda _: None)])[0].samples.tobytes()))"
    )
    there = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    first, second = FoleyRunner().run([task(), task()])
    assert np.array_equal(first.samples, second.samples)
    assert zlib.crc32(first.samples.tobytes()) == int(there)


def test_it_is_among_the_embedded_models_and_says_who_it_is() -> None:
    runner = embedded()["foley"](lambda model: FoleyRunner())
    assert (runner.capability, runner.model, runner.revision, runner.max_batch) == ("sfx", "foley", "1", 1)


def test_results_come_in_order_and_one_refusal_spoils_no_other() -> None:
    first, refused, last = FoleyRunner().run([task("bell"), task("a string quartet"), task("owl", seconds=2)])
    assert len(first.samples) == 44_100
    assert isinstance(refused, InvalidInput)
    assert len(last.samples) == 88_200


def test_progress_rises_with_each_layer() -> None:
    steps: list[float] = []
    FoleyRunner().run([task("rain, wind and fire", on_step=steps.append)])
    assert steps == [0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_job_can_be_cancelled_before_each_stage(at) -> None:
    steps: list[float] = []

    def cancel(done: float) -> None:
        steps.append(done)
        if len(steps) > at:
            raise JobCancelled

    (result,) = FoleyRunner().run([task(on_step=cancel)])
    assert isinstance(result, JobCancelled)
    assert len(steps) == at + 1


def test_the_largest_seed_is_a_seed() -> None:
    (audio,) = FoleyRunner().run([task(seed=2**32 - 1)])
    assert np.isfinite(audio.samples).all()


def test_a_prompt_is_judged_without_numpy() -> None:
    program = (
        "import sys; from engine.sfx.foley.prompt import known; known('rain');"
        "assert not {'numpy', 'scipy', 'torch'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("rain", "rain"),
        ("heavy rain", "heavy rain"),
        ("storm", "heavy rain, thunder and wind"),
        ("rain on a tin roof with distant thunder, and a small dog", "rain (metal), distant thunder and small dog"),
        ("three slow knocks on a wooden door in a cave", "slow echoing door knock (wood, 3 times)"),
        ("piano in the rain", "rain"),
    ],
)
def test_what_was_heard_is_told(prompt, told) -> None:
    assert heard(prompt) == told
