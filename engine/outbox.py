"""The outbox: due deliveries to their couriers, again with growing pauses until one succeeds.

At least once: a courier may have delivered when the process dies before the row says so.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from engine.clips import Clips
from engine.clock import now
from engine.notices import Notices
from engine.signals import Signals, wait
from store import Database, begin, clips, deliveries, jobs, read
from store.columns import storable
from store.records import Clip, Delivery, Job

log = logging.getLogger(__name__)

PAUSES_SECONDS = (5, 30, 120, 900, 3600, 4 * 3600, 10 * 3600, 24 * 3600, 36 * 3600)
"""After the first, second, ... attempt; with as many attempts and one more it is given up."""
LONGEST_PAUSE_SECONDS = PAUSES_SECONDS[-1]
"""Nor does a receiver's `retry_after` put it off further."""
LEASE_SECONDS = 60.0
AT_ONCE = 32
POLL_SECONDS = 1.0
STOP_SECONDS = 3.0
"""How long deliveries may go on after the stop event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a courier hands out. `link`: a fresh presigned URL, where there is a clip; `notice`: what its user should
    know of it.
    """

    event: str
    job: Job
    clip: Clip | None
    link: str | None
    notice: str = ""


class DeliveryFailed(Exception):
    """Raised by a courier. `retry_after` in seconds as the receiver asked; `final`: never try again."""

    def __init__(self, message: str, *, retry_after: float | None = None, final: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.final = final


class Courier(Protocol):
    """Hands outcomes to the addresses of one kind. It gets no database: everything it needs is in its arguments."""

    kind: str

    async def deliver(self, delivery: Delivery, outcome: Outcome) -> None:
        """Raises `DeliveryFailed`; anything else counts as a failure to try again too."""
        ...


class Outbox:
    """Run by every process that has a courier, for its kinds only."""

    def __init__(
        self, db: Database, signals: Signals, handed_out: Clips, notices: Notices, couriers: Sequence[Courier]
    ) -> None:
        self._db = db
        self._signals = signals
        self._clips, self._notices = handed_out, notices
        self._couriers = {courier.kind: courier for courier in couriers}

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set (and `signals.wake_all` called)."""
        if self._couriers:
            async with asyncio.TaskGroup() as group:
                await self._claim_and_deliver(stop, group)

    async def _claim_and_deliver(self, stop: asyncio.Event, group: asyncio.TaskGroup) -> None:
        """Not in rounds: an address that does not answer must not hold up the ones that do."""
        under_way: set[asyncio.Task[None]] = set()
        with self._signals.listening("outbox") as due:

            def done(task: asyncio.Task[None]) -> None:
                under_way.discard(task)
                due.set()

            while not stop.is_set():
                due.clear()
                claimed = await self._claim_or_log(AT_ONCE - len(under_way))
                for delivery in claimed:
                    task = group.create_task(self._deliver_or_log(delivery))
                    under_way.add(task)
                    task.add_done_callback(done)
                if not claimed:
                    await wait(due, POLL_SECONDS)
        if under_way:
            # Past the limit they are left: when their lease is over they are delivered, perhaps once more.
            _, late = await asyncio.wait(under_way, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    async def deliver_due(self) -> int:
        """One round of what is due now; how many deliveries were tried."""
        claimed = await self._claim(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for delivery in claimed:
                group.create_task(self._deliver_or_log(delivery))
        return len(claimed)

    async def _claim_or_log(self, limit: int) -> list[Delivery]:
        try:
            return await self._claim(limit) if limit else []
        except Exception:
            log.exception("deliveries not claimed")
            return []

    async def _claim(self, limit: int) -> list[Delivery]:
        moment = now()
        async with begin(self._db) as tx:
            return await deliveries.claim_due(
                tx,
                couriers=list(self._couriers),
                limit=limit,
                now=moment,
                lease_until=moment + timedelta(seconds=LEASE_SECONDS),
            )

    async def _deliver_or_log(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        except Exception:
            # The database, most likely. When the lease is over it is delivered again.
            log.exception("delivery not noted", extra={"delivery": delivery.id})

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            async with asyncio.timeout(LEASE_SECONDS / 2):
                await self._couriers[delivery.courier].deliver(delivery, await self._outcome(delivery))
        except Exception as error:
            log.warning("delivery failed", extra={"delivery": delivery.id, "error": repr(error)})
            async with begin(self._db) as tx:
                await deliveries.failed(tx, delivery, storable(str(error) or repr(error)), _next(delivery, error))
            return
        async with begin(self._db) as tx:
            await deliveries.delivered(tx, delivery, now())

    async def _outcome(self, delivery: Delivery) -> Outcome:
        assert delivery.job_id is not None, "the only events so far are those of jobs"
        async with read(self._db) as tx:
            job = await jobs.get(tx, delivery.job_id)
            clip = (await clips.of_jobs(tx, [delivery.job_id])).get(delivery.job_id)
            notice = await self._notices.about(tx, job, clip) if job and clip else ""
        if job is None:
            raise DeliveryFailed("its job was deleted", final=True)
        link = await self._clips.link(clip) if clip else None
        return Outcome(event=delivery.event, job=job, clip=clip, link=link, notice=notice)


def _next(delivery: Delivery, error: Exception) -> datetime | None:
    """When to try again; None gives up."""
    if delivery.attempt > len(PAUSES_SECONDS) or (isinstance(error, DeliveryFailed) and error.final):
        return None
    pause = PAUSES_SECONDS[delivery.attempt - 1] * random.uniform(0.9, 1.1)  # noqa: S311  spreads, does not hide
    if isinstance(error, DeliveryFailed) and error.retry_after is not None:
        pause = max(pause, min(error.retry_after, LONGEST_PAUSE_SECONDS))
    return now() + timedelta(seconds=pause)
