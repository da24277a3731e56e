"""Pieces that were spoken apart, at the place where one hands over to the next."""

from __future__ import annotations

import numpy as np
import pytest

from engine.vc.world.joins import OVERLAP_SAMPLES, REACH_SAMPLES, aligned, faded_over
from engine.vc.world.vocoder import SAMPLE_RATE


def pulses(samples, hertz, *, start=0.0):
    time = np.arange(samples) / SAMPLE_RATE + start
    return sum(np.cos(2 * np.pi * k * hertz * time) for k in range(1, 15)) / 15


def test_noise_fades_into_noise_at_even_power():
    rng = np.random.default_rng(1)
    tails, heads = rng.standard_normal((2, 400, OVERLAP_SAMPLES))
    power = np.square([faded_over(tail, head) for tail, head in zip(tails, heads, strict=True)]).mean(axis=0)
    assert power.reshape(-1, 80).mean(axis=1) == pytest.approx(np.ones(OVERLAP_SAMPLES // 80), abs=0.1)


def test_a_piece_fades_into_its_like_without_a_trace():
    piece = pulses(OVERLAP_SAMPLES, 123)
    assert faded_over(piece, piece) == pytest.approx(piece)


@pytest.mark.parametrize("hertz", [45.0, 97.0, 180.0, 410.0])
@pytest.mark.parametrize("late", [0.1, 0.5, 0.8])
def test_the_next_piece_is_moved_until_its_pulses_fall_on_those_before(hertz, late):
    tail = pulses(OVERLAP_SAMPLES, hertz)
    apart = pulses(2 * REACH_SAMPLES + 3 * OVERLAP_SAMPLES, hertz, start=late / hertz)
    found = aligned(tail, apart)
    assert len(found) >= len(apart) - 2 * REACH_SAMPLES
    assert np.abs(found[:OVERLAP_SAMPLES] - tail).max() < 0.15  # a sample is all that it can be off
