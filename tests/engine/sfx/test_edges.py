"""The ends of a clip, and a loop that is heard as one: energy and spectrum where its end meets its beginning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.audio import Audio
from engine.capabilities import SfxParams
from engine.generation import Task
from engine.sfx.edges import faded, looped
from engine.sfx.effect import Effect
from engine.sfx.foley.runner import FoleyRunner
from engine.sfx.generator import SoundGenerator
from tests.engine.sfx.tiny import tiny_network, tiny_tokenizer

FRAME_SECONDS = 0.02
BANDS = 12


def test_both_ends_are_silent_and_the_middle_is_untouched() -> None:
    wave = np.ones(16_000, np.float32)
    found = faded(wave, 16_000)
    assert found[0] == found[-1] == 0
    assert np.array_equal(found[48:-320], wave[48:-320])
    assert np.abs(np.diff(found)).max() < 0.04


def test_a_loop_of_a_steady_tone_goes_on_at_its_seam() -> None:
    tone = np.sin(2 * np.pi * 100 * np.arange(48_000) / 16_000).astype(np.float32)
    loop = looped(tone, 32_000, 16_000)
    assert len(loop) == 32_000
    assert abs(loop[0] - tone[32_000]) < 1e-6
    assert abs(loop[0] - loop[-1]) < 0.05


def seam(clips: Sequence[Audio]) -> tuple[float, float]:
    """Of the frame in the middle of which an end meets its beginning, over all clips, in dB: its level against that of
    all frames, and how far it lies from them in each band of its spectrum, on average.
    """
    met, all_of_it = [], []
    for clip in clips:
        size = round(FRAME_SECONDS * clip.sample_rate)
        turned = np.roll(clip.samples, size // 2)
        frames = turned[: len(turned) // size * size].reshape(-1, size)
        power = np.abs(np.fft.rfft(frames * np.hanning(size))) ** 2
        edges = np.unique(np.geomspace(1, power.shape[1], BANDS).astype(int))
        bands = np.column_stack([(frames**2).sum(axis=1), np.add.reduceat(power, edges[:-1], axis=1)])
        met.append(bands[0])
        all_of_it.append(bands.mean(axis=0))
    level, *spectrum = 10 * np.log10(np.mean(met, axis=0) / np.mean(all_of_it, axis=0))
    return float(level), float(np.abs(spectrum).mean())


def foley(prompt: str, *, loop: bool) -> list[Audio]:
    params = SfxParams(prompt=prompt, seconds=2.0, loop=loop)
    clips = FoleyRunner().run([Task(params, seed, lambda fraction: None) for seed in range(12)])
    for clip in clips:
        assert isinstance(clip, Audio)
        assert len(clip.samples) == 2 * clip.sample_rate
    return [clip for clip in clips if isinstance(clip, Audio)]


@pytest.mark.parametrize("prompt", ["rain", "wind", "a car engine", "waterfall", "applause"])
def test_what_goes_on_goes_on_over_the_seam_of_a_loop(prompt: str) -> None:
    level, spectrum = seam(foley(prompt, loop=True))
    assert abs(level) < 2
    assert spectrum < 2
    # The measure hears a seam where there is one: in clips that fade out and in.
    faded_level, faded_spectrum = seam(foley(prompt, loop=False))
    assert faded_level < level - 1
    assert faded_spectrum > 1.5 * spectrum


@pytest.mark.slow
def test_a_networks_loop_goes_on_over_its_seam() -> None:
    generator = SoundGenerator(tiny_network(), tiny_tokenizer())
    effects = [Effect(prompt="rain", seconds=1.5, seed=seed, steps=2, loop=True) for seed in range(5)]
    level, spectrum = seam([clip for clip in generator.generate(effects) if isinstance(clip, Audio)])
    assert abs(level) < 2
    assert spectrum < 2


@pytest.mark.parametrize("seconds", [0.5, 0.73])
def test_a_short_loop_has_its_length_and_does_not_clip(seconds: float) -> None:
    params = SfxParams(prompt="rain and wind", seconds=seconds, loop=True)
    (clip,) = FoleyRunner().run([Task(params, 1, lambda fraction: None)])
    assert isinstance(clip, Audio)
    assert len(clip.samples) == round(seconds * 44_100)
    assert 0.1 < np.abs(clip.samples).max() < 0.9
