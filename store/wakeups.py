"""Signals between processes: LISTEN and NOTIFY on PostgreSQL. Elsewhere there is nothing to do, and polling is left.

A wake-up that is lost costs a poll interval, so nothing here is retried but the connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

from sqlalchemy import text

from store.database import Database

log = logging.getLogger(__name__)

CHANNEL = "bernie"
RECONNECT_SECONDS = 5.0


class Hub(Protocol):
    """What wake-ups are exchanged with: the signals of this process."""

    forward: Callable[[str], None] | None

    def arrived(self, topic: str) -> None: ...


@asynccontextmanager
async def relay(db: Database, hub: Hub) -> AsyncIterator[None]:
    """While open, what this process notifies reaches the others, and the reverse."""
    if db.dialect != "postgresql":
        yield
        return
    outgoing: asyncio.Queue[str] = asyncio.Queue(maxsize=1000)

    def forward(topic: str) -> None:
        with suppress(asyncio.QueueFull):
            outgoing.put_nowait(topic)

    hub.forward = forward
    tasks = [asyncio.create_task(_send(db, outgoing)), asyncio.create_task(_listen(db, hub))]
    try:
        yield
    finally:
        hub.forward = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send(db: Database, outgoing: asyncio.Queue[str]) -> None:
    notify = text("SELECT pg_notify(:channel, :topic)")
    while True:
        topics = {await outgoing.get()}
        while not outgoing.empty():
            topics.add(outgoing.get_nowait())
        try:
            async with db.writer.begin() as tx:
                for topic in topics:
                    await tx.execute(notify, {"channel": CHANNEL, "topic": topic})
        except Exception:
            log.exception("wake-ups not sent")


async def _listen(db: Database, hub: Hub) -> None:
    while True:
        try:
            await _listen_once(db, hub)
        except Exception:
            log.exception("wake-ups not received, connecting again")
        await asyncio.sleep(RECONNECT_SECONDS)


async def _listen_once(db: Database, hub: Hub) -> None:
    """Until the connection is lost."""
    lost = asyncio.Event()

    def received(connection: Any, pid: int, channel: str, topic: str) -> None:
        hub.arrived(topic)

    async with db.writer.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        raw.add_termination_listener(lambda _: lost.set())
        await raw.add_listener(CHANNEL, received)
        try:
            await lost.wait()
        finally:
            # It listens: the pool must not hand it to anybody else.
            await connection.invalidate()
