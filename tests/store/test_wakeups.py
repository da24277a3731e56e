"""Signals between processes: two hubs that know of each other only through PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.signals import Signals
from store import Database, begin, connect, read, wakeups
from store.wakeups import relay
from tests.databases import fresh_database

OURS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
LISTENING = f"{OURS} AND query ILIKE 'LISTEN%'"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database("postgresql", tmp_path) as db:
        yield db


@pytest.fixture
async def there(here: Database) -> AsyncIterator[Database]:
    """The same database from another process, as it were: with a pool of its own."""
    db = connect(here.writer.url.render_as_string(hide_password=False))
    yield db
    await db.close()


async def connected(sender: Signals, receiver: Signals) -> None:
    """Until a word of the one reaches the other: the relay connects in its own time."""
    async with asyncio.timeout(10):
        with receiver.listening("hello") as heard:
            while not heard.is_set():
                sender.notify("hello")
                await asyncio.sleep(0.02)


async def test_what_one_process_notifies_wakes_the_other_within_a_second(here: Database, there: Database) -> None:
    first, second = Signals(), Signals()
    async with relay(here, first), relay(there, second):
        await connected(first, second)
        await connected(second, first)
        for sender, receiver in ((first, second), (second, first)):
            with receiver.listening("job:1") as heard, receiver.listening("work") as other:
                sender.notify("job:1")
                async with asyncio.timeout(1):
                    await heard.wait()
                assert not other.is_set()


async def test_a_thousand_signals_in_one_go_neither_block_nor_are_all_lost(here: Database, there: Database) -> None:
    first, second = Signals(), Signals()
    async with relay(here, first), relay(there, second):
        await connected(first, second)
        with second.listening("work") as heard:
            for number in range(3000):
                first.notify(f"job:{number % 7}")
            first.notify("work")
            await connected(first, second)
            first.notify("work")
            async with asyncio.timeout(2):
                await heard.wait()


async def test_a_connection_that_the_server_ended_is_made_again(
    here: Database, there: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeups, "RECONNECT_SECONDS", 0.05)
    first, second = Signals(), Signals()
    async with relay(here, first), relay(there, second):
        await connected(first, second)
        await connected(second, first)
        async with begin(here) as tx:
            ended = (await tx.execute(text(f"SELECT count(pg_terminate_backend(pid)) {LISTENING}"))).scalar_one()
        assert ended == 2
        await connected(first, second)
        await connected(second, first)


async def test_after_the_relay_nothing_is_forwarded_and_no_connection_listens(here: Database) -> None:
    hub = Signals()
    async with relay(here, hub):
        await connected(hub, hub)
        assert hub.forward is not None
    assert hub.forward is None
    async with asyncio.timeout(5):
        while True:
            async with read(here) as tx:
                if (await tx.execute(text(f"SELECT count(*) {LISTENING}"))).scalar_one() == 0:
                    break
            await asyncio.sleep(0.02)


async def test_without_postgresql_there_is_nothing_to_relay(tmp_path: Path) -> None:
    hub = Signals()
    async with fresh_database("sqlite", tmp_path) as db, relay(db, hub):
        assert hub.forward is None
