"""A recording in another voice, by signal processing: computed speakers, measured by other code than converts them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.audio import Audio, resample
from engine.errors import InvalidInput, JobCancelled
from engine.vc.world.converter import PIECE_FRAMES, converted, voice_of
from engine.vc.world.melody import Tuning
from engine.vc.world.vocoder import FRAME_SAMPLES, SAMPLE_RATE
from tests.engine.vc.speakers import hissed, median_pitch, speaker

MAN, WOMAN = speaker(4, 105.0, seed=1), speaker(6, 205.0, tract=1.17, seed=2)
PIECE_SAMPLES = PIECE_FRAMES * FRAME_SAMPLES


@pytest.fixture(scope="module")
def man():
    return voice_of(speaker(6, 105.0, seed=4))


@pytest.fixture(scope="module")
def woman():
    return voice_of(WOMAN)


@pytest.fixture(scope="module")
def as_woman(woman):
    return converted(MAN, woman, Tuning())


def active_level(audio):
    frames = np.square(audio.samples[: len(audio.samples) // 240 * 240].reshape(-1, 240)).mean(axis=1)
    return 10 * np.log10(frames[frames > 0.01 * frames.max()].mean())


def test_the_pitch_goes_to_the_targets_both_ways(as_woman, man):
    assert median_pitch(as_woman) == pytest.approx(205, rel=0.1)
    assert median_pitch(converted(WOMAN, man, Tuning())) == pytest.approx(105, rel=0.1)


def test_the_average_envelope_comes_nearer_to_the_targets(as_woman):
    """In dB between 200 Hz and 4 kHz, tilt and level included."""

    def average(audio):
        samples = resample(audio, 16_000).samples
        frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::256] * np.hanning(1024)
        power = np.square(np.abs(np.fft.rfft(frames))).mean(axis=0)[13:256]
        bands = 10 * np.log10(power.reshape(27, 9).mean(axis=1))
        return bands - bands.mean()

    before = np.abs(average(MAN) - average(WOMAN)).mean()
    assert np.abs(average(as_woman) - average(WOMAN)).mean() < 0.7 * before


def test_as_loud_as_the_source(woman, as_woman):
    assert active_level(as_woman) == pytest.approx(active_level(MAN), abs=1)
    quiet = Audio(MAN.samples * np.float32(0.02), MAN.sample_rate)
    assert active_level(converted(quiet, woman, Tuning())) == pytest.approx(active_level(quiet), abs=1)


@pytest.mark.parametrize("length_adjust", [0.5, 0.77, 1.0, 2.0])
def test_as_long_as_asked_for_to_the_sample(woman, length_adjust):
    source = Audio(MAN.samples[:20_011], MAN.sample_rate)
    clip = converted(source, woman, Tuning(), length_adjust=length_adjust)
    assert (clip.sample_rate, clip.samples.dtype) == (SAMPLE_RATE, np.float32)
    assert len(clip.samples) == round(len(resample(source, SAMPLE_RATE).samples) * length_adjust)
    assert median_pitch(clip) == pytest.approx(205, rel=0.1)


def test_the_same_request_gives_the_same_clip(woman, as_woman):
    assert np.array_equal(converted(MAN, woman, Tuning()).samples, as_woman.samples)


def test_where_somebody_spoke_somebody_speaks_and_where_not_not(as_woman):
    def heard(audio):
        samples = resample(audio, 8_000).samples
        return np.square(samples[: len(samples) // 400 * 400].reshape(-1, 400)).mean(axis=1)

    before, after = heard(MAN), heard(as_woman)
    assert np.corrcoef(np.log(before[:79]), np.log(after[:79]))[0, 1] > 0.8


def humming(seconds, hertz=130.0):
    """Steady: what fades, dips or clicks in it is ours."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * k * hertz * time + k) / k for k in range(1, 30))
    return Audio((0.1 * wave).astype(np.float32), SAMPLE_RATE)


def hissing(seconds):
    noise = np.diff(np.random.default_rng(3).standard_normal(round(seconds * SAMPLE_RATE) + 1))
    return Audio((0.05 * noise).astype(np.float32), SAMPLE_RATE)


@pytest.mark.parametrize("source", [humming(10), humming(10, 97.3), hissing(10)], ids=["130 Hz", "97 Hz", "hiss"])
def test_no_seam_is_heard_where_pieces_meet(woman, source):
    """RMS in windows of 10 ms around the joins stays within what it is elsewhere; no sample jumps further."""
    clip = converted(source, woman, Tuning()).samples.astype(float)
    window = SAMPLE_RATE // 100
    level = 10 * np.log10(np.square(clip[: len(clip) // window * window].reshape(-1, window)).mean(axis=1))
    level, jumps = level[20:-20], np.abs(np.diff(clip))
    joins = range(PIECE_SAMPLES, len(clip) - SAMPLE_RATE, PIECE_SAMPLES)
    assert len(joins) == 1
    around = [index // window - 20 + step for index in joins for step in range(-3, 8)]
    elsewhere = np.delete(level, around)
    assert level[around].min() > np.percentile(elsewhere, 1) - 1
    assert level[around].max() < np.percentile(elsewhere, 99) + 1
    assert abs(level[around].mean() - elsewhere.mean()) < 1
    for index in joins:
        assert jumps[index - 500 : index + 1500].max() <= jumps[SAMPLE_RATE : index - 1500].max()


def test_a_whisper_stays_a_whisper(woman):
    source = hissed(3)
    clip = converted(source, woman, Tuning())
    assert clip.seconds == 3
    assert active_level(clip) == pytest.approx(active_level(source), abs=1)
    spectrum = np.abs(np.fft.rfft(clip.samples * np.hanning(len(clip.samples))))
    flat = np.convolve(spectrum, np.ones(60) / 60, mode="same")[300:9000]
    assert np.percentile(spectrum[300:9000] / flat, 99.9) < 5  # a harmonic would stand out by more


def test_a_telephone_is_converted_too(woman):
    clip = converted(speaker(3, 105.0, rate=8_000, seed=6), woman, Tuning())
    assert clip.seconds == 3
    assert median_pitch(clip) == pytest.approx(205, rel=0.1)
    spectrum = np.square(np.abs(np.fft.rfft(clip.samples)))
    assert spectrum[3 * 6_000 :].sum() < 0.01 * spectrum.sum()  # nothing is made up where nothing was


def test_a_word_is_too_little_to_be_turned_inside_out(woman):
    """Half a second of one vowel: it moves up, and stays that vowel rather than become the average one."""
    word = Audio(speaker(0.5, 105.0, seed=1).samples, 16_000)
    clip = converted(word, woman, Tuning())
    assert clip.seconds == 0.5
    assert np.isfinite(clip.samples).all()
    assert np.abs(clip.samples).max() < 1


def test_a_song_keeps_its_intervals(woman):
    sung = converted(MAN, woman, Tuning(singing=True, auto=True))
    assert median_pitch(sung) == pytest.approx(210, rel=0.05)
    lower = converted(MAN, woman, Tuning(singing=True, semitones=3))
    assert median_pitch(lower) == pytest.approx(105 * 2 ** (3 / 12), rel=0.05)


def test_progress_rises_to_the_end(woman):
    told = []
    converted(humming(10), woman, Tuning(), on_step=told.append)
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == 1
    assert len(told) >= 5


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_job_can_be_cancelled_between_pieces(woman, at):
    told = []

    def cancel(done):
        told.append(done)
        if len(told) == at:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        converted(humming(10), woman, Tuning(), on_step=cancel)
    assert len(told) == at


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (speaker(0.3), "The clip lasts 0.3 seconds and at least 0.5 are needed."),
        (Audio(np.zeros(48_000, np.float32), 16_000), "The clip is silent. Use a recording in which somebody speaks."),
    ],
)
def test_a_source_with_nothing_to_convert_is_refused_with_a_sentence(woman, source, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        converted(source, woman, Tuning())


@pytest.mark.parametrize(
    ("sample", "sentence"),
    [
        (speaker(0.4), "The voice sample lasts 0.4 seconds and at least 1 are needed."),
        (Audio(np.zeros(48_000, np.float32), 16_000), "The voice sample is silent."),
        (hissed(4), "No voice with a pitch is heard in the voice sample."),
    ],
)
def test_a_sample_without_a_voice_is_refused_with_a_sentence(sample, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        voice_of(sample)


LONG = """
import resource
import numpy as np
from engine.audio import Audio
from engine.vc.world.converter import converted, voice_of
from engine.vc.world.melody import Tuning
from tests.engine.vc.speakers import speaker
voice = voice_of(speaker(6, 205.0, tract=1.17, seed=2))
source = speaker(4, 105.0, seed=1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
converted(Audio(np.tile(source.samples, {times}), source.sample_rate), voice, Tuning())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
def test_memory_is_that_of_a_piece_however_long_the_clip():
    """Twelve seconds may take 0.3 GB; the 20 after them only copies of their samples, 0.2 MB a second each."""
    took = [
        int(subprocess.run([sys.executable, "-c", LONG.format(times=n)], check=True, capture_output=True).stdout)
        for n in (3, 8)
    ]
    assert took[0] < 300
    assert took[1] - took[0] < 60
