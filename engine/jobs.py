"""Jobs as the surfaces see them: submit, get, list, cancel, watch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine import events
from engine.capabilities import Capability, Source, TtsParams, capability_named
from engine.dictionaries import Dictionaries
from engine.errors import Conflict, NotEnoughCredits, NotFound
from engine.looks import Looks
from engine.notices import Notices
from engine.offers import Offers, require
from engine.placing import Order, place, same
from engine.settlement import Settlement
from engine.signals import Signals, wait
from engine.uploads import Uploads
from engine.voice_settings import as_tuned
from engine.voices import Voices
from store import Database, begin, clips, jobs, read
from store.columns import new_id
from store.records import Clip, Job, User

WATCH_POLL_SECONDS = (0.1, 2.0)
"""From the first look to the last: short jobs are seen at once, and five hundred who wait cost little."""


@dataclass(frozen=True, slots=True)
class Status:
    """A job as it stands. `position` in line, 1 is next, 0 when it no longer waits; `clip` once succeeded, and with it
    `notice`: what its user should know of it.
    """

    job: Job
    position: int
    clip: Clip | None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """What to submit to have a former job once more."""

    capability: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Jobs:
    db: Database
    signals: Signals
    settlement: Settlement
    offers: Offers
    voices: Voices
    uploads: Uploads
    dictionaries: Dictionaries
    notices: Notices
    looks: Looks

    async def submit(
        self,
        user: User,
        capability: str,
        raw: Mapping[str, Any],
        *,
        reply_to: dict[str, Any] | None = None,
        idempotency_key: str | None = None,
        job_id: str | None = None,
        pool: User | None = None,
        streamed: bool = False,
    ) -> Job:
        """Validate, price, and in one transaction hold the credits and insert the job.

        `job_id`: chosen by whoever must know it before the job runs. `pool` pays when it has enough (see
        `engine.pools`), else the user. `streamed`: somebody hears it while it is made. The same key gives the same job.
        Raises a `UserError` before any credit has moved: `NotFound`, `InvalidInput`, `ModelUnavailable`,
        `NotEnoughCredits`, `QueueFull`, or `Conflict` for a key that was used for something else.
        """
        order = await self._accept(user, capability_named(capability), raw)
        order = replace(order, reply_to=reply_to, idempotency_key=idempotency_key, pool=pool, streamed=streamed)
        try:
            async with begin(self.db) as tx:
                job = await same(tx, order) or await place(tx, order, job_id or new_id("job"))
        except IntegrityError:
            # Another request with this key committed between our look and our insert: it is the job.
            async with read(self.db) as tx:
                found = await same(tx, order)
            if found is None:
                raise
            job = found
        except NotEnoughCredits:
            async with begin(self.db) as tx:
                await events.credits_exhausted(tx, user.id, order.price)
            raise
        if job.slot is not None:
            self.signals.notify("work")
        return job

    async def price(self, user: User, capability: str, raw: Mapping[str, Any]) -> int:
        """What such a request would cost, in credits. Raises as `submit` does, but for credits and the queue."""
        return (await self._accept(user, capability_named(capability), raw)).price

    async def _accept(self, user: User, capability: Capability, raw: Mapping[str, Any]) -> Order:
        offer = require(self.offers, capability.name)
        params = capability.parse(await self.uploads.resolve(user, capability, raw))
        named: str | None = None
        voice: str | None = None
        if field := capability.voice_field():
            named = getattr(params, field)
            voice = await self.voices.resolve(user, capability.name, named)
            params = params.model_copy(update={field: voice})
            if isinstance(params, TtsParams):
                params = as_tuned(params, await self.voices.settings_of(user, voice))
        await self.dictionaries.require(user, getattr(params, "dictionaries", None))
        model = offer.model_for(voice, params)
        model.check(params)
        price = capability.price(params)
        return Order(user, capability, params, model.name, price, voice_was_chosen=named is not None)

    async def get(self, user: User, job_id: str) -> Status:
        """Raises `NotFound`, also for somebody else's job."""
        async with read(self.db) as tx:
            job = await jobs.of_user(tx, user.id, job_id)
            if job is None:
                raise NotFound("You have no such job.")
            return await self._status(tx, job)

    async def status(self, job: Job) -> Status:
        """Of a job that was read just now."""
        async with read(self.db) as tx:
            return await self._status(tx, job)

    async def _status(self, tx: AsyncConnection, job: Job) -> Status:
        position = 1 + await jobs.ahead_of(tx, job) if job.state == "queued" else 0
        clip = (await clips.of_jobs(tx, [job.id])).get(job.id) if job.state == "succeeded" else None
        notice = await self.notices.about(tx, job, clip) if clip else ""
        progress = max(job.progress, self.signals.progress.get(job.id, 0.0))
        return Status(replace(job, progress=progress), position, clip, notice)

    async def page(
        self, user: User, *, states: Sequence[str] = (), before: str | None = None, limit: int = 50
    ) -> list[Status]:
        """Newest first, `before` being the id where the last page ended. Without positions."""
        async with read(self.db) as tx:
            found = await jobs.page(tx, user_id=user.id, states=states, before=before, limit=limit)
            made = await clips.of_jobs(tx, [job.id for job in found if job.state == "succeeded"])
        return [Status(job, 0, made.get(job.id)) for job in found]

    async def history(
        self, user: User, *, before: str | None = None, after: str | None = None, limit: int = 10
    ) -> list[Status]:
        """The user's clips that are still kept with the jobs that made them, newest first.

        `before`: the id of the last clip of the page that this one follows; `after`: of the first clip of the page
        that it comes before. Without positions.
        """
        async with read(self.db) as tx:
            made = await clips.page_of_user(tx, user.id, before=before, after=after, limit=limit)
            found = await jobs.of_ids(tx, [clip.job_id for clip in made])
        return [Status(found[clip.job_id], 0, clip) for clip in made]

    async def again(self, user: User, job_id: str, changes: Mapping[str, Any] | None = None) -> Again:
        """The options of a former job with some of them changed, ready for `submit`.

        `{"seed": None}` asks for another take. Raises `NotFound` for no job of theirs, and when the clip that it
        worked on is no longer kept.
        """
        job = (await self.get(user, job_id)).job
        declared = capability_named(job.capability)
        options = {name: value for name, value in job.params.items() if name in declared.params.model_fields}
        for field in declared.upload_fields():
            if options.get(field) is not None:
                options[field] = Source.model_validate(options[field]).id
        options |= changes or {}
        await self.uploads.resolve(user, declared, options)
        return Again(job.capability, options)

    async def cancel(self, user: User, job_id: str) -> Status:
        """A queued job is cancelled at once, a running one at its next step. Raises `NotFound` and `Conflict`."""
        status = await self.get(user, job_id)
        if status.job.is_final:
            raise Conflict(f"This job has {status.job.state} already.")
        if status.job.state == "running":
            async with begin(self.db) as tx:
                await jobs.request_cancel(tx, status.job)
            self.signals.notify("cancel")
        elif not await self.settlement.cancel(status.job):
            return await self.cancel(user, job_id)  # it started, or ended, since we looked
        return await self.get(user, job_id)

    async def readdress(self, job_id: str, reply_to: dict[str, Any]) -> bool:
        """Where the outcome goes from now on; for a surface that has more to say of it than when the job was made.

        False: the job has ended, and its outcome is on its way.
        """
        async with begin(self.db) as tx:
            return await jobs.readdress(tx, job_id, reply_to)

    async def watch(self, user: User, job_id: str) -> AsyncIterator[Status]:
        """The job whenever it changed, the last time when it is final. Raises `NotFound`."""
        last: Status | None = None
        with self.signals.listening(f"job:{job_id}") as changed, self.looks.watching(job_id):
            pauses, seen = _growing(*WATCH_POLL_SECONDS), await self.looks.at(job_id, seconds_old=0)
            while last is None or not last.job.is_final:
                changed.clear()
                status = await self.get(user, job_id)
                if status != last:
                    yield status
                    last = status
                while not (status.job.is_final or changed.is_set()):
                    await wait(changed, pause := next(pauses))
                    before, seen = seen, await self.looks.at(job_id, seconds_old=pause / 2)
                    if seen != before:
                        break


def _growing(first: float, longest: float) -> Iterator[float]:
    pause = first
    while True:
        yield pause
        pause = min(longest, pause * 1.5)
