"""What the vocoder hears in a recording."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import resample
from engine.vc.world.vocoder import FRAME_SECONDS, SAMPLE_RATE, periodicity, pitch_at, pitch_of
from tests.engine.vc.speakers import hissed, speaker


def wave_of(audio):
    return resample(audio, SAMPLE_RATE).samples.astype(np.float64)


@pytest.mark.parametrize("hertz", [75.0, 110.0, 210.0, 330.0])
def test_the_pitch_of_a_voice_is_found_and_not_its_octave(hertz):
    f0 = pitch_of(wave_of(speaker(3, hertz, sway=0.2)))
    voiced = f0[f0 > 0]
    assert np.median(voiced) == pytest.approx(hertz, rel=0.08)
    assert np.mean(np.abs(np.log2(voiced / hertz)) > 0.6) < 0.05


def test_a_long_recording_is_heard_block_by_block_as_if_it_were_heard_whole():
    """Around the border at 10 s the pitch is that of a recording which has no border there."""
    wave = np.tile(wave_of(speaker(3, 140.0)), 5)
    long, part = pitch_of(wave), pitch_of(wave[8 * SAMPLE_RATE : 12 * SAMPLE_RATE])
    there, here = long[1900:2100], part[300:500]
    both = (there > 0) & (here > 0)
    assert both.sum() > 100
    assert np.mean((there > 0) == (here > 0)) > 0.95
    assert np.percentile(np.abs(np.log(there[both] / here[both])), 97) < 0.02


def test_the_progress_of_a_long_search_is_told():
    told = []
    pitch_of(np.tile(wave_of(speaker(3, 140.0)), 8), told.append)
    assert told == sorted(told)
    assert len(told) == 6
    assert 0 <= told[0] < told[-1] < 1


def test_two_periods_of_a_voice_are_alike_and_of_a_whisper_not():
    alike = []
    for wave in (wave_of(speaker(3, 140.0)), wave_of(hissed(3))):
        f0 = pitch_of(wave)
        alike.append(np.mean(periodicity(wave, f0, np.flatnonzero(f0 > 0)) > 0.4))
    assert alike[0] > 0.75
    assert alike[1] < 0.2


def test_between_two_frames_the_pitch_is_between_theirs_and_silence_stays_silence():
    f0 = np.array([100.0, 110, 0, 0, 200])
    times = np.array([0, 0.4, 0.5, 1.2, 1.8, 3.3, 3.8, 9]) * FRAME_SECONDS
    assert pitch_at(f0, times) == pytest.approx([100, 104, 105, 110, 0, 0, 200, 200])
