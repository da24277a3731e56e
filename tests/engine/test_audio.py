"""Sound in memory: resampling keeps the pitch, limiting only ever lowers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.audio import PEAK, Audio, join, limit_peak, resample
from tests.engine.sounds import loudest_hertz, tone


@pytest.mark.parametrize(
    "samples", [np.zeros((1, 10), np.float32), np.zeros(10), np.zeros(10, np.int16)], ids=["2d", "f64", "s16"]
)
def test_audio_is_one_channel_of_float32_and_nothing_else(samples):
    with pytest.raises(ValueError, match="float32"):
        Audio(samples, 24_000)


def test_a_sample_rate_of_zero_is_no_sample_rate():
    with pytest.raises(ValueError, match="positive"):
        Audio(np.zeros(1, np.float32), 0)


def test_seconds_are_samples_over_sample_rate():
    assert Audio(np.zeros(36_000, np.float32), 24_000).seconds == 1.5


@pytest.mark.parametrize("source", [8_000, 22_050, 44_100, 96_000])
@pytest.mark.parametrize("target", [8_000, 16_000, 24_000, 48_000])
def test_resampling_keeps_pitch_length_and_level(source, target):
    result = resample(tone(sample_rate=source), target)
    assert result.sample_rate == target
    assert result.samples.dtype == np.float32
    assert result.seconds == pytest.approx(1.0, abs=1 / target)
    assert loudest_hertz(result) == pytest.approx(440, abs=1)
    assert np.sqrt(np.mean(result.samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_resampling_down_removes_what_would_fold_back():
    result = resample(tone(sample_rate=48_000, hertz=15_000), 16_000)
    assert np.abs(result.samples[1_000:-1_000]).max() < 1e-3


def test_resampling_to_the_same_rate_is_the_same_audio():
    audio = tone()
    assert resample(audio, audio.sample_rate) is audio


def test_audio_without_samples_can_be_resampled():
    assert len(resample(Audio(np.zeros(0, np.float32), 24_000), 48_000).samples) == 0


def test_a_quiet_clip_passes_the_limiter_untouched():
    audio = tone(level=0.1)
    assert limit_peak(audio) is audio


def test_a_loud_clip_is_scaled_as_a_whole():
    audio = tone(level=4.0)
    limited = limit_peak(audio)
    assert np.abs(limited.samples).max() == pytest.approx(PEAK)
    np.testing.assert_allclose(limited.samples, audio.samples / 4 * PEAK, atol=1e-4)


def test_the_limiter_leaves_the_samples_that_it_was_given_alone():
    samples = np.array([2.0, np.nan], np.float32)
    limit_peak(Audio(samples, 24_000))
    np.testing.assert_array_equal(samples, [2.0, np.nan])


def test_samples_that_are_no_numbers_become_silence_and_the_rest_stays():
    limited = limit_peak(Audio(np.array([0.5, np.nan, np.inf, -np.inf, -0.5], np.float32), 24_000))
    np.testing.assert_array_equal(limited.samples, np.array([0.5, 0, 0, 0, -0.5], np.float32))


@given(arrays(np.float32, st.integers(0, 50), elements=st.floats(width=32)))
def test_the_limiter_never_amplifies_and_never_exceeds_its_ceiling(samples):
    limited = limit_peak(Audio(samples, 24_000)).samples
    assert limited.dtype == np.float32
    assert np.all(np.abs(limited) <= PEAK * 1.000001)
    assert np.all(np.abs(limited) <= np.where(np.isfinite(samples), np.abs(samples), 0))


def test_joined_pieces_follow_each_other_at_the_first_rate():
    joined = join([tone(0.5, 24_000), tone(0.25, 48_000), tone(0.25, 8_000)])
    assert joined.sample_rate == 24_000
    assert joined.seconds == pytest.approx(1.0, abs=0.001)


def test_nothing_cannot_be_joined():
    with pytest.raises(ValueError, match="nothing"):
        join([])
