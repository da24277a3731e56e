"""Transactions, moments and texts that mean the same on every kind of database."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from store import Database, begin, connect, ledger, read, users
from store.records import Identity, User
from store.tables import balances
from store.tables import users as table

MOMENT = datetime(2026, 3, 29, 1, 30, 0, 123456, UTC)

HOLD_THE_LOCK = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
db.execute("COMMIT")
"""


def person(number: int = 0, **changed: object) -> User:
    user = User(
        id=f"user_{number}", name=f"Person {number}", is_owner=False, slots=1, queue_limit=20, created_at=MOMENT
    )
    return replace(user, **changed)  # type: ignore[arg-type]


async def add(db: Database, user: User) -> None:
    async with begin(db) as tx:
        await users.insert_user(tx, user)
        await ledger.open_account(tx, user.id)


async def how_many(db: Database) -> int:
    async with read(db) as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


async def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    async def fail_at_the_end() -> None:
        async with begin(db) as tx:
            await users.insert_user(tx, person(1))
            await ledger.open_account(tx, "user_1")
            raise RuntimeError

    async def be_refused_in_the_middle() -> None:
        async with begin(db) as tx:
            await users.insert_user(tx, person(2))
            await users.insert_user(tx, person(2))

    with pytest.raises(RuntimeError):
        await fail_at_the_end()
    with pytest.raises(IntegrityError):
        await be_refused_in_the_middle()
    assert await how_many(db) == 0
    await add(db, person(1))
    assert await how_many(db) == 1


async def test_a_row_that_refers_to_nobody_is_refused(db: Database) -> None:
    with pytest.raises(IntegrityError):
        async with begin(db) as tx:
            await ledger.open_account(tx, "user_unknown")


async def test_fifty_concurrent_writers_all_commit(db: Database) -> None:
    await add(db, person(0))

    async def write(number: int) -> None:
        async with begin(db) as tx:
            await users.insert_user(tx, person(number))
            await ledger.grant(tx, user_id="user_0", credits=1, kind="grant", key=None, note="", now=MOMENT)

    await asyncio.gather(*(write(number) for number in range(1, 51)))
    assert await how_many(db) == 51
    async with read(db) as tx:
        assert await ledger.balance(tx, "user_0") == 50


async def test_a_task_cancelled_inside_a_transaction_rolls_back_and_lets_the_next_one_in(db: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with begin(db) as tx:
            await users.insert_user(tx, person(1))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        await add(db, person(1))
    assert await how_many(db) == 1


async def test_tasks_cancelled_while_they_wait_their_turn_leave_the_line_in_order(db: Database) -> None:
    async with asyncio.timeout(10):
        async with begin(db) as tx:
            await users.insert_user(tx, person(0))
            waiting = [asyncio.create_task(add(db, person(0, name="late"))) for _ in range(5)]
            await asyncio.sleep(0.05)
            for task in waiting:
                task.cancel()
            ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(error, asyncio.CancelledError | IntegrityError) for error in ended)
        await asyncio.gather(*(add(db, person(number)) for number in range(1, 21)))
    assert await how_many(db) == 21


async def test_a_task_cancelled_in_the_middle_of_a_statement_rolls_back(db: Database) -> None:
    if db.dialect == "sqlite":
        pytest.skip("a statement of SQLite runs in place and is never left in its middle")
    sleep = text("SELECT pg_sleep(1)" if db.dialect == "postgresql" else "SELECT SLEEP(1)")

    async def write() -> None:
        async with begin(db) as tx:
            await users.insert_user(tx, person(1))
            await tx.execute(sleep)

    task = asyncio.create_task(write())
    await asyncio.sleep(0.2)
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        # Not the same row: MariaDB notices after some seconds that nobody waits for its SLEEP any more.
        await asyncio.gather(*(add(db, person(number)) for number in range(2, 17)))
    assert await how_many(db) == 15


@contextmanager
def another_process_writing(db: Database) -> Iterator[subprocess.Popen[str]]:
    path = db.writer.url.database
    assert path is not None
    command = [sys.executable, "-c", HOLD_THE_LOCK, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.stdin.close()


async def test_the_lock_of_another_process_is_waited_for_while_everything_else_goes_on(db: Database) -> None:
    if db.dialect != "sqlite":
        pytest.skip("only SQLite locks its whole file")
    await add(db, person(0))
    gaps = []

    async def beat() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - before)

    with another_process_writing(db) as process:
        writing = asyncio.create_task(add(db, person(1)))
        beating = asyncio.create_task(beat())
        await asyncio.sleep(0.5)
        assert not writing.done()
        assert await how_many(db) == 1, "readers never wait"
        process.stdin.close()  # type: ignore[union-attr]
        async with asyncio.timeout(5):
            await writing
        beating.cancel()
    assert await how_many(db) == 2
    assert len(gaps) > 10
    assert max(gaps) < 0.3


async def test_a_reader_sees_nothing_of_an_open_transaction_and_on_sqlite_one_moment_throughout(db: Database) -> None:
    await add(db, person(0))
    names = select(table.c.name).order_by(table.c.id)
    async with read(db) as tx:
        assert list((await tx.execute(names)).scalars()) == ["Person 0"]
        async with begin(db) as writer:
            await writer.execute(update(table).values(name="changed"))
            await users.insert_user(writer, person(1))
            assert list((await tx.execute(names)).scalars()) == ["Person 0"]
            assert await how_many(db) == 1
        if db.dialect == "sqlite":
            assert list((await tx.execute(names)).scalars()) == ["Person 0"]
    async with read(db) as tx:
        assert list((await tx.execute(names)).scalars()) == ["changed", "Person 1"]


async def test_many_readers_at_once_are_all_answered(db: Database) -> None:
    await add(db, person(0))
    assert await asyncio.gather(*(how_many(db) for _ in range(60))) == [1] * 60


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30))),
        MOMENT.replace(microsecond=0),
        datetime(2099, 12, 31, 23, 59, 59, 999999, UTC),
    ],
    ids=["utc", "india", "whole-second", "far"],
)
async def test_a_moment_comes_back_aware_in_utc_to_the_microsecond(db: Database, moment: datetime) -> None:
    await add(db, person(0, created_at=moment))
    async with read(db) as tx:
        found = await users.get(tx, "user_0")
        assert found is not None
        before = select(func.count()).where(table.c.created_at <= moment)
        earlier = select(func.count()).where(table.c.created_at < moment)
        assert (await tx.execute(before)).scalar_one() == 1
        assert (await tx.execute(earlier)).scalar_one() == 0
    assert found.created_at == moment
    assert found.created_at.utcoffset() == timedelta(0)


async def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        await add(db, person(0, created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


async def test_texts_that_differ_by_one_character_are_different_on_every_database(db: Database) -> None:
    """Idempotency keys, say: MySQL would otherwise take `k` and `K`, and `a` and `ä`, for the same."""
    await add(db, person(0))
    subjects = ["key", "Key", "kéy", "🎙", "🎧", "ß", "ss"]
    async with begin(db) as tx:
        for number, subject in enumerate(subjects):
            identity = Identity(
                id=f"id_{number}",
                user_id="user_0",
                surface="telegram",
                subject=subject,
                secret_hash=None,
                created_at=MOMENT,
            )
            await users.insert_identity(tx, identity)
    async with read(db) as tx:
        for number, subject in enumerate(subjects):
            known = await users.by_identity(tx, "telegram", subject)
            assert known is not None
            assert (known[1].id, known[1].subject) == (f"id_{number}", subject)
        assert await users.by_identity(tx, "telegram", "KEY") is None


async def test_credits_of_any_size_are_exact(db: Database) -> None:
    await add(db, person(0))
    async with begin(db) as tx:
        await tx.execute(update(balances).values(credits=2**53 + 1))
        assert await ledger.lock(tx, "user_0") == 2**53 + 1


@pytest.mark.parametrize(
    ("address", "dialect"),
    [
        ("sqlite:///x.db", "sqlite"),
        ("postgres://u@h/d", "postgresql"),
        ("postgresql+psycopg://u@h/d", "postgresql"),
        ("mysql://u@h/d", "mysql"),
        ("mariadb+pymysql://u@h/d", "mysql"),
    ],
)
async def test_an_address_is_understood_whatever_driver_it_names(address: str, dialect: str) -> None:
    db = connect(address)
    assert db.dialect == dialect
    await db.close()


def test_another_kind_of_database_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="take sqlite, postgresql or mysql"):
        connect("mssql://u@h/d")
