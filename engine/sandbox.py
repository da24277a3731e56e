"""Where uploads are decoded: in a process of its own, with little memory, that may die without harm.

A decoder for a dozen formats is the largest surface that a stranger's bytes ever touch. What comes out is our own
FLAC: everything after this reads only what we wrote.
"""

from __future__ import annotations

import asyncio
import resource
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from pebble import ProcessExpired, ProcessPool

from engine.errors import ClipUnreadable

if TYPE_CHECKING:
    from engine.audio import Audio

MEMORY_BYTES = 2 * 1024**3
"""Of address space: five minutes at 192 kHz need 0.5 GiB, FFmpeg and numpy 0.5 GiB more."""
TIMEOUT_SECONDS = 60
FILES_PER_PROCESS = 50
HIGHEST_RATE = 48_000
SILENCE_DB = 40
"""How far below the loudest frame a frame counts as silence."""
FRAME_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Prepared:
    """A user's clip as mono FLAC. `sounding_seconds` from the first to the last frame that is no silence."""

    data: bytes
    seconds: float
    sounding_seconds: float
    sample_rate: int


class Sandbox:
    """Starts its process with the first upload: an idle service does not pay for it."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None

    async def prepare(self, data: bytes, *, max_seconds: float) -> Prepared:
        """Raises `ClipUnreadable` and `ClipTooLong`; the first also when the decoder died or did not end."""
        if self._pool is None:
            # spawn: a fork would take the event loop, its sockets and the database with it.
            self._pool = ProcessPool(
                max_workers=1, max_tasks=FILES_PER_PROCESS, initializer=_confine, context=get_context("spawn")
            )
        future = self._pool.schedule(_prepare, args=(data, max_seconds), timeout=TIMEOUT_SECONDS)
        try:
            prepared: Prepared = await asyncio.wrap_future(future)
        except (ProcessExpired, TooLate, MemoryError) as error:
            raise ClipUnreadable(
                "This file cannot be read as audio: decoding it takes more than it should. "
                "Please send it as MP3, OGG, WAV or FLAC."
            ) from error
        return prepared

    def close(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _prepare(data: bytes, max_seconds: float) -> Prepared:
    # In the child: the service itself loads FFmpeg only where it encodes.
    from engine.audio import resample
    from engine.codecs import decode, encode

    audio = decode(data, max_seconds=max_seconds)
    if audio.sample_rate > HIGHEST_RATE:
        audio = resample(audio, HIGHEST_RATE)
    return Prepared(encode(audio, "flac"), audio.seconds, sounding_seconds(audio), audio.sample_rate)


def sounding_seconds(audio: Audio) -> float:
    """From the start of the first frame that is no silence to the end of the last; 0 for silence."""
    import numpy as np

    hop = max(1, round(FRAME_SECONDS * audio.sample_rate))
    frames = np.pad(audio.samples, (0, -audio.samples.size % hop)).reshape(-1, hop)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    floor = max(float(power.max(initial=0.0)) * 10 ** (-SILENCE_DB / 10), 1e-9)
    heard = np.flatnonzero(power > floor)
    return 0.0 if heard.size == 0 else float(heard[-1] - heard[0] + 1) * hop / audio.sample_rate
