"""What is done by the clock. APScheduler only ticks: each task reads from the rows what there is to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from engine.batcher import object_key
from engine.clock import now
from engine.credits import Credits
from engine.errors import NotFound
from engine.leaving import Leaving
from engine.linking import ATTEMPTS_WITHIN
from engine.settlement import Settlement
from engine.users import Users
from store import (
    Database,
    attempts,
    begin,
    clips,
    deliveries,
    departures,
    hooks,
    inbox,
    invitations,
    jobs,
    linking,
    pieces,
    queue,
    read,
    sessions,
    uploads,
)
from store.objects import Objects

log = logging.getLogger(__name__)

UNTIDY_HOURS = 48
"""How far back jobs are searched for forgotten uploads; far longer than a worker can be asleep."""
DELIVERY_LOG_DAYS = 30
INVITATION_DAYS = timedelta(days=30)
"""How long an expired one stays in the list of the owner."""
HOOK_LOG_DAYS = 30
INBOX_DAYS = 2
"""Telegram tells of the same for a day."""
PIECES_HOURS = 2
"""Nothing is heard for longer after it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Housekeeping:
    db: Database
    objects: Objects
    settlement: Settlement
    credits: Credits
    users: Users
    monthly_credits: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        for task, seconds in self._tasks():
            # Once at the start, so that a service that is restarted every hour is tidied too.
            scheduler.add_job(
                logged(task), "interval", seconds=seconds, jitter=seconds // 10 or None, next_run_time=now()
            )
        scheduler.start()
        try:
            await stop.wait()
        finally:
            scheduler.shutdown(wait=False)

    def _tasks(self) -> list[tuple[Callable[[], Awaitable[object]], int]]:
        return [
            (self.sweep_leases, 5),
            (self.purge_clips, 3600),
            (self.sweep_attempts, 3600),
            (self.purge_uploads, 3600),
            (self.sweep_departures, 900),
            (self.forget, 3600),
            (self.audit, 3600),
            (self.grant_monthly, 3600),
        ]

    async def reclaim(self) -> int:
        """All running jobs and deliveries, whatever their lease says: for the sole owner of a database that just
        started.
        """
        async with begin(self.db) as tx:
            await deliveries.take_back(tx, now())
        return await self._send_back(everything=True)

    async def sweep_leases(self) -> int:
        """Jobs whose worker was not heard of go back into the queue."""
        return await self._send_back(everything=False)

    async def _send_back(self, *, everything: bool) -> int:
        sent_back = 0
        while True:
            async with read(self.db) as tx:
                stalled = await queue.stalled(tx, None if everything else now())
            for job in stalled:
                log.warning("job taken back", extra={"job": job.id, "attempt": job.attempt})
                await self.settlement.retry(job)
            sent_back += len(stalled)
            if not stalled:
                return sent_back

    async def purge_clips(self) -> int:
        """Expired clips, first the objects, then the rows: killed in between, the row is found again."""
        purged = 0
        while True:
            async with read(self.db) as tx:
                expired = await clips.expired(tx, now())
            if not expired:
                return purged
            await self.objects.delete([clip.object_key for clip in expired])
            async with begin(self.db) as tx:
                await clips.delete_clips(tx, [clip.id for clip in expired])
            purged += len(expired)

    async def purge_uploads(self) -> int:
        """Expired uploads, in the same order, with all that came by their links."""
        async with read(self.db) as tx:
            expired = await uploads.expired(tx, now())
        keys = [upload.object_key for upload in expired]
        for upload in expired:
            if upload.incoming_key is not None:
                keys += [stored.key async for stored in self.objects.list(f"uploads/{upload.id}/")]
        await self.objects.delete(dict.fromkeys(keys))
        async with begin(self.db) as tx:
            await uploads.delete_uploads(tx, [upload.id for upload in expired])
        return len(expired)

    async def sweep_departures(self) -> None:
        """What deleted accounts have left: finishes what was cut short, and looks once more an hour later."""
        await Leaving(self.db, self.objects, self.settlement).sweep_all()

    async def sweep_attempts(self) -> int:
        """Clips of attempts that came to nothing. Their keys follow from the job, so nothing has to be listed."""
        async with read(self.db) as tx:
            untidy = await jobs.ended_untidily(tx, since=now() - timedelta(hours=UNTIDY_HOURS))
            keys = [object_key(job, attempt) for job in untidy for attempt in range(1, job.attempt + 1)]
            orphans = set(keys) - await clips.known_keys(tx, keys)
        await self.objects.delete(sorted(orphans))
        return len(orphans)

    async def forget(self) -> None:
        """Expired sessions, codes and farewells, and deliveries that were settled a month ago."""
        async with begin(self.db) as tx:
            await linking.forget(tx, now=now(), attempts_before=now() - ATTEMPTS_WITHIN)
            await departures.forget_farewells(tx, now())
            await sessions.delete_expired(tx, now())
            await invitations.delete_expired(tx, now() - INVITATION_DAYS)
            await deliveries.delete_settled(tx, now() - timedelta(days=DELIVERY_LOG_DAYS))
            await attempts.delete_made(tx, now() - timedelta(days=DELIVERY_LOG_DAYS))
            await hooks.delete_calls(tx, now() - timedelta(days=HOOK_LOG_DAYS))
            await inbox.delete_came(tx, now() - timedelta(days=INBOX_DAYS))
            await pieces.delete_left(tx, now() - timedelta(hours=PIECES_HOURS))

    async def audit(self) -> None:
        for finding in await self.credits.audit():
            log.error("the books do not agree", extra={"about": finding.about, "finding": finding.message})

    async def grant_monthly(self) -> None:
        """Once per user and month: the key says so, however often this runs."""
        if not self.monthly_credits:
            return
        key, before = f"monthly:{now():%Y-%m}", None
        while page := await self.users.page(before=before, limit=200):
            for user in page:
                with suppress(NotFound):  # they left just now
                    await self.credits.grant(user, self.monthly_credits, key=key, note=key)
            before = page[-1].id


def logged(task: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await task()
        except Exception:
            log.exception("housekeeping failed", extra={"task": getattr(task, "__name__", "")})

    return run
