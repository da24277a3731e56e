"""MP4 headers that would fill gigabytes, found before FFmpeg builds its index.

FFmpeg keeps about 30 bytes per sample of an MP4. Where all samples share one size, twenty bytes of header
can claim four thousand million of them, and no limit on decoding helps: the index is built on opening.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Searched for everywhere, not in the box tree: FFmpeg finds boxes in odd places, and so must we. The fields are
# looked at only, so that a decoy cannot swallow the real box behind it.
_SAMPLE_SIZES = re.compile(rb"(?s:stsz(?=.{4}(?P<size>.{4})(?P<count>.{4})))")
_FRAGMENT_RUN = re.compile(rb"(?s:trun(?=.(?P<flags>.{3})(?P<count>.{4})))")
# A header packed by zlib (QuickTime of the nineties): it would hide such tables, or be a bomb itself.
_PACKED_HEADER = re.compile(rb"(?s:cmov.{4}dcomzlib)")
_PER_SAMPLE_FIELDS = 0x000F00  # trun flags: duration, size, flags, time offset


def claims_too_many_samples(data: bytes) -> bool:
    """More samples than bytes: no honest file has that. Counted over all tracks and fragments."""
    return sum(_claims(data)) > len(data) or _PACKED_HEADER.search(data) is not None


def _claims(data: bytes) -> Iterator[int]:
    """Numbers of samples for which the file holds no byte of header each."""
    for table in _SAMPLE_SIZES.finditer(data):
        if _is_box(table, data) and any(table["size"]):
            yield int.from_bytes(table["count"], "big")
    for run in _FRAGMENT_RUN.finditer(data):
        if _is_box(run, data) and not int.from_bytes(run["flags"], "big") & _PER_SAMPLE_FIELDS:
            yield int.from_bytes(run["count"], "big")


def _is_box(found: re.Match[bytes], data: bytes) -> bool:
    """False: four letters that occur in sound by chance, since no box is longer than its file."""
    length = data[max(found.start() - 4, 0) : found.start()]
    return int.from_bytes(length, "big") <= len(data)
