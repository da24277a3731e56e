"""Transactions that share a commit on SQLite: who is told what when one fails, is cancelled, or fills the disk."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from store import Database, DatabaseUnavailable, begin, connect, read


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    made = connect(f"sqlite:///{tmp_path / 'bernie.db'}")
    async with begin(made) as tx:
        await tx.execute(text("CREATE TABLE notes (number INTEGER PRIMARY KEY, said TEXT)"))
    yield made
    await made.close()


class Refused(Exception):
    """What a transaction raises of its own."""


async def note(db: Database, number: int, said: str = "", *, refuse: bool = False) -> None:
    async with begin(db) as tx:
        await tx.execute(text("INSERT INTO notes VALUES (:number, :said)"), {"number": number, "said": said})
        if refuse:
            raise Refused


def on_the_disk(db: Database) -> set[int]:
    """What another process finds."""
    with sqlite3.connect(str(db.writer.url.database)) as other:
        return {number for (number,) in other.execute("SELECT number FROM notes")}


async def test_those_who_stand_in_line_together_share_a_commit_and_are_told_when_it_is_done(db: Database) -> None:
    commits = []
    event.listen(db.writer.sync_engine, "commit", lambda connection: commits.append(1))
    seen: list[bool] = []

    async def note_and_look(number: int) -> None:
        await note(db, number)
        seen.append(number in on_the_disk(db))

    await asyncio.gather(*(note_and_look(number) for number in range(40)))
    assert len(commits) < 10
    assert seen == [True] * 40


async def test_one_that_fails_among_others_takes_back_only_its_own(db: Database) -> None:
    ended = await asyncio.gather(
        *(note(db, number, refuse=number % 3 == 0) for number in range(12)), return_exceptions=True
    )
    refused = {number for number, error in enumerate(ended) if isinstance(error, Refused)}
    assert refused == {0, 3, 6, 9}
    assert on_the_disk(db) == set(range(12)) - refused


async def test_whoever_comes_second_finds_what_was_there_first(db: Database) -> None:
    async def note_or_look() -> int:
        try:
            await note(db, 1, "first")
        except IntegrityError:
            async with read(db) as tx:
                return len((await tx.execute(text("SELECT * FROM notes WHERE number = 1"))).all())
        return 1

    assert await asyncio.gather(*(note_or_look() for _ in range(20))) == [1] * 20


async def test_when_the_disk_is_full_all_whose_rows_were_lost_with_it_are_told(db: Database) -> None:
    async with begin(db) as tx:
        await tx.execute(text("PRAGMA max_page_count=8"))
    small = [note(db, number) for number in range(6)]
    ended = await asyncio.gather(*small, note(db, 99, "much too long " * 10_000), return_exceptions=True)
    assert isinstance(ended[-1], DatabaseUnavailable)
    assert "full" in str(ended[-1])
    kept = {number for number, error in enumerate(ended) if error is None}
    assert all(isinstance(error, DatabaseUnavailable) for error in ended if error is not None)
    assert on_the_disk(db) == kept
    await note(db, 7)
    assert 7 in on_the_disk(db)


async def test_a_task_that_leaves_before_the_commit_does_not_keep_the_others_from_it(db: Database) -> None:
    tasks = [asyncio.create_task(note(db, number)) for number in range(4)]
    await asyncio.sleep(0)  # the first has written, and stands in line again behind the others
    tasks[0].cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(ended[0], asyncio.CancelledError)
    assert ended[1:] == [None] * 3
    assert on_the_disk(db) >= {1, 2, 3}


async def test_what_nobody_is_left_to_commit_is_rolled_back(db: Database) -> None:
    first = asyncio.create_task(note(db, 1))
    second = asyncio.create_task(note(db, 2, refuse=True))
    await asyncio.sleep(0)
    first.cancel()
    ended = await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance(ended[1], Refused)
    async with asyncio.timeout(5):
        await note(db, 3)
    assert on_the_disk(db) == {3}


async def test_whatever_fails_and_leaves_the_line_moves_and_nothing_half_done_stays(db: Database) -> None:
    rng = random.Random(3)
    fate = {number: rng.choice(["fine", "fine", "refuse", "leave"]) for number in range(300)}

    async def one(number: int) -> None:
        await asyncio.sleep(rng.random() / 10)
        async with begin(db) as tx:
            await tx.execute(text("INSERT INTO notes VALUES (:number, '')"), {"number": number})
            await asyncio.sleep(0)
            if fate[number] == "refuse":
                raise Refused

    async with asyncio.timeout(20):
        tasks = {number: asyncio.create_task(one(number)) for number in fate}
        for number, end in fate.items():
            if end == "leave":
                await asyncio.sleep(rng.random() / 1000)
                tasks[number].cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    done = {number for number, task in tasks.items() if not task.cancelled() and task.exception() is None}
    refused = {number for number in fate if fate[number] == "refuse"}
    found = on_the_disk(db)
    assert done <= found
    assert not found & refused
    assert len(done) > 100
