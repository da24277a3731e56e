"""Jobs as the surfaces see them: submit, get, list, cancel, watch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine import events
from engine.capabilities import Capability, Params, Source, capability_named
from engine.clock import now
from engine.dictionaries import Dictionaries
from engine.errors import Conflict, NotEnoughCredits, NotFound, QueueFull
from engine.notices import Notices
from engine.offers import Offers, require
from engine.settlement import Settlement
from engine.signals import Signals, wait
from engine.uploads import Uploads
from engine.voices import Voices
from store import Database, begin, clips, jobs, ledger, queue, read
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
class Order:
    """A request that was found valid, its price, and the model that will serve it."""

    user: User
    capability: Capability
    params: Params
    model: str
    price: int
    reply_to: dict[str, Any] | None = None
    idempotency_key: str | None = None
    pool: User | None = None
    voice_was_chosen: bool = True


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
    ) -> Job:
        """Validate, price, and in one transaction hold the credits and insert the job.

        `job_id`: chosen by whoever must know it before the job runs. `pool` pays when it has enough (see
        `engine.pools`), else the user. The same key gives the same job. Raises a `UserError` before any credit has
        moved: `NotFound`, `InvalidInput`, `ModelUnavailable`, `NotEnoughCredits`, `QueueFull`, or `Conflict` for a key
        that was used for something else.
        """
        order = await self._accept(user, capability_named(capability), raw)
        order = replace(order, reply_to=reply_to, idempotency_key=idempotency_key, pool=pool)
        try:
            async with begin(self.db) as tx:
                job = await _same(tx, order) or await _place(tx, order, job_id or new_id("job"))
        except IntegrityError:
            # Another request with this key committed between our look and our insert: it is the job.
            async with read(self.db) as tx:
                found = await _same(tx, order)
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
        pause, longest = WATCH_POLL_SECONDS
        with self.signals.listening(f"job:{job_id}") as changed:
            while last is None or not last.job.is_final:
                changed.clear()
                status = await self.get(user, job_id)
                if status != last:
                    yield status
                    last = status
                if not status.job.is_final:
                    await wait(changed, pause)
                    pause = min(longest, pause * 1.5)


async def _same(tx: AsyncConnection, order: Order) -> Job | None:
    """The job that this key made before. Raises `Conflict` when it was for something else."""
    if order.idempotency_key is None:
        return None
    found = await jobs.by_idempotency_key(tx, order.user.id, order.idempotency_key)
    if found and not _is_for(found, order):
        raise Conflict("This idempotency key was used for another request. Take a new one.")
    return found


def _is_for(job: Job, order: Order) -> bool:
    if job.capability != order.capability.name:
        return False
    # Compared as params: an option that a later version added has its default in both.
    before = order.capability.parse(job.params)
    field = order.capability.voice_field()
    if field and not order.voice_was_chosen:
        # The default voice may be another since.
        before = before.model_copy(update={field: getattr(order.params, field)})
    return before == order.params


async def _place(tx: AsyncConnection, order: Order, job_id: str) -> Job:
    """The hold and the job, at the end of its user's line. Raises `NotEnoughCredits`, `QueueFull` and `Conflict`."""
    user, moment = order.user, now()
    payer = await _hold(tx, order, job_id, moment)
    line = await queue.line_of(tx, user.id)
    if line.kind == "gone":
        raise Conflict("This account was deleted or linked to another just now. Try again.")
    if line.slot is None and line.waiting >= line.queue_limit:
        raise QueueFull(f"You have {line.waiting} requests waiting, which is the limit. Wait for one to finish.")
    job = Job(
        id=job_id,
        user_id=user.id,
        capability=order.capability.name,
        params=order.params.model_dump(mode="json"),
        batch_key=order.capability.batch_key(order.model, order.params),
        price=order.price,
        turn=line.turn,
        slot=line.slot,
        idempotency_key=order.idempotency_key,
        reply_to=order.reply_to,
        created_at=moment,
        paid_by=None if payer == user.id else payer,
    )
    await jobs.insert_job(tx, job)
    await events.job_submitted(tx, job)
    return job


async def _hold(tx: AsyncConnection, order: Order, job_id: str, moment: datetime) -> str:
    """Whose credits it took: the pool's when they suffice, else the user's. Raises `NotEnoughCredits`."""
    user, pool, price = order.user, order.pool, order.price
    payers = [pool.id, user.id] if pool else [user.id]
    if pool:
        if pool.kind != "pool":
            raise ValueError(f"{pool.id} is no pool")
        await ledger.lock_all(tx, payers)
    for payer in payers:
        if await ledger.hold(tx, user_id=payer, job_id=job_id, credits=price, now=moment):
            return payer
    have = await ledger.balance(tx, user.id)
    shared = f" The shared credits here are {await ledger.balance(tx, pool.id):,}." if pool else ""
    raise NotEnoughCredits(f"This costs {price:,} credits and you have {have:,}.{shared} Ask for something shorter.")
