"""Clips that are heard in one process while another makes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from engine import User
from engine.audio import Audio, join
from engine.clock import now
from engine.errors import ServiceError
from engine.generation import Piece, Task, WordTiming
from engine.passing import MOST_SAMPLES, Passing
from engine.signals import Channel, Signals
from store import Database, begin, pieces, read
from store.records import StoredPiece
from store.tables import jobs
from store.tables import pieces as table
from tests.house import Gate, House, build

SAID = {"text": "One sentence, and another.", "format": "wav"}
GENERATOR = np.random.default_rng(7)
FIRST, SECOND, OTHER = (
    Piece(Audio(GENERATOR.uniform(-0.5, 0.5, 4800).astype(np.float32), 24_000), (WordTiming(0, 3, 0.0, 0.1),))
    for _ in range(3)
)


@pytest.fixture
def ear(db: Database, tmp_path) -> House:
    """The process where somebody listens; nothing works in it."""
    return build(db, tmp_path)


@pytest.fixture
async def house(db: Database, tmp_path, ear: House) -> AsyncIterator[House]:
    """The process that works, its signals carried over to the other."""
    built = build(db, tmp_path)
    built.engine.signals.forward = ear.engine.signals.arrived
    ear.engine.signals.forward = built.engine.signals.arrived
    async with built.working():
        yield built


async def rows(house: House) -> int:
    async with read(house.engine.db) as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


def samples_of(found: list[Piece]) -> np.ndarray:
    return join([piece.audio for piece in found]).samples


async def heard(ear: House, ann: User | None = None) -> list[Piece]:
    ann = ann or await ear.user("ann")
    async with ear.engine.streams.open(ann, "tts", SAID) as stream:
        return [piece async for piece in stream.pieces()]


async def test_the_first_piece_is_heard_elsewhere_while_the_second_is_made(house: House, ear: House) -> None:
    gate = Gate()

    def behave(task: Task) -> None:
        task.on_piece(FIRST)
        gate(task)
        task.on_piece(SECOND)

    house.runner.behave = behave
    ann = await ear.user("ann")
    async with ear.engine.streams.open(ann, "tts", SAID) as stream:
        found = stream.pieces()
        async with asyncio.timeout(10):
            first = await anext(found)
        assert (await ear.engine.jobs.get(ann, stream.job.id)).job.state == "running"
        assert first.words == FIRST.words
        gate.open()
        rest = [piece async for piece in found]
    np.testing.assert_array_equal(samples_of([first, *rest]), samples_of([FIRST, SECOND]))
    assert (await ear.engine.jobs.get(ann, stream.job.id)).job.state == "succeeded"
    assert await rows(house) == 0


async def test_another_attempt_goes_on_where_the_first_was_left(house: House, ear: House) -> None:
    attempts = 0

    def behave(task: Task) -> None:
        nonlocal attempts
        attempts += 1
        task.on_piece(FIRST)
        if attempts == 1:
            raise ServiceError("the device is gone", retryable=True)
        task.on_piece(SECOND)

    house.runner.behave = behave
    found = await heard(ear)
    assert attempts == 2
    np.testing.assert_array_equal(samples_of(found), samples_of([FIRST, SECOND]))


async def test_an_attempt_that_sounds_otherwise_is_no_continuation(house: House, ear: House) -> None:
    attempts = 0

    def behave(task: Task) -> None:
        nonlocal attempts
        attempts += 1
        task.on_piece(FIRST if attempts == 1 else OTHER)
        if attempts == 1:
            raise ServiceError("the device is gone", retryable=True)
        gate(task)

    gate = Gate()
    house.runner.behave = behave
    ann = await ear.user("ann")
    with pytest.raises(ServiceError, match="another sound"):
        await heard(ear, ann)
    gate.open()
    [left] = await ear.engine.jobs.page(ann)
    async for status in ear.engine.jobs.watch(ann, left.job.id):
        last = status
    assert last.job.state in ("cancelled", "succeeded")


async def test_what_could_not_be_passed_on_is_heard_from_the_clip(house: House, ear: House) -> None:
    loop = asyncio.get_running_loop()

    async def in_the_way(job_id: str) -> None:
        nothing = StoredPiece(
            job_id=job_id, attempt=1, number=1, sample_rate=24_000, samples=b"", words=[], created_at=now()
        )
        async with begin(house.engine.db) as tx:
            await pieces.insert_piece(tx, nothing)

    def behave(task: Task) -> None:
        [job_id] = house.worker._running
        asyncio.run_coroutine_threadsafe(in_the_way(job_id), loop).result(10)
        task.on_piece(Piece(Audio(FIRST.audio.samples[:1200] * 0, 24_000)))
        task.on_piece(SECOND)

    house.runner.behave = behave
    found = await heard(ear)
    assert len(samples_of(found)) == 2400, "as long as the clip that was made"


async def test_an_ordinary_job_leaves_no_sound_on_the_way(house: House, ear: House) -> None:
    gate = Gate()

    def behave(task: Task) -> None:
        task.on_piece(FIRST)
        gate(task)

    house.runner.behave = behave
    ann = await ear.user("ann")
    job = await ear.engine.jobs.submit(ann, "tts", SAID)
    await gate.reached()
    await asyncio.sleep(0.1)
    assert await rows(house) == 0
    gate.open()
    async for status in ear.engine.jobs.watch(ann, job.id):
        last = status
    assert last.job.state == "succeeded"


async def test_what_nobody_took_is_swept_and_a_long_piece_is_cut_for_its_row(house: House, ear: House) -> None:
    long = Piece(Audio(GENERATOR.uniform(-0.5, 0.5, 2 * MOST_SAMPLES + 5).astype(np.float32), 24_000), FIRST.words)

    def behave(task: Task) -> None:
        task.on_piece(long)
        raise ServiceError("nobody hears this", retryable=False)

    house.runner.behave = behave
    ann = await ear.user("ann")
    job = await ear.engine.jobs.submit(ann, "tts", SAID, streamed=True)
    async for _ in ear.engine.jobs.watch(ann, job.id):
        pass
    async with read(house.engine.db) as tx:
        found = await pieces.following(tx, job.id, 0, -1)
    assert [(one.number, bool(one.words)) for one in found] == [(0, True), (1, False), (2, False)]
    assert b"".join(one.samples for one in found) == long.audio.samples.tobytes()
    await house.housekeeping.forget()
    assert await rows(house) == 3
    async with begin(house.engine.db) as tx:
        await tx.execute(table.update().values(created_at=now() - timedelta(days=1)))
    await house.housekeeping.forget()
    assert await rows(house) == 0


async def test_an_attempt_that_lost_its_lease_ends_beside_the_next_and_harms_nothing(db: Database, tmp_path) -> None:
    house, gate = build(db, tmp_path), Gate()
    house.runner.behave = gate
    ann = await house.user("ann")
    job = await house.engine.jobs.submit(ann, "tts", SAID, streamed=True)
    first = await house.worker._claim()
    attempts = [asyncio.create_task(house.worker._run_batch(first))]
    await gate.reached()
    async with begin(db) as tx:
        await tx.execute(jobs.update().values(lease_until=now() - timedelta(seconds=1)))
    assert await house.housekeeping.sweep_leases() == 1
    attempts.append(asyncio.create_task(house.worker._run_batch(await house.worker._claim())))
    await asyncio.sleep(0.05)
    gate.open()
    async with asyncio.timeout(10):
        await asyncio.gather(*attempts)
    ended = (await house.engine.jobs.get(ann, job.id)).job
    assert (ended.state, ended.attempt, house.worker._running) == ("succeeded", 2, {})
    await house.assert_books_exact()


async def test_two_attempts_at_once_keep_their_sound_apart(db: Database, tmp_path) -> None:
    house = build(db, tmp_path)
    job = await house.engine.jobs.submit(await house.user("ann"), "tts", SAID, streamed=True)
    first, second = replace(job, attempt=1), replace(job, attempt=2)
    passing = Passing(db, Signals())
    async with asyncio.timeout(10), passing.on_the_way([first]):
        passing.put(first, FIRST)
        async with passing.on_the_way([second]):
            passing.put(first, SECOND)
            passing.put(second, OTHER)
        passing.put(second, FIRST)  # it has ended
    async with read(db) as tx:
        found = await pieces.following(tx, job.id, 0, -1)
    assert [(one.attempt, one.number) for one in found] == [(1, 0), (1, 1), (2, 0)]
    assert found[2].samples == OTHER.audio.samples.tobytes()


def test_the_same_sound_from_another_device_is_a_continuation() -> None:
    channel = Channel()
    channel.put(FIRST)
    channel.begin()
    rounded = (FIRST.audio.samples * 1.0001).astype(np.float32)
    channel.put(Piece(Audio(rounded[:1000], 24_000)))
    channel.put(Piece(Audio(np.concatenate([rounded[1000:], SECOND.audio.samples]), 24_000)))
    assert not channel.torn
    np.testing.assert_array_equal(samples_of(channel.take()), samples_of([FIRST, SECOND]))
