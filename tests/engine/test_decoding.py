"""Whatever people send is either understood or refused in a sentence that they can act on."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from engine.audio import Audio
from engine.codecs import decode, encode
from engine.errors import ClipTooLong, ClipUnreadable
from tests.engine.sounds import file, film_without_sound, loudest_hertz, signal_to_noise, tone

FILES = ["ogg", "mp3", "wav", "flac", "m4a"]
TONES = {name: encode(tone(3.0), name) for name in FILES}


def read(data, max_seconds=60.0):
    return decode(data, max_seconds=max_seconds)


@pytest.mark.parametrize(
    ("container", "codec", "sample_format", "sample_rate", "options"),
    [
        ("webm", "libopus", "flt", 48_000, {}),
        ("webm", "libopus", "flt", 48_000, {"live": "1"}),  # as a browser records: no duration
        ("matroska", "aac", "fltp", 44_100, {}),
        ("adts", "aac", "fltp", 44_100, {}),
        ("mp4", "aac", "fltp", 44_100, {"movflags": "frag_keyframe+empty_moov"}),
        ("3gp", "libopencore_amrnb", "s16", 8_000, {}),
        ("amr", "libopencore_amrnb", "s16", 8_000, {}),
        ("aiff", "pcm_s16be", "s16", 44_100, {}),
        ("caf", "alac", "s16p", 44_100, {}),
        ("avi", "libmp3lame", "fltp", 44_100, {}),
        ("asf", "wmav2", "fltp", 44_100, {"bit_rate": 64_000}),
        ("au", "pcm_mulaw", "s16", 8_000, {}),
        ("wav", "pcm_u8", "u8", 11_025, {}),
        ("wav", "pcm_f32le", "flt", 192_000, {}),
        ("ogg", "flac", "s16", 44_100, {}),
    ],
)
def test_the_kinds_that_phones_browsers_and_recorders_make_are_understood(
    container, codec, sample_format, sample_rate, options
):
    audio = read(file(container, codec, sample_format, sample_rate=sample_rate, **options))
    assert audio.sample_rate == sample_rate
    assert audio.seconds == pytest.approx(3.0, abs=0.05)
    assert loudest_hertz(audio) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska", "avi"])
@pytest.mark.parametrize("pictures", [10, 60])
def test_of_a_video_the_sound_is_taken_however_long_the_picture_is(container, pictures):
    audio = read(file(container, "aac", layout="stereo", pictures=pictures))
    assert audio.seconds == pytest.approx(3.0, abs=0.05)
    assert loudest_hertz(audio) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("layout", ["stereo", "quad", "5.1", "7.1"])
@pytest.mark.parametrize(("codec", "sample_format"), [("pcm_s16le", "s16"), ("pcm_f32le", "flt")])
def test_full_scale_in_all_channels_does_not_clip_when_mixed(layout, codec, sample_format):
    source = tone(1.0, 48_000, level=1.0)
    audio = read(file("wav", codec, sample_format, audio=source, layout=layout))
    assert np.abs(audio.samples).max() <= 1
    assert signal_to_noise(source, audio) > 60


@pytest.mark.parametrize(("container", "codec"), [("matroska", "aac"), ("mp4", "aac"), ("flac", "flac")])
def test_eight_channels_are_read_within_the_memory_that_they_have(container, codec):
    sample_format = "s16" if codec == "flac" else "fltp"
    audio = read(file(container, codec, sample_format, layout="7.1"))
    assert audio.seconds == pytest.approx(3.0, abs=0.05)
    assert loudest_hertz(audio) == pytest.approx(440, abs=1)


def test_stereo_is_mixed_to_the_mean_and_keeps_its_level():
    audio = read(file("wav", "pcm_s16le", "s16", audio=tone(level=0.25), layout="stereo"))
    assert np.abs(audio.samples).max() == pytest.approx(0.25, abs=0.001)


def test_files_behind_each_other_are_read_as_one():
    audio = read(TONES["ogg"] + TONES["ogg"])
    assert audio.seconds == pytest.approx(6.0, abs=0.1)


def test_numbers_that_are_none_and_samples_out_of_range_are_repaired():
    samples = 3 * tone(1.0, 48_000).samples
    samples[100] = np.nan
    audio = read(file("wav", "pcm_f32le", "flt", audio=Audio(samples, 48_000), layout="stereo"))
    assert np.isfinite(audio.samples).all()
    assert np.abs(audio.samples).max() == pytest.approx(1)


@pytest.mark.parametrize("stated", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000])
def test_a_wav_from_a_pipe_whose_header_was_never_finished_is_read_to_its_end(stated):
    data = TONES["wav"]
    audio = read(data[:40] + struct.pack("<I", stated) + data[44:])
    assert audio.seconds == pytest.approx(3.0, abs=0.01)


def test_a_damaged_stretch_in_the_middle_costs_no_more_than_itself():
    data = bytearray(TONES["mp3"])
    data[20_000:21_000] = bytes(1_000)
    assert read(bytes(data)).seconds == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.85])
def test_a_file_that_broke_off_is_refused(name, share):
    data = TONES[name]
    with pytest.raises(ClipUnreadable, match="cut off"):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("container", "codec", "options"),
    [
        ("webm", "libopus", {}),
        ("matroska", "aac", {"pictures": 30}),
        ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov"}),
        ("aiff", "pcm_s16be", {}),
    ],
)
def test_other_kinds_that_state_their_length_are_refused_too(container, codec, options):
    sample_format = {"libopus": "flt", "pcm_s16be": "s16"}.get(codec, "fltp")
    data = file(container, codec, sample_format, **options)
    with pytest.raises(ClipUnreadable, match="cut off"):
        read(data[: len(data) * 6 // 10])


@pytest.mark.parametrize("name", FILES)
def test_the_limit_is_inclusive_and_padding_does_not_count(name):
    assert read(TONES[name], max_seconds=3.0).seconds <= 3.0
    with pytest.raises(ClipTooLong, match=r"more than 2\.8 seconds"):
        read(TONES[name], max_seconds=2.8)


def test_the_limit_is_said_in_minutes_where_it_is_one():
    with pytest.raises(ClipTooLong, match="more than 1 minute"):
        read(encode(tone(62, 8_000), "wav"), max_seconds=60)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        bytes(100_000),
        b"Hello, this is a text.\n" * 100,
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"%PDF-1.7\n" * 50,
    ],
    ids=["empty", "one byte", "zeros", "text", "png", "pdf"],
)
def test_what_is_no_sound_is_refused_with_advice(data):
    with pytest.raises(ClipUnreadable, match="Please send"):
        read(data)


def test_a_film_without_sound_is_told_so():
    with pytest.raises(ClipUnreadable, match="no sound"):
        read(film_without_sound())


def test_a_wav_without_samples_is_told_so():
    with pytest.raises(ClipUnreadable, match="no sound"):
        read(TONES["wav"][:40] + bytes(4))


@pytest.mark.parametrize("sample_rate", [1, 3_999, 192_001, 2**31 - 1])
def test_rates_that_no_recorder_uses_are_refused(sample_rate):
    data = TONES["wav"]
    with pytest.raises(ClipUnreadable):
        read(data[:24] + struct.pack("<I", sample_rate) + data[28:])
