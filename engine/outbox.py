"""The outbox: due deliveries to those who hand them out, again with growing pauses until one succeeds.

At least once: one may have been delivered when the process dies before the row says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from engine.clips import Clips
from engine.clock import now
from engine.lanes import Lanes
from engine.notices import Notices
from engine.posting import Posts
from engine.posts import Poster
from engine.replies import Courier, Replies
from engine.signals import Signals, wait
from store import Database, begin, deliveries
from store.records import Delivery

log = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
POLL_SECONDS = 1.0
STOP_SECONDS = 3.0
"""How long deliveries may go on after the stop event."""


class Handler(Protocol):
    """Between the rows and a courier of one kind."""

    kind: str
    lanes: Lanes

    async def prepare(self, claimed: Sequence[Delivery]) -> None:
        """Look up for all of them at once what is needed."""
        ...

    async def deliver(self, delivery: Delivery) -> bool | None:
        """Whether its lane answered; None says nothing about it. Notes the outcome; raises when it cannot."""
        ...


class Outbox:
    """Run by every process that has a courier, for its kinds only."""

    def __init__(
        self,
        db: Database,
        signals: Signals,
        handed_out: Clips,
        notices: Notices,
        couriers: Sequence[Courier],
        poster: Poster | None = None,
    ) -> None:
        self._db, self._signals, self._poster = db, signals, poster
        longest = LEASE_SECONDS / 2
        self._handlers: list[Handler] = [
            Replies(db, handed_out, notices, courier, most_seconds=longest) for courier in couriers
        ]
        if poster is not None:
            self._handlers.append(Posts(db, handed_out, notices, poster, most_seconds=longest))

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set (and `signals.wake_all` called)."""
        try:
            async with asyncio.TaskGroup() as group:
                for handler in self._handlers:
                    group.create_task(self._claim_and_deliver(handler, stop, group))
        finally:
            if self._poster is not None:
                await self._poster.aclose()

    async def _claim_and_deliver(self, handler: Handler, stop: asyncio.Event, group: asyncio.TaskGroup) -> None:
        """Not in rounds: an address that does not answer must not hold up the ones that do."""
        under_way: set[asyncio.Task[None]] = set()
        with self._signals.listening("outbox") as due:
            while not stop.is_set():
                due.clear()
                if claimed := await self._claim_or_log(handler):
                    task = group.create_task(self._deliver_all(handler, claimed, due))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                else:
                    await wait(due, POLL_SECONDS)
        if under_way:
            # Past the limit they are left: when their lease is over they are delivered, perhaps once more.
            _, late = await asyncio.wait(under_way, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    async def deliver_due(self) -> int:
        """One round of what is due now; how many deliveries were tried."""
        tried = 0
        for handler in self._handlers:
            claimed = await self._claim(handler)
            await self._deliver_all(handler, claimed, asyncio.Event())
            tried += len(claimed)
        return tried

    async def _claim_or_log(self, handler: Handler) -> list[Delivery]:
        try:
            return await self._claim(handler)
        except Exception:
            log.exception("deliveries not claimed")
            return []

    async def _claim(self, handler: Handler) -> list[Delivery]:
        lanes, moment = handler.lanes, now()
        if lanes.free <= 0:
            return []
        async with begin(self._db) as tx:
            claimed = await deliveries.claim_due(
                tx,
                courier=handler.kind,
                limit=lanes.free,
                now=moment,
                lease_until=moment + timedelta(seconds=LEASE_SECONDS),
                full=lanes.full(),
                room=lanes.room,
            )
        for delivery in claimed:
            lanes.enter(delivery.lane)
        return claimed

    async def _deliver_all(self, handler: Handler, claimed: Sequence[Delivery], freed: asyncio.Event) -> None:
        """`freed` is set whenever one has ended: there is room for another."""
        try:
            await handler.prepare(claimed)
        except Exception:
            # The database, most likely. When the lease is over they are delivered.
            log.exception("deliveries not prepared")
            for delivery in claimed:
                handler.lanes.leave(delivery.lane)
            return
        async with asyncio.TaskGroup() as group:
            for delivery in claimed:
                group.create_task(self._deliver_or_log(handler, delivery, freed))

    async def _deliver_or_log(self, handler: Handler, delivery: Delivery, freed: asyncio.Event) -> None:
        answered: bool | None = None
        try:
            answered = await handler.deliver(delivery)
        except Exception:
            # The database, most likely. When the lease is over it is delivered again.
            log.exception("delivery not noted", extra={"delivery": delivery.id})
        finally:
            handler.lanes.leave(delivery.lane, answered)
            freed.set()
