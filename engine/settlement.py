"""How a job ends: each outcome is one transaction, and what it makes true stands in its few lines.

The user's balance is locked first (see `store.ledger`). `finish` is the fence: when another worker has taken the job
over since, it says no, the transaction changes nothing and the caller undoes what it made outside.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.signals import Signals
from store import Database, begin, clips, deliveries, endpoints, jobs, ledger, queue
from store.columns import new_id
from store.records import Clip, Delivery, Job

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
            await ledger.lock(tx, job.user_id)
            moment = now()
            if current := await jobs.finish(tx, job, "succeeded", moment):
                await ledger.capture(tx, job, moment)
                await clips.insert_clip(tx, clip)
                await self._close(tx, job, "job.succeeded")
        self._tell(job, current)
        return current

    async def fail(self, job: Job, *, code: str, message: str) -> bool:
        """State, release, deliveries, next in line."""
        async with begin(self.db) as tx:
            await ledger.lock(tx, job.user_id)
            moment = now()
            if current := await jobs.finish(tx, job, "failed", moment, error_code=code, error_message=message):
                await ledger.release(tx, job, moment)
                await self._close(tx, job, "job.failed")
        self._tell(job, current)
        return current

    async def cancel(self, job: Job) -> bool:
        """State, release, deliveries, next in line. For a queued job, or by the worker that ran it."""
        async with begin(self.db) as tx:
            await ledger.lock(tx, job.user_id)
            moment = now()
            if current := await jobs.finish(tx, job, "cancelled", moment):
                await ledger.release(tx, job, moment)
                await self._close(tx, job, "job.cancelled")
        self._tell(job, current)
        return current

    async def retry(self, job: Job) -> bool:
        """Back into the queue; after the last attempt it fails, and a job to be cancelled is cancelled."""
        if job.cancel_requested:
            return await self.cancel(job)
        if job.attempt >= MAX_ATTEMPTS:
            return await self.fail(job, code="failed", message=apology(job))
        async with begin(self.db) as tx:
            current = await queue.requeue(tx, job)
        self._tell(job, current)
        return current

    async def _close(self, tx: AsyncConnection, job: Job, event: str) -> None:
        await queue.promote(tx, job.user_id)
        for delivery in await _promises(tx, job, event):
            await deliveries.insert_delivery(tx, delivery)

    def _tell(self, job: Job, current: bool) -> None:
        if current:
            self.signals.notify(f"job:{job.id}", "work", "outbox")


async def _promises(tx: AsyncConnection, job: Job, event: str) -> list[Delivery]:
    """One delivery per address: where the request came from, and every endpoint that listens."""
    addresses = [(job.reply_to["courier"], job.reply_to, "reply")] if job.reply_to else []
    for endpoint in await endpoints.listening(tx, job.user_id, event):
        addresses.append(("webhook", {"endpoint_id": endpoint.id}, endpoint.id))
    return [
        Delivery(
            id=new_id("msg"),
            user_id=job.user_id,
            job_id=job.id,
            event=event,
            courier=courier,
            address=address,
            key=f"{job.id}:{event}:{name}",
            attempt=0,
            due_at=now(),
            delivered_at=None,
            last_error=None,
            created_at=now(),
        )
        for courier, address, name in addresses
    ]
