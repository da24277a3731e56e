"""Clips that are heard while they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio import Audio, join
from engine.errors import InvalidInput, NotEnoughCredits, ServiceError
from engine.generation import Piece, Task
from engine.streams import Stream
from store.records import User
from tests.house import Gate, House, fresh_house

SAID = {"text": "One sentence, and another.", "format": "wav"}
FIRST, SECOND = (Piece(Audio(np.full(1200, level, np.float32), 24_000)) for level in (0.25, 0.5))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with fresh_house("sqlite", tmp_path) as built, built.working():
        yield built


async def collected(stream: Stream) -> list[Piece]:
    return [piece async for piece in stream.pieces()]


def samples_of(pieces: list[Piece]) -> np.ndarray:
    return join([piece.audio for piece in pieces]).samples


async def balance(house: House, user: User) -> int:
    return await house.engine.credits.balance(user)


async def test_the_first_piece_is_heard_while_the_second_is_made(house: House) -> None:
    gate = Gate()

    def behave(task: Task) -> None:
        task.on_piece(FIRST)
        gate(task)
        task.on_piece(SECOND)

    house.runner.behave = behave
    ann = await house.user("ann")
    async with house.engine.streams.open(ann, "tts", SAID) as stream:
        pieces = stream.pieces()
        first = await anext(pieces)
        assert (await house.engine.jobs.get(ann, stream.job.id)).job.state == "running"
        gate.open()
        rest = [piece async for piece in pieces]
    np.testing.assert_array_equal(samples_of([first, *rest]), samples_of([FIRST, SECOND]))
    assert (await house.engine.jobs.get(ann, stream.job.id)).job.state == "succeeded"


async def test_whoever_leaves_before_the_end_is_not_charged(house: House) -> None:
    gate = Gate()

    def behave(task: Task) -> None:
        task.on_piece(FIRST)
        gate(task)
        task.on_step(0.5)

    house.runner.behave = behave
    ann = await house.user("ann", credits=100)
    async with house.engine.streams.open(ann, "tts", SAID) as stream:
        async for _ in stream.pieces():
            break
    assert await balance(house, ann) < 100, "it runs, and its hold stands"
    gate.open()
    async for status in house.engine.jobs.watch(ann, stream.job.id):
        last = status
    assert last.job.state == "cancelled"
    assert await balance(house, ann) == 100
    assert house.engine.signals.channels == {}


async def test_a_listener_whose_task_is_cancelled_leaves_no_hold(house: House) -> None:
    gate = Gate()
    house.runner.behave = gate
    ann = await house.user("ann", credits=100)

    async def listen() -> None:
        async with house.engine.streams.open(ann, "tts", SAID) as stream:
            await collected(stream)

    listening = asyncio.create_task(listen())
    waiting = asyncio.create_task(listen())  # in line behind it
    await gate.reached()
    for task in (waiting, listening):
        task.cancel()
    await asyncio.gather(listening, waiting, return_exceptions=True)
    house.runner.behave = lambda task: task.on_step(0.5)
    gate.open()
    for status in await house.engine.jobs.page(ann):
        async for seen in house.engine.jobs.watch(ann, status.job.id):
            last = seen
        assert last.job.state == "cancelled"
    assert await balance(house, ann) == 100


async def test_a_second_attempt_is_not_heard_twice(house: House) -> None:
    attempts = 0

    def behave(task: Task) -> None:
        nonlocal attempts
        attempts += 1
        task.on_piece(FIRST)
        if attempts == 1:
            raise ServiceError("the device is gone", retryable=True)
        task.on_piece(SECOND)

    house.runner.behave = behave
    ann = await house.user("ann")
    async with house.engine.streams.open(ann, "tts", SAID) as stream:
        pieces = await collected(stream)
    assert attempts == 2
    np.testing.assert_array_equal(samples_of(pieces), samples_of([FIRST, SECOND]))


async def test_a_runner_that_makes_no_pieces_is_heard_at_its_end(house: House) -> None:
    ann = await house.user("ann")
    async with house.engine.streams.open(ann, "tts", SAID) as stream:
        [whole] = await collected(stream)
    status = await house.engine.jobs.get(ann, stream.job.id)
    assert status.clip is not None
    assert whole.audio.seconds == pytest.approx(status.clip.seconds, abs=0.001)


async def test_what_went_wrong_is_raised_with_its_sentence(house: House) -> None:
    def behave(task: Task) -> None:
        raise InvalidInput("This cannot be said.")

    house.runner.behave = behave
    ann = await house.user("ann", credits=30)
    async with house.engine.streams.open(ann, "tts", SAID) as stream:
        with pytest.raises(InvalidInput, match=r"This cannot be said\."):
            await collected(stream)
    with pytest.raises(NotEnoughCredits):
        async with house.engine.streams.open(ann, "tts", {"text": "x" * 31}):
            pass
    assert await balance(house, ann) == 30
