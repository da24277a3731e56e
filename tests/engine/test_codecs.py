"""Formats that leave the house: what is in the file, how long it is, and that it sounds as before."""

from __future__ import annotations

import io
from dataclasses import FrozenInstanceError
from itertools import product

import av
import numpy as np
import pytest

from engine.audio import Audio, resample
from engine.codecs import FORMATS, Encoder, decode, encode
from tests.engine.sounds import loudest_hertz, signal_to_noise, tone


def heard(audio, form):
    """What a listener gets, also of the format that has no header."""
    data = encode(audio, form)
    if form == "pcm":
        return Audio(np.frombuffer(data, "<i2").astype(np.float32) / 32768, FORMATS["pcm"].sample_rate)
    return decode(data, max_seconds=60)


def test_there_are_six_formats_and_nobody_can_change_them():
    assert list(FORMATS) == ["ogg", "mp3", "wav", "flac", "m4a", "pcm"]
    assert all(name == form.name for name, form in FORMATS.items())
    with pytest.raises(TypeError):
        FORMATS["ogg"] = FORMATS["mp3"]
    with pytest.raises(FrozenInstanceError):
        FORMATS["ogg"].bit_rate = 1


@pytest.mark.parametrize(
    ("form", "container", "codec", "sample_rate"),
    [
        ("ogg", "ogg", "opus", 48_000),
        ("mp3", "mp3", "mp3", 44_100),
        ("wav", "wav", "pcm_s16le", 22_050),
        ("flac", "flac", "flac", 22_050),
        ("m4a", "mov,mp4,m4a,3gp,3g2,mj2", "aac", 44_100),
    ],
)
def test_a_file_is_what_its_name_says_and_mono(form, container, codec, sample_rate):
    with av.open(io.BytesIO(encode(tone(sample_rate=22_050), form))) as file:
        (stream,) = file.streams
        assert file.format.name == container
        assert stream.codec_context.codec.canonical_name == codec
        assert (stream.sample_rate, stream.channels) == (sample_rate, 1)


def test_a_telegram_voice_note_starts_with_an_opus_header_for_one_channel():
    data = encode(tone(), "ogg")
    head = data[data.index(b"OpusHead") :]
    assert data[:4] == b"OggS"
    assert (head[8], head[9]) == (1, 1)  # version, channels
    assert data[5] & 2  # first page of the stream
    assert data[data.rindex(b"OggS") + 5] & 4  # and the last is marked as such


def test_opus_and_mp3_keep_their_bit_rates():
    noise = Audio(np.random.default_rng(1).normal(0, 0.1, 240_000).astype(np.float32), 24_000)
    assert len(encode(noise, "ogg")) * 8 / 10 == pytest.approx(64_000, rel=0.3)
    assert len(encode(noise, "mp3")) * 8 / 10 == pytest.approx(128_000, rel=0.03)


def test_a_wav_has_the_plain_header_that_every_reader_expects():
    data = encode(tone(), "wav")
    assert data[36:44] == b"data" + (len(data) - 44).to_bytes(4, "little")


@pytest.mark.parametrize(("form", "seconds"), list(product(FORMATS, [0.05, 0.5, 3.0])))
def test_pitch_level_and_length_survive(form, seconds):
    result = heard(tone(seconds), form)
    assert result.samples.dtype == np.float32
    assert result.seconds == pytest.approx(seconds, abs=0.05)
    assert loudest_hertz(result) == pytest.approx(440, abs=max(2, 1.5 / seconds))
    if seconds > 0.1:
        assert np.sqrt(np.mean(result.samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize(("form", "sample_rate"), list(product(FORMATS, [8_000, 16_000, 44_100, 96_000])))
def test_any_rate_between_telephone_and_studio_can_be_encoded(form, sample_rate):
    result = heard(tone(0.5, sample_rate), form)
    assert result.sample_rate == (FORMATS[form].sample_rate or sample_rate)
    assert result.seconds == pytest.approx(0.5, abs=0.05)
    assert loudest_hertz(result) == pytest.approx(440, abs=4)


@pytest.mark.parametrize(("form", "decibels"), [("wav", 80), ("flac", 80), ("pcm", 80), ("ogg", 30), ("m4a", 40)])
def test_little_is_lost_and_nothing_is_shifted(form, decibels):
    audio = tone(2.0)
    result = resample(heard(audio, form), 24_000)
    reference, actual = (Audio(one.samples[12_000:36_000], 24_000) for one in (audio, result))  # once settled
    assert signal_to_noise(reference, actual) > decibels


@pytest.mark.parametrize("form", FORMATS)
def test_a_clip_that_is_too_loud_does_not_clip(form):
    result = heard(tone(level=5.0), form)
    settled = np.abs(result.samples[5_000:-5_000]).max()
    assert (0.65 if form == "m4a" else 0.8) < settled < 1  # FFmpeg's AAC loses 2 dB of a pure tone at full scale
    harmonics = np.abs(np.fft.rfft(result.samples * np.hanning(len(result.samples))))
    fundamental = round(440 * result.seconds)
    third = round(1_320 * result.seconds)
    assert harmonics[third - 3 : third + 4].max() < harmonics[fundamental] / 300


@pytest.mark.parametrize("form", FORMATS)
def test_samples_that_are_no_numbers_cost_only_themselves(form):
    audio = tone()
    audio.samples[[0, 5_000, 5_001]] = np.nan, np.inf, -np.inf
    result = heard(audio, form)
    assert np.isfinite(result.samples).all()
    assert loudest_hertz(result) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("form", FORMATS)
def test_silence_stays_silence(form):
    result = heard(Audio(np.zeros(12_000, np.float32), 24_000), form)
    assert np.abs(result.samples).max() < 1e-3
    assert result.seconds == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("form", FORMATS)
def test_full_scale_squares_do_not_wrap_around(form):
    square = Audio(np.sign(tone(hertz=300).samples).astype(np.float32), 24_000)
    result = resample(heard(square, form), 24_000)
    assert np.mean(np.sign(result.samples[1_000:-2_000]) == np.sign(square.samples[1_000:-2_000])) > 0.95


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_audio_gives_the_same_bytes(form):
    assert encode(tone(), form) == encode(tone(), form)


def test_an_unknown_format_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        encode(tone(), "aiff")


def test_audio_without_samples_cannot_be_a_file():
    with pytest.raises(ValueError, match="without samples"):
        encode(Audio(np.zeros(0, np.float32), 24_000), "wav")


@pytest.mark.parametrize("form", ["pcm", "mp3", "ogg", "wav"])
def test_a_piece_that_is_split_to_be_heard_sooner_sounds_as_if_it_were_not(form):
    loud = Audio(tone(1.0).samples * np.float32(3), tone(1.0).sample_rate)
    whole, parted = Encoder(FORMATS[form], loud.sample_rate), Encoder(FORMATS[form], loud.sample_rate)
    beginning, rest = Encoder.split(loud, 0.25)
    assert (beginning.seconds, rest.seconds) == (0.25, 0.75)
    first = parted.encode(beginning)
    assert first
    assert first + parted.encode(rest) + parted.finish() == whole.encode(loud) + whole.finish()


def test_a_piece_shorter_than_what_goes_ahead_is_all_of_it():
    beginning, rest = Encoder.split(tone(0.1), 0.25)
    assert beginning.seconds == pytest.approx(0.1)
    assert rest.seconds == 0
    encoder = Encoder(FORMATS["mp3"], beginning.sample_rate)
    assert encoder.encode(rest) == b""
