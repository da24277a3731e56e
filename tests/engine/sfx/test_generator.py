"""Whole sound effects, from a prompt to a clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.audio import PEAK, Audio
from engine.errors import InvalidInput, JobCancelled, ModelUnavailable
from engine.sfx.effect import Effect
from engine.sfx.generator import SoundGenerator
from tests.engine.sfx.tiny import tiny_network, tiny_ranking, tiny_tokenizer

RAIN = Effect(prompt="rain falls", seconds=1.0, seed=3, steps=4)


@pytest.fixture(scope="module")
def generator() -> SoundGenerator:
    return SoundGenerator(tiny_network(), tiny_tokenizer(), tiny_ranking(), max_rows=8)


def made(generator: SoundGenerator, *effects: Effect) -> list[Audio]:
    found = generator.generate(effects)
    for clip in found:
        assert isinstance(clip, Audio), clip
    return [clip for clip in found if isinstance(clip, Audio)]


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.56, 3.00006, 4.1])
def test_a_clip_has_the_exact_length_and_does_not_clip_nor_click(generator: SoundGenerator, seconds: float) -> None:
    (clip,) = made(generator, replace(RAIN, seconds=seconds))
    assert clip.sample_rate == 16_000
    assert len(clip.samples) == round(seconds * 16_000)
    assert np.isfinite(clip.samples).all()
    assert 0.01 < np.abs(clip.samples).max() <= PEAK + 1e-6
    assert clip.samples[0] == clip.samples[-1] == 0


def test_the_same_seed_gives_the_same_clip_and_another_seed_another(generator: SoundGenerator) -> None:
    first, again, other = (made(generator, each)[0] for each in (RAIN, RAIN, replace(RAIN, seed=4)))
    assert np.array_equal(first.samples, again.samples)
    assert not np.allclose(first.samples, other.samples, atol=1e-3)


def test_a_clip_does_not_depend_on_those_made_beside_it(generator: SoundGenerator) -> None:
    effects = (
        RAIN,
        replace(RAIN, seed=8, prompt="a dog barks", guidance=1.0),
        replace(RAIN, seed=9, without="thunder", candidates=2),
        replace(RAIN, seconds=3.0, steps=5),
    )
    together = made(generator, *effects)
    for clip, effect in zip(together, effects, strict=True):
        alone = made(generator, effect)[0]
        assert np.allclose(clip.samples, alone.samples, atol=2e-4)


def test_every_word_of_the_order_counts(generator: SoundGenerator) -> None:
    plain = made(generator, RAIN)[0].samples
    for change in ({"prompt": "thunder"}, {"guidance": 6.0}, {"without": "a dog barks"}, {"steps": 6}):
        assert not np.allclose(made(generator, replace(RAIN, **change))[0].samples, plain, atol=1e-3)


def test_the_best_candidate_is_one_of_those_that_its_seed_gives(generator: SoundGenerator) -> None:
    best = made(generator, replace(RAIN, candidates=3))[0].samples
    worse = made(generator, replace(RAIN, candidates=1))[0].samples
    assert best.shape == worse.shape
    assert np.array_equal(best, made(generator, replace(RAIN, candidates=3))[0].samples)


def test_without_clap_only_single_candidates_can_be_had() -> None:
    plain = SoundGenerator(tiny_network(), tiny_tokenizer())
    clip, refused = plain.generate([RAIN, replace(RAIN, candidates=2)])
    assert isinstance(clip, Audio)
    assert isinstance(refused, ModelUnavailable)


def test_a_prompt_that_the_model_cannot_read_is_refused_alone(generator: SoundGenerator) -> None:
    refused, clip = generator.generate([replace(RAIN, prompt="雨"), RAIN])
    assert isinstance(refused, InvalidInput)
    assert isinstance(clip, Audio)


def test_progress_rises_and_a_cancelled_effect_ends_at_its_next_step(generator: SoundGenerator) -> None:
    heard: list[float] = []

    def leave(fraction: float) -> None:
        heard.append(fraction)
        if len(heard) == 3:
            raise JobCancelled

    told: list[float] = []
    cancelled, clip = generator.generate([replace(RAIN, on_step=leave), replace(RAIN, on_step=told.append)])
    assert isinstance(cancelled, JobCancelled)
    assert len(heard) == 3
    assert isinstance(clip, Audio)
    assert told == sorted(told)
    assert 0 == told[0] < told[-1] < 1


def test_nothing_is_computed_for_those_who_all_left(generator: SoundGenerator) -> None:
    def leave(_fraction: float) -> None:
        raise JobCancelled

    (found,) = generator.generate([replace(RAIN, on_step=leave, steps=10_000)])
    assert isinstance(found, JobCancelled)


def test_a_source_stays_nearer_to_itself_at_a_lower_strength(generator: SoundGenerator) -> None:
    source = made(generator, replace(RAIN, seconds=2.5, seed=20))[0]
    changed = [
        made(generator, replace(RAIN, seconds=2.5, source=source, strength=strength))[0].samples
        for strength in (0.05, 0.6, 1.0)
    ]
    assert all(len(each) == len(source.samples) for each in changed)
    assert not np.allclose(changed[0], changed[1], atol=1e-3)
    assert not np.allclose(changed[1], changed[2], atol=1e-3)


@pytest.mark.parametrize("seconds", [0.01, 0.7, 30.0])
def test_a_source_may_be_shorter_or_longer_than_the_clip(generator: SoundGenerator, seconds: float) -> None:
    wave = np.random.default_rng(0).standard_normal(max(1, round(seconds * 44_100))).astype(np.float32)
    (clip,) = made(generator, replace(RAIN, source=Audio(wave, 44_100), strength=0.3))
    assert len(clip.samples) == 16_000


def test_a_loop_leads_from_its_end_into_its_beginning(generator: SoundGenerator) -> None:
    (clip,) = made(generator, replace(RAIN, seconds=2.0, loop=True))
    assert len(clip.samples) == 32_000
    steps = np.abs(np.diff(clip.samples))
    assert abs(clip.samples[0] - clip.samples[-1]) <= steps.max()
    assert np.abs(clip.samples[-160:]).max() > 0
