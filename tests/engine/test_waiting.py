"""Requests over their user's limit stand in line for a place, hold nothing meanwhile, and are refused in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from engine import QueueFull, User
from engine.signals import Signals
from engine.waiting import MOST_IN_LINE, Waiting
from store import Database, begin, read
from store.tables import jobs, users
from tests.house import Gate, House, build


@pytest.fixture
async def house(db: Database, tmp_path) -> AsyncIterator[House]:
    built = build(db, tmp_path)
    async with built.working():
        yield built


@pytest.fixture
async def alice(house: House) -> User:
    """One of her jobs may run and one may wait."""
    made = await house.user("alice")
    async with begin(house.engine.db) as tx:
        await tx.execute(users.update().values(queue_limit=1))
    return made


async def heard(house: House, user: User, text: str, seconds: float, order: list[str]) -> None:
    async with house.engine.streams.open(user, "tts", {"text": text}, wait_seconds=seconds) as stream:
        order.append(text)
        assert [piece async for piece in stream.pieces()]


async def said(house: House) -> list[str]:
    async with read(house.engine.db) as tx:
        return [row.params["text"] for row in await tx.execute(select(jobs.c.params).order_by(jobs.c.id))]


async def test_who_is_over_the_limit_gets_a_place_when_one_is_free_in_the_order_of_coming(
    house: House, alice: User
) -> None:
    gate, order = Gate(), list[str]()
    house.runner.behave = gate
    async with asyncio.TaskGroup() as group:
        for text in ("first", "second", "third", "fourth", "fifth"):
            group.create_task(heard(house, alice, text, 20, order))
            await asyncio.sleep(0.05)
        await gate.reached()
        assert await said(house) == ["first", "second"]
        held = 10_000 - await house.engine.credits.balance(alice)
        assert held == len("first" + "second")
        begun = time.monotonic()
        gate.open()
    assert order == ["first", "second", "third", "fourth", "fifth"]
    assert time.monotonic() - begun < 2, "woken, not by the safety net"
    await house.assert_books_exact()


async def test_who_waited_in_vain_is_refused_and_one_who_left_leaves_nothing(house: House, alice: User) -> None:
    gate, order = Gate(), list[str]()
    house.runner.behave = gate
    async with asyncio.TaskGroup() as group:
        for text in ("first", "second"):
            group.create_task(heard(house, alice, text, 0, order))
            await asyncio.sleep(0.05)
        await gate.reached()
        with pytest.raises(QueueFull, match="limit"):
            await heard(house, alice, "at once", 0, order)
        leaves = asyncio.create_task(heard(house, alice, "leaves", 20, order))
        late = asyncio.create_task(heard(house, alice, "late", 0.3, order))
        await asyncio.sleep(0.1)
        leaves.cancel()
        for task, error in ((leaves, asyncio.CancelledError), (late, QueueFull)):
            with pytest.raises(error):
                await task
        gate.open()
    assert await said(house) == ["first", "second"]
    assert house.engine.signals.channels == {}
    await heard(house, alice, "afterwards", 0, order)
    await house.assert_books_exact()


async def test_whoever_leaves_at_whatever_moment_has_no_job_left(house: House, alice: User) -> None:
    for steps in range(0, 80, 4):
        task = asyncio.create_task(heard(house, alice, f"step {steps}", 5, []))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    for _ in range(100):
        if set((await house.engine.check()).values()) == {0}:
            break
        await asyncio.sleep(0.02)
    assert set((await house.engine.check()).values()) == {0}
    await house.assert_books_exact()


async def test_of_many_in_line_one_looks_and_only_when_there_is_something_to_see() -> None:
    signals, looks, places = Signals(), 0, 0
    waiting = Waiting(signals)

    async def submit() -> None:
        nonlocal looks, places
        looks += 1
        if places == 0:
            raise QueueFull("Full.")
        places -= 1

    tasks = [asyncio.create_task(waiting.until_placed("ann", submit, 30)) for _ in range(50)]
    await asyncio.sleep(0.3)
    assert looks == 2, "the first when it came, and again once it stood in line"
    with pytest.raises(QueueFull, match=r"within 0\.1 seconds"):
        await waiting.until_placed("ann", submit, 0.1)
    assert looks == 2
    places = 50
    signals.notify("line:ann")
    await asyncio.gather(*tasks)
    assert looks == 2 + 50
    assert waiting._lines == {}
    assert signals._listeners == {}


async def test_a_line_has_an_end() -> None:
    waiting = Waiting(Signals())

    async def submit() -> None:
        raise QueueFull("Full.")

    tasks = [asyncio.create_task(waiting.until_placed("ann", submit, 30)) for _ in range(MOST_IN_LINE)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFull, match="wait for a place already"):
        await waiting.until_placed("ann", submit, 30)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert waiting._lines == {}
