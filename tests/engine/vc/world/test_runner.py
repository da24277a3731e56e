"""The embedded conversion at the seam to the worker."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.audio import Audio
from engine.capabilities import VcParams
from engine.errors import InvalidInput, JobCancelled
from engine.generation import Task
from engine.vc.world import converter, runner
from engine.vc.world.runner import WorldRunner
from tests.engine.vc.speakers import median_pitch, speaker

SOURCE = {"id": "upload_1", "key": "uploads/1.flac", "seconds": 2.0}
BUILT_IN = speaker(3, 205.0, tract=1.17, seed=2)
OWN_VOICE = speaker(3, 150.0, tract=1.1, seed=3)


def task(*, reference=None, source=None, on_step=lambda fraction: None, **options):
    params = VcParams(source=SOURCE, **({"voice": "heart"} | options))
    return Task(params, 1, on_step, source=source or speaker(2, 105.0, seed=1), reference=reference)


def sample_of(voice):
    if voice != "heart":
        raise InvalidInput(f"The voice {voice!r} has no sample to convert to. Choose another voice.")
    return BUILT_IN


@pytest.fixture
def world():
    return WorldRunner(sample_of)


def test_a_built_in_voice_by_its_sample_and_an_own_one_by_its_clip(world):
    built_in, own = world.run([task(), task(reference=OWN_VOICE, voice="voice_1")])
    assert median_pitch(built_in) == pytest.approx(205, rel=0.1)
    assert median_pitch(own) == pytest.approx(150, rel=0.1)


def test_what_a_request_may_ask_for_is_done(world):
    [clip] = world.run([task(semitones=-5, length_adjust=1.5)])
    assert clip.seconds == 3
    assert median_pitch(clip) == pytest.approx(205 * 2 ** (-5 / 12), rel=0.1)
    [sung] = world.run([task(singing=True, auto_pitch=True)])
    assert median_pitch(sung) == pytest.approx(210, rel=0.05)


def test_a_voice_is_listened_to_once(world, monkeypatch):
    heard = []
    monkeypatch.setattr(runner, "voice_of", lambda clip: heard.append(clip) or converter.voice_of(clip))
    world.run([task(), task(semitones=1)])
    world.run([task(reference=Audio(BUILT_IN.samples.copy(), BUILT_IN.sample_rate))])
    assert len(heard) == 1


def test_a_refusal_or_a_withdrawal_is_the_result_of_its_own_task(world):
    def withdrawn(fraction):
        raise JobCancelled

    silence = Audio(np.zeros(16_000, np.float32), 16_000)
    results = world.run([task(source=silence), task(voice="nobody"), task(on_step=withdrawn), task()])
    assert [type(result) for result in results] == [InvalidInput, InvalidInput, JobCancelled, Audio]


def test_neither_knowing_of_it_nor_running_it_brings_torch() -> None:
    program = (
        "import sys; import engine.vc.world;"
        "assert not {'numpy', 'pyworld', 'torch'} & set(sys.modules), 'heavy';"
        "import engine.vc.world.runner;"
        "assert not {'scipy', 'torch', 'transformers'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
