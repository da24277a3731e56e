"""The ends, the loop and the length of a clip."""

from __future__ import annotations

import numpy as np

from engine.audio import PEAK
from engine.sfx.effect import Effect
from engine.sfx.finishing import faded, finished, liveliest, looped

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


def test_both_ends_are_silent_and_the_middle_is_untouched() -> None:
    wave = np.ones(16_000, np.float32)
    found = faded(wave)
    assert found[0] == found[-1] == 0
    assert np.array_equal(found[48:-320], wave[48:-320])
    assert np.abs(np.diff(found)).max() < 0.04


def test_a_sound_of_one_sample_survives() -> None:
    assert finished(np.ones(1, np.float32), Effect(prompt="rain", seconds=0, seed=1)).samples.shape == (1,)


def test_a_clip_that_is_too_loud_is_scaled_and_not_cut() -> None:
    found = finished(np.linspace(-1, 1, 8_000, dtype=np.float32), EFFECT).samples
    assert np.abs(found).max() <= PEAK + 1e-6
    assert (np.diff(found[100:-400]) > 0).all()


def test_a_loop_of_a_steady_tone_goes_on_at_its_seam() -> None:
    tone = np.sin(2 * np.pi * 100 * np.arange(48_000) / 16_000).astype(np.float32)
    loop = looped(tone, 32_000)
    assert len(loop) == 32_000
    assert abs(loop[0] - tone[32_000]) < 1e-6
    assert abs(loop[0] - loop[-1]) < 0.05
