"""How a job ends: each outcome is one transaction, and what it makes true stands in its few lines.

The balances of the user and of who pays are locked first (see `store.ledger`). `finish` is the fence: when another
worker has taken the job over since, it says no, the transaction changes nothing and the caller undoes what it made
outside.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from engine import events
from engine.clock import now
from engine.signals import Signals
from store import Database, begin, clips, jobs, ledger, queue
from store.records import Clip, Job

MAX_ATTEMPTS = 3


def apology(job: Job) -> str:
    """What the user reads when the fault is ours."""
    return f"Something went wrong on our side, and you were not charged. Please try again. (job {job.id})"


@dataclass(frozen=True, slots=True)
class Settlement:
    """Every method says whether the attempt was still current."""

    db: Database
    signals: Signals

    async def succeed(self, job: Job, clip: Clip) -> bool:
        """State, capture, clip, deliveries, and the next of the user's line gets the slot."""
        async with begin(self.db) as tx:
            await ledger.lock_all(tx, (job.user_id, job.payer))
            moment = now()
            if current := await jobs.finish(tx, job, "succeeded", moment):
                await ledger.capture(tx, job, moment)
                await clips.insert_clip(tx, clip)
                await self._close(tx, job, "job.succeeded")
        self._tell(job, current, ended=True)
        return current

    async def fail(self, job: Job, *, code: str, message: str) -> bool:
        """State, release, deliveries, next in line."""
        async with begin(self.db) as tx:
            await ledger.lock_all(tx, (job.user_id, job.payer))
            moment = now()
            if current := await jobs.finish(tx, job, "failed", moment, error_code=code, error_message=message):
                await ledger.release(tx, job, moment)
                await self._close(tx, job, "job.failed")
        self._tell(job, current, ended=True)
        return current

    async def cancel(self, job: Job) -> bool:
        """State, release, deliveries, next in line. For a queued job, or by the worker that ran it."""
        async with begin(self.db) as tx:
            await ledger.lock_all(tx, (job.user_id, job.payer))
            moment = now()
            if current := await jobs.finish(tx, job, "cancelled", moment):
                await ledger.release(tx, job, moment)
                await self._close(tx, job, "job.cancelled")
        self._tell(job, current, ended=True)
        return current

    async def retry(self, job: Job) -> bool:
        """Back into the queue; after the last attempt it fails, and a job to be cancelled is cancelled."""
        if job.cancel_requested:
            return await self.cancel(job)
        if job.attempt >= MAX_ATTEMPTS:
            return await self.fail(job, code="failed", message=apology(job))
        async with begin(self.db) as tx:
            current = await queue.requeue(tx, job)
        self._tell(job, current, ended=False)
        return current

    async def _close(self, tx: AsyncConnection, job: Job, event: str) -> None:
        await queue.promote(tx, job.user_id)
        await events.job_ended(tx, job, event)

    def _tell(self, job: Job, current: bool, *, ended: bool) -> None:
        if current:
            self.signals.notify(f"job:{job.id}", "work", "outbox")
            if ended:
                self.signals.notify(f"line:{job.user_id}")
