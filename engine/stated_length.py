"""How long a file says it is, so that one which broke off in transit is refused instead of spoken half.

FFmpeg also *estimates* durations, from bit rates and file sizes. An estimate proves nothing, so it must be
told from a statement, per container.
"""

from __future__ import annotations

import av

STATED_BY_TRACK = ("mov", "flac", "aiff")  # FFmpeg reads these from a header, or leaves them out
TOLERANCE_SECONDS, TOLERANCE_SHARE = 0.25, 0.01  # encoder delay and rounded tables

_STREAMED_BYTES = 2**31 - 2**17  # a WAV written to a pipe states about 2 or 4 GiB: no statement at all
_MATROSKA_DURATION = b"\x44\x89"  # EBML id of Segment/Info/Duration


def stated_seconds(container: av.container.InputContainer, stream: av.AudioStream, data: bytes) -> float | None:
    """None: this file makes no statement, as a live recording or raw AAC does."""
    kind = container.format.name
    if kind == "mp3":
        return _by_mp3_header(stream, data)
    if kind == "wav":
        return _by_wav_header(stream, data)
    if kind.startswith("matroska"):
        stated = container.duration if _MATROSKA_DURATION in data[:65536] else None
        return stated / av.time_base if stated else None
    if kind.startswith(STATED_BY_TRACK) and stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return None


def is_cut_off(container: av.container.InputContainer, data: bytes, stated: float | None, reached: float) -> bool:
    """`reached`: seconds up to which there was sound (or picture)."""
    if container.format.name == "ogg":
        return _last_ogg_page_is_incomplete(data)
    return stated is not None and reached < stated * (1 - TOLERANCE_SHARE) - TOLERANCE_SECONDS


def _by_mp3_header(stream: av.AudioStream, data: bytes) -> float | None:
    """The frame count in the Xing or Info header that opens files of most encoders.

    Read here, since FFmpeg replaces it by an estimate where it doubts it.
    """
    start = 0
    if data[:3] == b"ID3":
        a, b, c, d = data[6:10]
        start = 10 + (a << 21 | b << 14 | c << 7 | d)
    opening = data[start : start + 256]
    tag = max(opening.find(b"Xing"), opening.find(b"Info"))
    if tag < 0 or len(opening) < tag + 12 or not opening[tag + 7] & 1:
        return None
    frames = int.from_bytes(opening[tag + 8 : tag + 12], "big")
    return frames * (1152 if stream.sample_rate >= 32_000 else 576) / stream.sample_rate


def _by_wav_header(stream: av.AudioStream, data: bytes) -> float | None:
    """The size of the data chunk, which FFmpeg replaces by what is really there."""
    position = 12
    while len(chunk := data[position : position + 8]) == 8 and chunk[:4] != b"data":
        position += 8 + int.from_bytes(chunk[4:], "little") + chunk[4] % 2  # chunks start at even positions
    stated = int.from_bytes(chunk[4:], "little")
    if not stream.bit_rate or stated >= _STREAMED_BYTES:
        return None
    return stated * 8 / stream.bit_rate


def _last_ogg_page_is_incomplete(data: bytes) -> bool:
    """Ogg states no length, but each page states its own: a cut nearly always falls inside one."""
    page = data.rfind(b"OggS")
    if page < 0 or len(data) < page + 27:
        return True
    segments = data[page + 26]
    table = data[page + 27 : page + 27 + segments]
    return len(data) < page + 27 + segments + sum(table)
