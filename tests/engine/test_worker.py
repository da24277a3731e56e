"""The worker's own life: stopping, leases kept alive, databases and stores that fail under it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine import JobCancelled, User
from engine.generation import Task
from engine.settlement import Settlement
from store.objects import ObjectsUnavailable
from store.records import Clip, Job
from tests.house import Gate, House, fresh_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """On SQLite only: nothing here depends on the database. Leases are short."""
    async with fresh_house("sqlite", tmp_path, lease_seconds=1) as made:
        yield made


async def test_a_stopping_worker_finishes_what_it_runs_and_starts_nothing_more(house: House, alice: User) -> None:
    house.runner.behave = gate = Gate()
    stop = asyncio.Event()
    worker = asyncio.create_task(house.worker.run(stop))
    first = await house.engine.jobs.submit(alice, "tts", {"text": "first"})
    second = await house.engine.jobs.submit(alice, "tts", {"text": "second"})
    await gate.reached()
    stop.set()
    house.engine.signals.wake_all()
    gate.open()
    await worker
    assert (await house.engine.jobs.get(alice, first.id)).job.state == "succeeded"
    assert (await house.engine.jobs.get(alice, second.id)).job.state == "queued"


async def test_a_job_that_outlasts_the_stop_is_told_to_end_and_runs_again_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with fresh_house("sqlite", tmp_path / "second", stop_seconds=0.1) as house:
        alice = await house.user("alice")
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        gate = Gate()

        def behave(task: Task) -> None:
            gate(task)
            try:
                task.on_step(0.6)
            except JobCancelled:
                loop.call_soon_threadsafe(told.set)
                raise

        house.runner.behave = behave
        stop = asyncio.Event()
        worker = asyncio.create_task(house.worker.run(stop))
        job = await house.engine.jobs.submit(alice, "tts", {"text": "long"})
        await gate.reached()
        stop.set()
        house.engine.signals.wake_all()
        await worker
        assert (await house.engine.jobs.get(alice, job.id)).job.state == "running"
        gate.open()
        async with asyncio.timeout(10):
            await told.wait()

        house.runner.behave = lambda task: None
        assert await house.housekeeping.reclaim() == 1
        await house.worker.run_until_idle()
        assert (await house.engine.jobs.get(alice, job.id)).job.state == "succeeded"


async def test_a_job_longer_than_its_lease_stays_with_its_worker(house: House, alice: User) -> None:
    house.runner.behave = gate = Gate()
    async with house.working():
        job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
        await gate.reached()
        for _ in range(5):
            await asyncio.sleep(0.4)  # two leases long
            assert await house.housekeeping.sweep_leases() == 0
        gate.open()
        ended = [status async for status in house.engine.jobs.watch(alice, job.id)][-1]
    assert (ended.job.state, ended.job.attempt) == ("succeeded", 1)


async def test_a_job_whose_settlement_failed_is_run_again_and_charged_once(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed, calls = Settlement.succeed, []

    async def fail_once(self: Settlement, job: Job, clip: Clip) -> bool:
        calls.append(job.attempt)
        if len(calls) == 1:
            raise OSError("the database went away")
        return await succeed(self, job, clip)

    monkeypatch.setattr(Settlement, "succeed", fail_once)
    async with house.working():
        job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
        async with asyncio.timeout(15):
            while not (await house.engine.jobs.get(alice, job.id)).job.is_final:
                await asyncio.sleep(0.1)
                await house.housekeeping.sweep_leases()
    assert calls == [1, 2]
    await house.housekeeping.sweep_attempts()
    assert len(await house.object_keys()) == 1
    assert await house.engine.credits.balance(alice) == 10_000 - 5
    await house.assert_books_exact()


async def test_a_clip_that_cannot_be_stored_is_tried_again_then_refunded(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(key: str, data: bytes, content_type: str) -> None:
        raise ObjectsUnavailable("The folder is on a full disk.")

    monkeypatch.setattr(house.objects, "put", full)
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await house.worker.run_until_idle()
    ended = (await house.engine.jobs.get(alice, job.id)).job
    assert (ended.state, ended.attempt) == ("failed", 3)
    assert "disk" not in (ended.error_message or "")
    assert await house.engine.credits.balance(alice) == 10_000


async def test_one_bad_request_of_a_batch_does_not_harm_the_others(tmp_path: Path) -> None:
    async with fresh_house("sqlite", tmp_path / "batch", max_batch=4) as house:
        people = [await house.user(f"person{number}") for number in range(4)]

        def one_is_bad(task: Task) -> None:
            if task.params.text == "person2":  # type: ignore[attr-defined]
                raise KeyError("bad")

        house.runner.behave = one_is_bad
        for number, person in enumerate(people):
            await house.engine.jobs.submit(person, "tts", {"text": f"person{number}"})
        await house.worker.run_until_idle()
        states = [(await house.engine.jobs.page(person))[0].job.state for person in people]
        assert house.runner.batches == [[f"person{number}" for number in range(4)]]
        assert states == ["succeeded", "succeeded", "failed", "succeeded"]
        await house.assert_books_exact()


async def test_the_same_seed_gives_the_same_clip(house: House, alice: User) -> None:
    jobs = [await house.engine.jobs.submit(alice, "tts", {"text": "Hi", "seed": 7}) for _ in range(2)]
    await house.worker.run_until_idle()
    clips = await house.engine.clips.of_jobs([job.id for job in jobs])
    first, second = [await house.engine.clips.data(clip) for clip in clips.values()]
    assert first == second


async def test_one_that_cannot_be_settled_keeps_no_other_of_its_batch_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fresh_house("sqlite", tmp_path / "batch", max_batch=3) as house:
        people = [await house.user(f"person{number}") for number in range(3)]
        jobs = [await house.engine.jobs.submit(person, "tts", {"text": "Hi"}) for person in people]
        succeed = Settlement.succeed

        async def fail_for_the_first(self: Settlement, job: Job, clip: Clip) -> bool:
            if job.id == jobs[0].id:
                raise OSError("the database went away")
            return await succeed(self, job, clip)

        monkeypatch.setattr(Settlement, "succeed", fail_for_the_first)
        await house.worker.run_until_idle()
        states = [(await house.engine.jobs.page(person))[0].job.state for person in people]
        assert states == ["running", "succeeded", "succeeded"]
