"""Clips that are heard while they are made: the first sound as soon as the first sentence is spoken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.clips import Clips
from engine.errors import Conflict, failure_of
from engine.formats import Format
from engine.generation import Piece
from engine.jobs import Jobs, Status
from engine.signals import Channel, Signals, wait
from store.columns import new_id
from store.records import Job, User

if TYPE_CHECKING:
    from engine.audio import Audio

LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Streams:
    """Sound passes on within a process; a job that another process works on is heard when its clip is stored."""

    jobs: Jobs
    clips: Clips
    signals: Signals

    @asynccontextmanager
    async def open(
        self, user: User, capability: str, raw: Mapping[str, Any], *, reply_to: dict[str, Any] | None = None
    ) -> AsyncIterator[Stream]:
        """Submits as `Jobs.submit` does, with its errors. Left before the job has ended, the job is cancelled."""
        job_id = new_id("job")
        channel = self.signals.channels[job_id] = Channel()
        try:
            job = await self.jobs.submit(user, capability, raw, reply_to=reply_to, job_id=job_id)
            stream = Stream(self, user, job, channel)
            try:
                yield stream
            finally:
                if not stream.ended:
                    # Also when the task that listened is cancelled: the hold must not stay.
                    await asyncio.shield(self._withdraw(user, job))
        finally:
            del self.signals.channels[job_id]

    async def _withdraw(self, user: User, job: Job) -> None:
        with suppress(Conflict):  # it ended meanwhile
            await self.jobs.cancel(user, job.id)


class Stream:
    """One job and its sound."""

    def __init__(self, streams: Streams, user: User, job: Job, channel: Channel) -> None:
        self.job = job
        self.ended = False
        self._streams, self._user, self._channel = streams, user, channel

    async def pieces(self) -> AsyncIterator[Piece]:
        """All of the clip, piece by piece, at one sample rate. Raises what ended the job without a clip."""
        topic, signals = f"job:{self.job.id}", self._streams.signals
        with signals.listening(topic) as changed:
            while not self.ended:
                changed.clear()
                for piece in self._channel.take():
                    yield piece
                if changed.is_set():
                    continue
                status = await self._streams.jobs.get(self._user, self.job.id)
                if status.job.is_final:
                    self.ended = True
                    async for piece in self._rest(status):
                        yield piece
                else:
                    await wait(changed, LOOK_SECONDS)

    async def encoded(self, form: Format) -> AsyncIterator[bytes]:
        """A file in this format, part by part as the pieces are made. Raises as `pieces` does."""
        async for part, _ in self.encoded_pieces(form):
            yield part

    async def encoded_pieces(self, form: Format) -> AsyncIterator[tuple[bytes, Piece | None]]:
        """As `encoded`, each part with the piece that it came with; the last part comes with none."""
        from engine.codecs import Encoder

        encoder: Encoder | None = None
        async for piece in self.pieces():
            encoder = encoder or Encoder(form, piece.audio.sample_rate)
            yield await asyncio.to_thread(encoder.encode, piece.audio), piece
        if encoder is not None:
            yield await asyncio.to_thread(encoder.finish), None

    async def _rest(self, status: Status) -> AsyncIterator[Piece]:
        for piece in self._channel.take():
            yield piece
        if status.job.state == "cancelled":
            raise Conflict("This request was cancelled.")
        if status.job.state == "failed":
            raise failure_of(status.job.error_code or "", status.job.error_message or "")
        if not self._channel.sent and status.clip is not None:
            yield Piece(await self._stored(status))

    async def _stored(self, status: Status) -> Audio:
        from engine.codecs import decode

        assert status.clip is not None
        data = await self._streams.clips.data(status.clip)
        return await asyncio.to_thread(decode, data, max_seconds=3600)
