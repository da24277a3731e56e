"""Every family, at every length: exact, audible, within its level, seeded."""

from __future__ import annotations

import numpy as np
import pytest

from engine.sfx.foley.families.catalogue import FAMILIES
from engine.sfx.foley.parts.levels import active_level
from engine.sfx.foley.scene import mixed
from engine.sfx.foley.traits import Layer, Traits
from engine.sfx.foley.vocabulary import FAMILIES as WORDS
from tests.engine.sfx_foley.measures import RATE, envelope, features, longest_silence, made

LENGTHS = (0.5, 3.0, pytest.param(30.0, marks=pytest.mark.slow))


def test_there_are_at_least_24_families_and_each_has_words() -> None:
    assert len(FAMILIES) == 44
    assert set(FAMILIES) == set(WORDS)


@pytest.mark.parametrize("seconds", LENGTHS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_clip_has_its_length_its_level_and_clean_ends_and_is_never_silent_for_long(family, seconds) -> None:
    samples = made(family, seconds, seed=5)
    assert samples.shape == (round(seconds * RATE),)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() < 0.95
    assert abs(samples.mean()) < 1e-6
    assert -20 <= active_level(samples) <= -16
    assert np.abs(samples[[0, -1]]).max() < 1e-6
    assert envelope(samples)[:30].max() > 10 ** (-45 / 20)
    assert longest_silence(samples) < min(2.6, 0.9 * seconds)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_is_the_same_clip_and_another_seed_another(family) -> None:
    assert np.array_equal(made(family, 1.0, seed=7), made(family, 1.0, seed=7))
    assert not np.allclose(made(family, 1.0, seed=7), made(family, 1.0, seed=8), atol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_most_extreme_traits_still_make_a_clean_clip(family) -> None:
    for sign in (-2, 2):
        traits = dict.fromkeys(("size", "speed", "force", "distance"), sign)
        samples = made(family, 1.3, echo=max(sign, 0), muffle=max(sign, 0), **traits)
        assert np.isfinite(samples).all()
        assert 10 ** (-3) < np.abs(samples).max() < 0.95
        assert abs(samples.mean()) < 1e-6
        assert -25 <= active_level(samples) <= -14


@pytest.mark.parametrize(
    "material", ["wood", "metal", "glass", "stone", "plastic", "cloth", "gravel", "snow", "leaves"]
)
@pytest.mark.parametrize("family", ["footsteps", "door knock", "door slam", "door creak", "rain", "typewriter", "bell"])
def test_any_material_makes_a_clean_clip(family, material) -> None:
    samples = made(family, 1.1, material=material)
    assert np.abs(samples).max() < 0.95
    assert -20 <= active_level(samples) <= -16


def test_odd_lengths_are_exact() -> None:
    for samples in (22_050, 22_051, 44_099, 44_101, 65_537, 99_991, 131_073):
        for family in ("rain", "wind", "bell", "owl", "explosion"):
            assert mixed((Layer(family),), samples, 0).shape == (samples,)


@pytest.mark.slow
def test_fresh_seeds_are_recognised_by_a_nearest_centroid() -> None:
    names = list(FAMILIES)
    learnt = np.array([[features(made(name, seed=seed)) for seed in range(4)] for name in names])
    centroids = learnt.mean(axis=1)
    spread = learnt.std(axis=1).mean(axis=0) + 0.5
    fresh = [(index, features(made(name, seed=seed))) for index, name in enumerate(names) for seed in (100, 101, 102)]
    right = [index == np.argmin(np.sum(((one - centroids) / spread) ** 2, axis=1)) for index, one in fresh]
    assert np.mean(right) > 0.95


def test_traits_without_a_meaning_for_a_family_leave_its_chance_alone() -> None:
    plain = mixed((Layer("siren"),), RATE, 3)
    assert np.array_equal(plain, mixed((Layer("siren", Traits(material="wood", count=2)),), RATE, 3))
