"""Seed-VC at the seam to the worker, with networks of drawn weights in the place of the published ones."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import Audio
from engine.capabilities import VcParams
from engine.errors import InvalidInput, JobCancelled
from engine.generation import Task
from engine.vc.converter import Converter
from engine.vc.runner import VcRunner
from engine.vc.weights import SPEECH
from tests.engine.vc.tiny import HOP_SAMPLES, SAMPLE_RATE, TinyEncoder, speech, tiny_network

SOURCE = {"id": "upload_1", "key": "uploads/1.flac", "seconds": 2.0}
OWN_VOICE = speech(4.0, hertz=210, seed=1)
BUILT_IN = {"heart": speech(4.0, hertz=180, seed=2)}


def sample_of(voice):
    if voice not in BUILT_IN:
        raise InvalidInput(f"The voice {voice!r} has no sample to convert to. Choose another voice.")
    return BUILT_IN[voice]


@pytest.fixture(scope="module")
def network():
    return tiny_network()


@pytest.fixture
def encoder():
    return TinyEncoder()


@pytest.fixture
def runner(network, encoder, monkeypatch, tmp_path):
    def opened(variant, folders, device, *, precision, pieces_at_once, **options):
        assert (variant, folders, device) == (SPEECH, {}, "cpu")
        assert options == {"model": "seed-vc@7", "folder": tmp_path}
        # Of several at once, as on a card, and exact, so that a batch can be compared.
        return Converter(network, encoder, pieces_at_once=3, **options)

    monkeypatch.setattr(Converter, "open", opened)
    return VcRunner(SPEECH, "7", {}, "cpu", cache=tmp_path, sample_of=sample_of)


def task(seconds=2.0, *, seed=1, reference=OWN_VOICE, voice="voice_1", on_step=lambda fraction: None, **options):
    params = VcParams(source=SOURCE, voice=voice, **({"quality": "draft"} | options))
    return Task(params, seed, on_step, source=speech(seconds), reference=reference)


def test_it_says_who_it_is(runner):
    assert (runner.capability, runner.model, runner.revision, runner.max_batch) == ("vc", "seed-vc", "7", 1)


def test_a_batch_of_different_wishes_gives_each_what_it_gets_alone(runner):
    tasks = [
        task(seed=1),
        task(3.0, seed=2, reference=None, voice="heart"),
        task(seed=3, guidance=0.0),
        task(1.2, seed=4, length_adjust=1.5),
    ]
    for each, together in zip(tasks, runner.run(tasks), strict=True):
        [alone] = runner.run([each])
        assert together.sample_rate == SAMPLE_RATE
        assert np.abs(together.samples - alone.samples).max() < 1e-4


def test_the_same_seed_gives_the_same_clip_and_another_seed_another(runner):
    first, again, other = runner.run([task(seed=5), task(seed=5), task(seed=6)])
    assert np.array_equal(first.samples, again.samples)
    assert not np.allclose(first.samples, other.samples, atol=1e-3)


@pytest.mark.parametrize(("quality", "steps"), [("draft", 10), ("good", 25), ("best", 50)])
def test_progress_is_told_for_each_step_of_the_quality(runner, quality, steps):
    told = []
    runner.run([task(0.6, quality=quality, on_step=told.append)])
    assert told == pytest.approx([step / steps for step in range(steps + 1)])


def test_a_longer_clip_is_asked_for_by_its_pace(runner):
    [clip] = runner.run([task(2.0, length_adjust=2.0)])
    assert len(clip.samples) == 4 * 16 * HOP_SAMPLES


def test_a_withdrawn_job_stops_at_its_next_step_and_harms_no_other(runner):
    told = []

    def on_step(fraction):
        told.append(fraction)
        if len(told) == 4:
            raise JobCancelled

    cancelled, clip = runner.run([task(on_step=on_step), task(seed=2)])
    assert isinstance(cancelled, JobCancelled)
    assert len(told) == 4
    [alone] = runner.run([task(seed=2)])
    assert np.abs(clip.samples - alone.samples).max() < 1e-4


def test_a_voice_is_listened_to_once_also_across_a_restart(runner, network, encoder, tmp_path):
    runner.run([task(reference=None, voice="heart")])
    assert encoder.windows == 2  # of the source and of the voice
    runner.run([task(reference=None, voice="heart")])
    assert encoder.windows == 3
    VcRunner(SPEECH, "7", {}, "cpu", cache=tmp_path, sample_of=sample_of).run([task(reference=None, voice="heart")])
    assert encoder.windows == 4


def test_a_refusal_is_the_result_of_its_own_task(runner):
    silent = Task(task().params, 1, lambda fraction: None, source=Audio(np.zeros(16_000, np.float32), 16_000))
    nobody = task(reference=None, voice="nobody")
    without_sample, clip, too_quiet = runner.run([nobody, task(), silent])
    assert isinstance(without_sample, InvalidInput)
    assert isinstance(clip, Audio)
    assert isinstance(too_quiet, InvalidInput)
