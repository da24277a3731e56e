"""Jobs in, clips out: one forward pass for a batch, then each result encoded and uploaded on its own."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.capabilities import capability_named
from engine.clock import now
from engine.errors import JobCancelled, ServiceError
from engine.generation import Piece, Runner, Runners, Task
from engine.inputs import Inputs
from engine.passing import Passing
from engine.signals import Signals
from store.columns import new_id
from store.objects import Objects, ObjectsUnavailable
from store.records import Clip, Job

if TYPE_CHECKING:
    from engine.audio import Audio

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Running:
    """A job of ours while it runs. `stop` is set by the event loop and read by the device's thread."""

    job: Job
    stop: bool = False
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class Batcher:
    runners: Runners
    inputs: Inputs
    objects: Objects
    signals: Signals
    passing: Passing
    clip_days: int

    @staticmethod
    def prepare() -> None:
        """Loads what encodes (FFmpeg: 0.2 s and 30 MB), so that the first job does not wait for it."""
        import engine.codecs  # noqa: F401

    async def generate(self, batch: Sequence[Running]) -> list[Clip | BaseException]:
        """A stored clip, or what went wrong, for each job of the batch. All have one batch key."""
        tasks = await asyncio.gather(*(self._task(running) for running in batch), return_exceptions=True)
        ready = [(running, task) for running, task in zip(batch, tasks, strict=True) if isinstance(task, Task)]
        async with self.passing.on_the_way([running.job for running, _ in ready]):
            made = iter(await self._run(ready))
        return [task if isinstance(task, BaseException) else next(made) for task in tasks]

    async def _run(self, ready: Sequence[tuple[Running, Task]]) -> list[Clip | BaseException]:
        if not ready:
            return []
        try:
            runner, results = await self.runners.run(model_of(ready[0][0].job), [task for _, task in ready])
        except Exception as error:
            return [error for _ in ready]
        finishing = [
            _raise(result) if isinstance(result, Exception) else self._store(running.job, runner, result)
            for (running, _), result in zip(ready, results, strict=True)
        ]
        return list(await asyncio.gather(*finishing, return_exceptions=True))

    async def _task(self, running: Running) -> Task:
        job, loop = running.job, asyncio.get_running_loop()
        params = capability_named(job.capability).parse(job.params)

        def on_step(fraction: float) -> None:
            if running.stop:
                raise JobCancelled
            running.progress = fraction
            loop.call_soon_threadsafe(self._show, job.id, fraction)

        def on_piece(piece: Piece) -> None:
            loop.call_soon_threadsafe(self._hear, job, piece)

        if channel := self.signals.channels.get(job.id):
            channel.begin(job.attempt)
        return Task(
            params,
            seed_of(job) if params.seed is None else params.seed,
            on_step,
            source=await self.inputs.source(params),
            reference=await self.inputs.reference(job, params),
            pronunciations=await self.inputs.pronunciations(job, params),
            on_piece=on_piece,
        )

    def _show(self, job_id: str, fraction: float) -> None:
        if job_id in self.signals.progress:
            self.signals.progress[job_id] = fraction
            self.signals.arrived(f"job:{job_id}")

    def _hear(self, job: Job, piece: Piece) -> None:
        channel = self.signals.channels.get(job.id)
        if channel is None:
            self.passing.put(job, piece)
        elif channel.attempt == job.attempt:  # one that lost its lease may still run beside the next
            channel.put(piece)
            self.signals.arrived(f"job:{job.id}")

    async def _store(self, job: Job, runner: Runner, audio: Audio) -> Clip:
        from engine.codecs import FORMATS, encode

        kind = FORMATS[job.params["format"]]
        data = await asyncio.to_thread(encode, audio, kind.name)
        key = object_key(job)
        try:
            await self.objects.put(key, data, kind.content_type)
        except ObjectsUnavailable as error:
            raise ServiceError(f"clip of {job.id} not stored: {error}", retryable=True) from error
        moment = now()
        return Clip(
            id=new_id("clip"),
            user_id=job.user_id,
            job_id=job.id,
            capability=job.capability,
            model=runner.model,
            model_revision=runner.revision,
            object_key=key,
            format=kind.name,
            content_type=kind.content_type,
            bytes=len(data),
            seconds=audio.seconds,
            sample_rate=kind.sample_rate or audio.sample_rate,
            created_at=moment,
            expires_at=moment + timedelta(days=self.clip_days),
        )


async def _raise(error: Exception) -> Clip:
    raise error


def model_of(job: Job) -> str:
    """The model that was chosen when the job was submitted: it stands in its batch key."""
    return job.batch_key.split(":")[1]


def object_key(job: Job, attempt: int | None = None) -> str:
    """Where the clip of this attempt lies. One key per attempt: a late upload never overwrites the clip that won."""
    return f"clips/{job.id}/{job.attempt if attempt is None else attempt}.{job.params['format']}"


def seed_of(job: Job) -> int:
    """For a request without a seed: random from job to job, the same at every attempt."""
    return int.from_bytes(hashlib.sha256(job.id.encode()).digest()[:4], "big")
