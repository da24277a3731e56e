"""The length of a clip, its window, its peak."""

from __future__ import annotations

import numpy as np

from engine.audio import PEAK
from engine.sfx.effect import Effect
from engine.sfx.finishing import finished, liveliest

EFFECT = Effect(prompt="rain", seconds=0.5, seed=1)


def test_of_a_much_longer_sound_the_window_with_the_most_energy_is_taken() -> None:
    wave = np.full(40_960, 0.001, np.float32)
    wave[20_000:26_000] = 0.5
    start = liveliest(wave, 8_000)
    assert start <= 20_000
    assert start + 8_000 >= 26_000
    assert np.abs(finished(wave, EFFECT).samples).max() == np.float32(0.5)


def test_of_a_sound_that_is_only_a_little_longer_the_beginning_is_taken() -> None:
    wave = np.linspace(0.1, 0.9, 8_000 + 2_048, dtype=np.float32)
    middle = finished(wave, EFFECT).samples[1_000:7_000]
    assert np.array_equal(middle, wave[1_000:7_000])


def test_a_sound_of_one_sample_survives() -> None:
    assert finished(np.ones(1, np.float32), Effect(prompt="rain", seconds=0, seed=1)).samples.shape == (1,)


def test_a_clip_that_is_too_loud_is_scaled_and_not_cut() -> None:
    found = finished(np.linspace(-1, 1, 8_000, dtype=np.float32), EFFECT).samples
    assert np.abs(found).max() <= PEAK + 1e-6
    assert (np.diff(found[100:-400]) > 0).all()
