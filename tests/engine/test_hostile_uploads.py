"""Uploads made to harm: they open nothing, fill nothing, and raise nothing but the two refusals."""

from __future__ import annotations

import resource
import socket
import struct
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.audio import Audio
from engine.codecs import decode, encode
from engine.errors import ClipTooLong, ClipUnreadable
from tests.engine.sounds import file, tone

FILES = ["ogg", "mp3", "wav", "flac", "m4a"]
TONES = {name: encode(tone(3.0), name) for name in FILES}


def read(data, max_seconds=60.0):
    return decode(data, max_seconds=max_seconds)


def _references(target):
    """Uploads that ask FFmpeg to open `target`, by kind."""
    return {
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
        "m3u8 by extension": f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:9,\n{target}.ts\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile '{target}'\n",
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns={target}\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
        f"<Period><AdaptationSet><Representation><BaseURL>{target}</BaseURL></Representation></AdaptationSet>"
        f"</Period></MPD>",
        "smil": f'<smil><body><audio src="{target}"/></body></smil>',
        "pls": f"[playlist]\nFile1={target}\nNumberOfEntries=1\n",
    }


@pytest.mark.parametrize("kind", _references(""))
def test_playlists_are_refused_and_open_neither_files_nor_addresses(kind, tmp_path):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(TONES["wav"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/clip.wav"
        server.settimeout(0.05)
        for target in (str(secret), f"file://{secret}", address):
            with pytest.raises(ClipUnreadable):
                read(_references(target)[kind].encode())
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(("name", "minutes"), [("flac", 60), ("ogg", 1)])
def test_an_hour_of_silence_costs_only_the_allowed_minute(name, minutes):
    silence = Audio(np.zeros(minutes * 60 * 8_000, np.float32), 8_000)
    bomb = encode(silence, name) * (60 // minutes)  # Ogg files may follow each other
    before, start = _peak_megabytes(), time.process_time()
    with pytest.raises(ClipTooLong):
        read(bomb, max_seconds=60)
    assert _peak_megabytes() - before < 60
    assert time.process_time() - start < 5


def _mp4_claiming(count):
    """Twenty bytes of header that make FFmpeg index `count` samples."""
    data = bytearray(TONES["m4a"])
    sizes, chunks, times = (data.find(name) for name in (b"stsz", b"stsc", b"stts"))
    data[sizes + 8 : sizes + 16] = struct.pack(">II", 1, count)
    data[chunks + 16 : chunks + 20] = data[times + 12 : times + 16] = struct.pack(">I", count)
    return bytes(data)


def test_an_mp4_that_claims_millions_of_samples_is_refused_before_they_are_indexed():
    before = _peak_megabytes()
    with pytest.raises(ClipUnreadable):
        read(_mp4_claiming(60_000_000))
    assert _peak_megabytes() - before < 60


def test_a_decoy_in_front_of_the_claim_hides_nothing():
    data = _mp4_claiming(60_000_000)
    position = data.find(b"stsz") - 4
    before = _peak_megabytes()
    with pytest.raises(ClipUnreadable):
        read(data[: position - 8] + b"\0\0\0\0stsz" + data[position:])
    assert _peak_megabytes() - before < 60


def test_a_fragment_that_claims_millions_of_samples_is_refused():
    run = struct.pack(">I4sII", 16, b"trun", 0, 150_000_000)
    with pytest.raises(ClipUnreadable):
        read(TONES["m4a"] + struct.pack(">I4s", 24, b"moof") + run)


def test_a_header_packed_by_zlib_is_refused():
    packed = struct.pack(">I4sI4s4s", 40, b"cmov", 12, b"dcom", b"zlib")
    with pytest.raises(ClipUnreadable):
        read(TONES["m4a"][:28] + struct.pack(">I4s", 48, b"moov") + packed + bytes(20))


def _peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _survives(data):
    try:
        audio = read(data, max_seconds=5)
    except (ClipUnreadable, ClipTooLong):
        return
    assert audio.samples.dtype == np.float32
    assert np.isfinite(audio.samples).all()
    assert np.abs(audio.samples).max() <= 1


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=4_096))
@example(b"RIFF\0\0\0\0WAVEfmt ")
@example(b"OggS")
@example(b"ID3\4\0\0\x7f\x7f\x7f\x7f")
@example(b"fLaC\0\0\0\x22" + bytes(34))
def test_no_bytes_raise_anything_but_the_two_refusals(data):
    _survives(data)


SEEDS = [
    *(encode(tone(0.3), name) for name in FILES),
    file("webm", "libopus", "flt", audio=tone(0.3)),
    file("mp4", "aac", audio=tone(0.3), layout="5.1", movflags="frag_keyframe+empty_moov"),
    file("avi", "libmp3lame", audio=tone(0.3), pictures=3),
    file("caf", "alac", "s16p", audio=tone(0.3)),
]


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=20),
    st.floats(0.2, 1),
)
def test_no_damage_to_a_real_file_raises_anything_but_the_two_refusals(seed, changes, kept):
    data = bytearray(seed)
    for where, value in changes:
        # Headers stand at both ends, and are where damage does most.
        data[int((where**3 if value % 2 else 1 - where**3) * (len(data) - 1))] = value
    _survives(bytes(data[: int(len(data) * kept)]))
