"""Where a melody goes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.vc.world.melody import Tuning, moved
from engine.vc.world.portrait import Portrait

NONE = np.zeros(513)


def portrait(hertz, spread):
    empty = np.zeros((0, 513), np.float32)
    return Portrait(pitch=np.log(hertz), range=spread, aperiodicity=NONE, voiced=empty, unvoiced=empty)


MAN, WOMAN = portrait(110, 0.15), portrait(200, 0.18)
LINE = np.array([0.0, 95, 110, 0, 130, 110])


def test_the_median_becomes_the_targets_and_the_range_follows():
    found = moved(LINE, MAN, WOMAN, Tuning())
    assert found[[0, 3]].tolist() == [0, 0]
    assert found[2] == pytest.approx(200)
    assert np.log(found[4] / 200) == pytest.approx(np.log(130 / 110) * 0.18 / 0.15)


def test_a_range_is_widened_and_narrowed_only_so_far():
    wild, flat = portrait(200, 0.9), portrait(200, 0.01)
    assert np.log(moved(LINE, MAN, wild, Tuning())[4] / 200) == pytest.approx(1.4 * np.log(130 / 110))
    assert np.log(moved(LINE, MAN, flat, Tuning())[4] / 200) == pytest.approx(0.7 * np.log(130 / 110))


def test_a_mistaken_frame_stays_within_reach_of_the_voice():
    found = moved(np.array([20.0, 900.0]), MAN, WOMAN, Tuning())
    assert found == pytest.approx([100, 500])


@pytest.mark.parametrize("semitones", [-12, 3, 24])
def test_semitones_come_on_top(semitones):
    plain, shifted = (moved(LINE, MAN, WOMAN, Tuning(semitones=each)) for each in (0, semitones))
    assert shifted == pytest.approx(plain * 2 ** (semitones / 12))


def test_a_sung_melody_stays_where_it_is_unless_asked_for():
    assert moved(LINE, MAN, WOMAN, Tuning(singing=True)) == pytest.approx(LINE)
    assert moved(LINE, MAN, WOMAN, Tuning(singing=True, semitones=2)) == pytest.approx(LINE * 2 ** (2 / 12))


def test_a_sung_melody_moves_by_whole_octaves():
    assert moved(LINE, MAN, WOMAN, Tuning(singing=True, auto=True)) == pytest.approx(2 * LINE)
    assert moved(LINE, MAN, portrait(130, 0.1), Tuning(singing=True, auto=True)) == pytest.approx(LINE)
