"""The sound of a job on its way to the process where somebody listens, when that is not the one that makes it.

The worker leaves each piece as a row while the next is made and wakes the listener; nothing of it is kept once the job
has ended. Only for jobs that somebody hears, and never within one process: there is a `Channel` for that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from engine.clock import now
from engine.generation import Piece, WordTiming
from engine.signals import Channel, Signals
from store import Database, begin, pieces, read
from store.records import Job, StoredPiece

if TYPE_CHECKING:
    from engine.audio import Audio

WORTH_HEARING = 0.01
"""Seconds."""

log = logging.getLogger(__name__)

MOST_SAMPLES = 1 << 20
"""In one row: 4 MB, a quarter of what a statement of MySQL's may hold."""


class Passing:
    """Of one process that makes sound."""

    def __init__(self, db: Database, signals: Signals) -> None:
        self._db, self._signals = db, signals
        # By attempt: one that lost its lease may still run beside the next.
        self._queues: dict[tuple[str, int], asyncio.Queue[Piece | None]] = {}

    @asynccontextmanager
    async def on_the_way(self, jobs: Sequence[Job]) -> AsyncIterator[None]:
        """While these run; at the end all that was put has arrived."""
        elsewhere = [job for job in jobs if job.streamed and job.id not in self._signals.channels]
        if not elsewhere:
            yield
            return
        async with asyncio.TaskGroup() as group:
            for job in elsewhere:
                queue = self._queues[job.id, job.attempt] = asyncio.Queue()
                group.create_task(self._leave(job, queue))
            try:
                yield
            finally:
                for job in elsewhere:
                    self._queues.pop((job.id, job.attempt)).put_nowait(None)

    def put(self, job: Job, piece: Piece) -> None:
        """Nothing happens when nobody listens elsewhere."""
        if queue := self._queues.get((job.id, job.attempt)):
            queue.put_nowait(piece)

    async def _leave(self, job: Job, queue: asyncio.Queue[Piece | None]) -> None:
        number = 0
        try:
            while (piece := await queue.get()) is not None:
                for part in _parts(piece):
                    async with begin(self._db) as tx:
                        await pieces.insert_piece(tx, _stored(job, number, part))
                    number += 1
                self._signals.notify(f"job:{job.id}")
        except Exception:
            # The clip itself does not depend on it: whoever listens takes what is missing from there.
            log.exception("sound not passed on", extra={"job": job.id})


class Arriving:
    """Of one job that is heard here: takes what came since it last looked."""

    def __init__(self, db: Database, channel: Channel) -> None:
        self._db, self._channel = db, channel
        self._last = (0, -1)
        self.sample_rate: int | None = None
        """Of what has come; None when nothing did."""

    async def take(self, job: Job) -> None:
        """Into the channel. Looks for nothing where the job runs in this process."""
        if job.attempt in (0, self._channel.attempt):
            return
        async with read(self._db) as tx:
            found = await pieces.following(tx, job.id, *self._last)
        for one in found:
            if one.attempt != self._last[0]:
                self._channel.begin()
            self._last, self.sample_rate = (one.attempt, one.number), one.sample_rate
            self._channel.put(_piece(one))

    def lacks(self, seconds: float) -> bool:
        """A part of so long a clip has not come: it could not be passed on."""
        return self.sample_rate is not None and seconds - self._channel.sent / self.sample_rate > WORTH_HEARING

    def rest_of(self, whole: Audio) -> Audio:
        """What has not come, in the sample rate of what did."""
        from engine.audio import resample

        rest = resample(whole, self.sample_rate or whole.sample_rate)
        return replace(rest, samples=rest.samples[self._channel.sent :])

    async def clear(self, job: Job) -> None:
        if self.sample_rate is not None:
            async with begin(self._db) as tx:
                await pieces.delete_of(tx, job.id)


def _parts(piece: Piece) -> Iterator[Piece]:
    """Small enough for a row; its words come with the first."""
    samples = piece.audio.samples
    for start in range(0, len(samples), MOST_SAMPLES):
        audio = replace(piece.audio, samples=samples[start : start + MOST_SAMPLES])
        yield Piece(audio, piece.words if start == 0 else ())


def _stored(job: Job, number: int, piece: Piece) -> StoredPiece:
    return StoredPiece(
        job_id=job.id,
        attempt=job.attempt,
        number=number,
        sample_rate=piece.audio.sample_rate,
        samples=piece.audio.samples.astype("<f4").tobytes(),
        words=[asdict(word) for word in piece.words],
        created_at=now(),
    )


def _piece(stored: StoredPiece) -> Piece:
    import numpy as np

    from engine.audio import Audio

    samples = np.frombuffer(stored.samples, "<f4").astype(np.float32)
    return Piece(Audio(samples, stored.sample_rate), tuple(WordTiming(**word) for word in stored.words))
