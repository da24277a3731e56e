"""Clips that are heard while they are made: the first sound as soon as the first sentence is spoken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.clips import Clips
from engine.errors import Conflict, ServiceError, UserError, failure_of
from engine.formats import Format
from engine.generation import Piece
from engine.jobs import Jobs, Status
from engine.passing import Arriving
from engine.signals import Channel, Signals, wait
from engine.waiting import Waiting
from store.columns import new_id
from store.records import Job, User

if TYPE_CHECKING:
    from engine.audio import Audio

LOOK_SECONDS = 1.0
FIRST_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Streams:
    """Sound passes on within a process, and by way of the database from one to another: see `engine.passing`."""

    jobs: Jobs
    clips: Clips
    signals: Signals
    waiting: Waiting

    @asynccontextmanager
    async def open(
        self,
        user: User,
        capability: str,
        raw: Mapping[str, Any],
        *,
        reply_to: dict[str, Any] | None = None,
        pool: User | None = None,
        wait_seconds: float = 0,
    ) -> AsyncIterator[Stream]:
        """Submits as `Jobs.submit` does, with its errors. Left before the job has ended, the job is cancelled.

        `wait_seconds`: how long it may stand in line for a place in the user's queue before `QueueFull` is raised.
        """
        job_id = new_id("job")
        channel = self.signals.channels[job_id] = Channel()

        async def submit() -> Job:
            return await self._submitted(
                user,
                self.jobs.submit(user, capability, raw, reply_to=reply_to, job_id=job_id, pool=pool, streamed=True),
            )

        try:
            job = await self.waiting.until_placed(user.id, submit, wait_seconds)
            stream = Stream(self, user, job, channel)
            try:
                yield stream
            finally:
                # Also when the task that listened is cancelled: the hold must not stay.
                await asyncio.shield(self._close(user, stream))
        finally:
            del self.signals.channels[job_id]

    async def _submitted(self, user: User, submission: Coroutine[Any, Any, Job]) -> Job:
        submitting = asyncio.ensure_future(submission)
        try:
            return await asyncio.shield(submitting)
        except asyncio.CancelledError:
            # Whoever listens left while the rows were written: they may stand.
            with suppress(UserError):
                await self._withdraw(user, await submitting)
            raise

    async def _close(self, user: User, stream: Stream) -> None:
        if not stream.ended:
            await self._withdraw(user, stream.job)
        await stream.arriving.clear(stream.job)

    async def _withdraw(self, user: User, job: Job) -> None:
        with suppress(Conflict):  # it ended meanwhile
            await self.jobs.cancel(user, job.id)


class Stream:
    """One job and its sound."""

    def __init__(self, streams: Streams, user: User, job: Job, channel: Channel) -> None:
        self.job = job
        self.ended = False
        self.arriving = Arriving(streams.jobs.db, channel)
        self._streams, self._user, self._channel = streams, user, channel

    async def pieces(self) -> AsyncIterator[Piece]:
        """All of the clip, piece by piece, at one sample rate. Raises what ended the job without a clip."""
        topic, signals = f"job:{self.job.id}", self._streams.signals
        with signals.listening(topic) as changed:
            while not self.ended:
                changed.clear()
                for piece in self._taken():
                    yield piece
                if changed.is_set():
                    continue
                status = await self._streams.jobs.get(self._user, self.job.id)
                await self.arriving.take(status.job)
                for piece in self._taken():
                    yield piece
                if status.job.is_final:
                    self.ended = True
                    async for piece in self._rest(status):
                        yield piece
                else:
                    await wait(changed, LOOK_SECONDS)

    def _taken(self) -> list[Piece]:
        if self._channel.torn:
            raise ServiceError(f"another attempt at {self.job.id} made another sound", retryable=False)
        return self._channel.take()

    async def encoded(self, form: Format) -> AsyncIterator[bytes]:
        """A file in this format, part by part as the pieces are made. Raises as `pieces` does."""
        async for part, _ in self.encoded_pieces(form):
            yield part

    async def encoded_pieces(self, form: Format) -> AsyncIterator[tuple[bytes, Piece | None]]:
        """As `encoded`, each piece with the first part that it is heard in; the other parts come with none."""
        from engine.codecs import Encoder

        encoder: Encoder | None = None
        async for piece in self.pieces():
            # A sentence takes a tenth of a second to encode as MP3: the beginning of the first goes ahead.
            sounds = Encoder.split(piece.audio, FIRST_SECONDS) if encoder is None else (piece.audio,)
            encoder = encoder or Encoder(form, piece.audio.sample_rate)
            for number, sound in enumerate(sounds):
                yield await asyncio.to_thread(encoder.encode, sound), None if number else piece
        if encoder is not None:
            yield await asyncio.to_thread(encoder.finish), None

    async def opus_packets(self) -> AsyncIterator[list[bytes]]:
        """For a live line, as the pieces are made: Opus packets of 20 ms, stereo at 48 kHz. Raises as `pieces` does."""
        from engine.packets import Packets

        packets: Packets | None = None
        async for piece in self.pieces():
            packets = packets or Packets(piece.audio.sample_rate)
            yield await asyncio.to_thread(packets.encode, piece.audio)
        if packets is not None:
            yield await asyncio.to_thread(packets.finish)

    async def _rest(self, status: Status) -> AsyncIterator[Piece]:
        for piece in self._taken():
            yield piece
        if status.job.state == "cancelled":
            raise Conflict("This request was cancelled.")
        if status.job.state == "failed":
            raise failure_of(status.job.error_code or "", status.job.error_message or "")
        if status.clip is not None:
            if not self._channel.sent:
                yield Piece(await self._stored(status))
            elif self.arriving.lacks(status.clip.seconds):
                yield Piece(self.arriving.rest_of(await self._stored(status)))

    async def _stored(self, status: Status) -> Audio:
        from engine.codecs import decode

        assert status.clip is not None
        data = await self._streams.clips.data(status.clip)
        return await asyncio.to_thread(decode, data, max_seconds=3600)
