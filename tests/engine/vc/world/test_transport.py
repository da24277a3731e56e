"""Sounds of one voice over those of another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.vc.world import transport
from engine.vc.world.cepstra import COEFFICIENTS, Cepstra
from engine.vc.world.transport import FEWEST_FRAMES, Transport, changes
from engine.vc.world.vocoder import HERTZ


def cloud(count, *, seed, mean=0.0, scale=1.0):
    rng = np.random.default_rng(seed)
    mix = rng.standard_normal((COEFFICIENTS, COEFFICIENTS)) / 4 + np.eye(COEFFICIENTS)
    return mean + scale * rng.standard_normal((count, COEFFICIENTS)) @ mix


def test_one_cloud_takes_the_place_and_the_shape_of_the_other(monkeypatch):
    monkeypatch.setattr(transport, "TOWARDS_NEIGHBOURS", 0.0)
    source, target = cloud(3000, seed=1), cloud(3000, seed=2, mean=1.5, scale=1.7)
    carried = source + replace(Transport.between(source, target), weight=1.0).change(source)
    assert carried.mean(axis=0) == pytest.approx(target.mean(axis=0), abs=0.01)
    assert np.abs(np.cov(carried.T) - np.cov(target.T)).max() < 0.1 * np.cov(target.T).max()


def test_what_is_carried_comes_nearer_to_what_was_really_said():
    source, target = cloud(500, seed=1), cloud(500, seed=2, mean=1.0)
    carried = source + Transport.between(source, target).change(source)

    def distance(rows):
        return np.sqrt(np.square(rows[:, None] - target[None]).sum(axis=2).min(axis=1)).mean()

    assert distance(carried) < 0.8 * distance(source)


def test_a_voice_laid_over_itself_stays_near():
    voice = cloud(1000, seed=1)
    change = Transport.between(voice, voice).change(voice)
    assert np.square(change).mean() < 0.4 * voice.var(axis=0).mean()


def test_of_a_few_frames_nothing_is_concluded_and_of_few_little():
    target = cloud(2000, seed=2, mean=3.0)
    assert Transport.between(cloud(FEWEST_FRAMES - 1, seed=1), target) is None
    assert Transport.between(cloud(60, seed=1), target).weight < 0.2
    assert Transport.between(cloud(1500, seed=1), target).weight > 0.95


def test_frames_of_a_kind_of_which_nothing_is_known_are_left_alone():
    rows, voiced = cloud(100, seed=1), np.arange(100) < 50
    only = Transport.between(cloud(500, seed=1), cloud(500, seed=2, mean=1.0))
    found = changes(rows, voiced, only, None)
    assert np.abs(found[:40]).max() > 0.1
    assert np.abs(found[60:]).max() == 0


def test_changes_do_not_jump_from_frame_to_frame():
    rows, voiced = cloud(200, seed=1), np.arange(200) % 40 < 20
    both = [Transport.between(cloud(500, seed=1), cloud(500, seed=each, mean=each)) for each in (2, 5)]
    found = changes(rows, voiced, *both)
    assert np.abs(np.diff(found, axis=0)).max() < 0.25 * np.ptp(found)


@pytest.mark.parametrize("top", [3_800.0, 12_000.0])
def test_a_change_of_cepstra_is_the_filter_between_two_envelopes(top):
    """Loudness apart, and as finely as so few numbers say it."""
    cepstra = Cepstra(top)
    one, other = (3 * np.cos(HERTZ / scale) for scale in (900, 1300))
    change = cepstra.of(other[None]) - cepstra.of(one[None])
    band = (HERTZ > 150) & (0.9 * top > HERTZ)
    wanted = (other - one)[band]
    found = cepstra.filter(change)[0][band]
    assert np.std(found - wanted - (found - wanted).mean()) < 0.15 * np.std(wanted)
