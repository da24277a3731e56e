"""How much shorter one vocal tract is than another."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import resample
from engine.vc.world.portrait import portrait_of
from engine.vc.world.tract import stretch_between, stretched
from engine.vc.world.vocoder import HERTZ, SAMPLE_RATE, pitch_of
from tests.engine.vc.speakers import speaker


def portrait(seconds=6.0, hertz=110.0, **more):
    wave = resample(speaker(seconds, hertz, **more), SAMPLE_RATE).samples.astype(np.float64)
    return portrait_of(wave, pitch_of(wave))


@pytest.mark.parametrize(("hertz", "tract"), [(195.0, 1.17), (110.0, 1.0), (90.0, 0.92)])
def test_the_stretch_is_found_within_a_twentieth(hertz, tract):
    found = stretch_between(portrait(seed=1), portrait(hertz=hertz, tract=tract, seed=2))
    assert found == pytest.approx(tract, rel=0.05)


def test_a_voice_is_not_stretched_to_become_itself():
    assert stretch_between(portrait(seed=1), portrait(seed=5)) == pytest.approx(1, abs=0.02)


def test_a_telephone_is_compared_as_far_as_it_carries():
    narrow, wide = portrait(rate=8_000, seed=1), portrait(hertz=195.0, tract=1.17, seed=2)
    assert stretch_between(narrow, wide) == pytest.approx(1.17, rel=0.1)


@pytest.mark.parametrize("stretch", [0.82, 0.9, 1.0, 1.2, 1.25])
def test_a_formant_is_moved_by_the_stretch_and_the_axis_stays_filled(stretch):
    peak = -np.square((HERTZ - 2000) / 300)
    found = stretched(peak[np.newaxis], stretch)[0]
    assert HERTZ[found.argmax()] == pytest.approx(2000 * stretch, abs=25)
    axis = stretched(HERTZ[np.newaxis], stretch)[0]
    assert axis[0] == 0
    assert axis[-1] == pytest.approx(HERTZ[-1])
    assert (np.diff(axis) > 0).all()
