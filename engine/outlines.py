"""How a clip looks: its loudness in a few bytes, for the wave that chats draw beside a voice message."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

MOST_BARS = 256
BARS_PER_SECOND = 10
LONGEST_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Outline:
    """`loudness` 1 to 256 bytes, each the peak of an equal part of the clip, 0 silent and 255 the loudest of it."""

    seconds: float
    loudness: bytes


async def outline(data: bytes) -> Outline:
    """Of a clip of our own, whatever its format. Raises `ClipUnreadable`."""
    return await asyncio.to_thread(_outline, data)


def _outline(data: bytes) -> Outline:
    # Decoders are heavy, and most processes that could draw never do.
    import numpy as np

    from engine.decoding import decode

    audio = decode(data, max_seconds=LONGEST_SECONDS)
    bars = min(MOST_BARS, max(1, round(audio.seconds * BARS_PER_SECOND)))
    peaks = np.array([np.abs(part).max(initial=0) for part in np.array_split(audio.samples, bars)])
    loudest = max(float(peaks.max()), 1e-6)
    return Outline(audio.seconds, np.round(peaks / loudest * 255).astype(np.uint8).tobytes())
