"""When an account is deleted: closed in one transaction, then swept piece by piece, and once more an hour later.

Objects go before the rows that lead to them: killed in between, the next sweep finds the rows and deletes again what is
already gone. The second sweep takes what requests that were under way have still written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.batcher import object_key
from engine.clock import now
from engine.settlement import Settlement
from engine.tokens import identity_hash
from store import Database, begin, clips, departures, ledger, read, users
from store.objects import Objects
from store.records import Job, User

UNWELCOME = timedelta(days=30)
SETTLED_AFTER = timedelta(hours=1)
"""No request, upload or attempt of a job is under way for so long."""
PAGE = 200


async def close(tx: AsyncConnection, user: User) -> None:
    """From now on nobody is this user: no identity, session or key is left, and no job can be submitted."""
    await ledger.lock(tx, user.id)
    if await users.kind_of(tx, user.id) == "gone":
        return
    moment = now()
    known_as = [identity_hash(one.surface, one.subject) for one in await users.identities_of(tx, user.id)]
    await departures.say_farewell(tx, known_as, moment + UNWELCOME)
    await departures.delete_closed(tx, user.id)
    await departures.close(tx, user.id, moment)


@dataclass(frozen=True, slots=True)
class Leaving:
    db: Database
    objects: Objects
    settlement: Settlement

    async def sweep_all(self) -> None:
        """Whoever left lately, or whose sweep was cut short."""
        async with read(self.db) as tx:
            pending = await departures.pending(tx)
        for user_id, _ in pending:
            await self.sweep(user_id)

    async def sweep(self, user_id: str) -> None:
        """All that a gone user has left behind. Nothing happens when it was swept for the last time."""
        async with read(self.db) as tx:
            left_at = await departures.left_at(tx, user_id)
        if left_at is None:
            return
        last = left_at < now() - SETTLED_AFTER
        await self._cancel_jobs(user_id)
        await self._delete_files(user_id, last=last)
        await self._delete_jobs(user_id, until=None if last else left_at)
        async with begin(self.db) as tx:
            await ledger.lock(tx, user_id)
            await departures.delete_closed(tx, user_id)
            await departures.make_anonymous(tx, user_id)
            if last:
                await departures.done(tx, user_id)

    async def _cancel_jobs(self, user_id: str) -> None:
        """Also those that run, at once: their workers learn at their next step that nobody wants the outcome."""
        while True:
            async with read(self.db) as tx:
                unfinished = await departures.unfinished(tx, user_id)
            if not unfinished:
                break
            for job in unfinished:
                await self.settlement.cancel(job)
        self.settlement.signals.notify("cancel")

    async def _delete_files(self, user_id: str, *, last: bool) -> None:
        """Uploads that come by a link keep their row for the last sweep: until then the link may bring a file yet."""
        async with read(self.db) as tx:
            keys = await departures.files_of(tx, user_id)
            linked = await departures.linked_uploads_of(tx, user_id)
        for upload_id in linked:
            keys += [stored.key async for stored in self.objects.list(f"uploads/{upload_id}/")]
        await self.objects.delete(dict.fromkeys(keys))
        async with begin(self.db) as tx:
            for start in range(0, len(keys), PAGE):
                await departures.delete_files(tx, user_id, keys[start : start + PAGE], linked=last)

    async def _delete_jobs(self, user_id: str, *, until: datetime | None) -> None:
        """Those that ended before `until`, None for all. Of a later one a bare row stays for the last sweep: a worker
        may still be at it, and die between storing its clip and learning that it is not wanted.
        """
        after = ""
        while True:
            async with read(self.db) as tx:
                page = await departures.jobs_of(tx, user_id, after, PAGE)
                made = await clips.of_jobs(tx, [job.id for job in page])
            if not page:
                return
            keys = [object_key(job, attempt) for job in page for attempt in range(1, job.attempt + 1)]
            await self.objects.delete(sorted({*keys, *(clip.object_key for clip in made.values())}))
            async with begin(self.db) as tx:
                await departures.delete_jobs(tx, [job.id for job in page if _ended_before(job, until)])
                await departures.make_jobs_anonymous(tx, [job for job in page if not _ended_before(job, until)])
            after = page[-1].id


def _ended_before(job: Job, moment: datetime | None) -> bool:
    return moment is None or (job.finished_at is not None and job.finished_at < moment)
