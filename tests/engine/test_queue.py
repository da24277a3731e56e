"""Order, slots, leases and fences."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from engine import User
from engine.clock import now
from engine.generation import Task
from store import Database, begin, jobs, queue, read
from store.records import Job
from store.tables import jobs as jobs_table
from store.tables import users as users_table
from tests.house import House


async def raise_limits(db: Database, *, queue_limit: int = 1000, slots: int = 1) -> None:
    async with begin(db) as tx:
        await tx.execute(update(users_table).values(queue_limit=queue_limit, slots=slots))


async def claim(db: Database, limit: int = 1, *, lease_seconds: float = 30) -> list[Job]:
    async with begin(db) as tx:
        lease_until = now() + timedelta(seconds=lease_seconds)
        return await queue.claim(tx, {"tts": limit, "sfx": limit}, now=now(), lease_until=lease_until)


async def test_five_hundred_jobs_of_one_user_delay_another_by_at_most_one(house: House, alice: User, bob: User) -> None:
    await raise_limits(house.engine.db)
    for number in range(500):
        await house.engine.jobs.submit(alice, "tts", {"text": f"Alice {number}"})

    bobs: list[asyncio.Task[Job]] = []
    loop = asyncio.get_running_loop()

    def bob_comes_during_the_third(task: Task) -> None:
        if len(house.runner.batches) == 3:
            submit = house.engine.jobs.submit(bob, "tts", {"text": "Bob"})
            asyncio.run_coroutine_threadsafe(submit, loop).result(10)

    house.runner.behave = bob_comes_during_the_third
    for _ in range(8):
        for job in await claim(house.engine.db):
            await house.worker._run_batch([job])
    order = [batch[0] for batch in house.runner.batches]
    assert not bobs
    assert order[:3] == ["Alice 0", "Alice 1", "Alice 2"]
    assert "Bob" in order[3:5], "at most one job of Alice after Bob came"
    await house.assert_books_exact()


async def test_lines_are_served_in_proportion_to_cost(house: House, alice: User, bob: User) -> None:
    await raise_limits(house.engine.db)
    for _ in range(10):
        await house.engine.jobs.submit(alice, "tts", {"text": "a" * 100})
    for _ in range(40):
        await house.engine.jobs.submit(bob, "tts", {"text": "b" * 10})
    await house.worker.run_until_idle()
    order = [batch[0] for batch in house.runner.batches]
    after_four_of_alice = [index for index, text in enumerate(order) if text[0] == "a"][4]
    assert 30 <= sum(text[0] == "b" for text in order[:after_four_of_alice]) <= 40


async def test_cancelled_jobs_do_not_push_the_next_one_back(house: House, alice: User, bob: User) -> None:
    await raise_limits(house.engine.db)
    withdrawn = [await house.engine.jobs.submit(alice, "tts", {"text": "x" * 500}) for _ in range(20)]
    for job in withdrawn:
        await house.engine.jobs.cancel(alice, job.id)
    await house.engine.jobs.submit(bob, "tts", {"text": "b" * 50})
    await house.engine.jobs.submit(bob, "tts", {"text": "b" * 50})
    await house.engine.jobs.submit(alice, "tts", {"text": "Alice"})
    await house.worker.run_until_idle()
    assert house.runner.batches.index(["Alice"]) <= 1


async def test_who_used_much_while_nobody_waited_is_not_behind_a_newcomer(house: House, alice: User, bob: User) -> None:
    for _ in range(3):
        await house.engine.jobs.submit(alice, "tts", {"text": "x" * 1000})
        await house.worker.run_until_idle()
    first = await house.engine.jobs.submit(bob, "tts", {"text": "b" * 1000})
    second = await house.engine.jobs.submit(bob, "tts", {"text": "b" * 1000})
    mine = await house.engine.jobs.submit(alice, "tts", {"text": "Alice"})
    assert first.turn <= mine.turn <= second.turn


@pytest.mark.parametrize("slots", [1, 3])
async def test_a_user_never_holds_more_slots_than_allowed(house: House, alice: User, slots: int) -> None:
    await raise_limits(house.engine.db, slots=slots)
    for _ in range(6):
        await house.engine.jobs.submit(alice, "tts", {"text": "Hi"})
    running = await claim(house.engine.db, limit=10)
    assert len(running) == slots
    assert await claim(house.engine.db) == []
    assert await house.engine.settlement.cancel(running[0])
    assert len(await claim(house.engine.db, limit=10)) == 1


async def test_a_batch_takes_only_jobs_that_fit_together(house: House) -> None:
    people = [await house.user(f"person{number}") for number in range(6)]
    for number, person in enumerate(people):
        if number % 3 == 2:
            await house.engine.jobs.submit(person, "sfx", {"prompt": "rain", "seconds": 1})
        else:
            await house.engine.jobs.submit(person, "tts", {"text": "Hi"})
    assert [job.capability for job in await claim(house.engine.db, limit=3)] == ["tts"] * 3
    assert [job.capability for job in await claim(house.engine.db, limit=3)] == ["sfx", "sfx"]
    assert [job.capability for job in await claim(house.engine.db, limit=3)] == ["tts"]


async def test_a_batch_is_no_larger_than_its_own_capability_takes(house: House) -> None:
    for number in range(4):
        await house.engine.jobs.submit(await house.user(f"person{number}"), "tts", {"text": "Hi"})
    async with begin(house.engine.db) as tx:
        claimed = await queue.claim(tx, {"tts": 2, "sfx": 8}, now=now(), lease_until=now())
    assert len(claimed) == 2


async def test_many_claimers_never_take_one_job_twice(house: House) -> None:
    for number in range(12):
        person = await house.user(f"person{number}")
        await house.engine.jobs.submit(person, "tts", {"text": "Hi"})
    taken = await asyncio.gather(*(claim(house.engine.db, limit=2) for _ in range(12)))
    ids = [job.id for batch in taken for job in batch]
    assert len(ids) == len(set(ids))
    left = await claim(house.engine.db, limit=12)
    assert len(ids) + len(left) == 12


async def test_an_expired_lease_sends_the_job_back_and_the_late_worker_changes_nothing(
    house: House, alice: User
) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    [asleep] = await claim(house.engine.db, lease_seconds=-1)
    assert await house.housekeeping.sweep_leases() == 1

    await house.worker.run_until_idle()
    assert (await house.engine.jobs.get(alice, job.id)).job.attempt == 2
    await house.worker._run_batch([asleep])  # wakes up, generates, uploads, and is told that it is late

    assert len(await house.object_keys()) == 1
    kinds = [entry.kind for entry in await house.engine.credits.entries(alice)]
    assert kinds.count("capture") == 1
    await house.assert_books_exact()


async def test_a_lease_is_extended_while_the_job_runs(house: House, alice: User) -> None:
    await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    [job] = await claim(house.engine.db, lease_seconds=-1)
    async with begin(house.engine.db) as tx:
        assert await queue.extend_lease(tx, job, progress=0.4, until=now() + timedelta(seconds=30))
    assert await house.housekeeping.sweep_leases() == 0
    async with begin(house.engine.db) as tx:
        assert await queue.extend_lease(tx, replace(job, attempt=7), progress=0.4, until=now()) is None


async def test_three_lost_attempts_fail_the_job_and_release_the_hold(house: House, alice: User) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    for _ in range(3):
        assert len(await claim(house.engine.db, lease_seconds=-1)) == 1
        await house.housekeeping.sweep_leases()
    assert (await house.engine.jobs.get(alice, job.id)).job.state == "failed"
    assert await house.engine.credits.balance(alice) == 10_000
    await house.assert_books_exact()


async def test_a_cancelled_job_whose_worker_died_is_not_run_again(house: House, alice: User) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await claim(house.engine.db, lease_seconds=-1)
    await house.engine.jobs.cancel(alice, job.id)
    await house.housekeeping.sweep_leases()
    assert (await house.engine.jobs.get(alice, job.id)).job.state == "cancelled"
    await house.assert_books_exact()


async def test_a_job_sent_back_keeps_its_place_before_the_rest_of_its_line(house: House, alice: User) -> None:
    first = await house.engine.jobs.submit(alice, "tts", {"text": "first"})
    await house.engine.jobs.submit(alice, "tts", {"text": "second"})
    await claim(house.engine.db, lease_seconds=-1)
    await house.housekeeping.sweep_leases()
    assert [job.id for job in await claim(house.engine.db)] == [first.id]


async def test_a_claim_reads_only_the_front_of_one_index(db: Database) -> None:
    """Asked of the database itself, where it can say so: SQLite."""
    if db.dialect != "sqlite":
        pytest.skip("the plan is read from SQLite")
    async with read(db) as tx:
        plan = await tx.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM jobs WHERE ready_turn IS NOT NULL AND capability IN ('tts') "
            "ORDER BY ready_turn LIMIT 1"
        )
        steps = " ".join(row[-1] for row in plan)
    assert "ix_jobs_ready_turn" in steps
    assert "TEMP B-TREE" not in steps


async def test_the_database_itself_forbids_two_jobs_in_one_slot(house: House, alice: User) -> None:
    await house.engine.jobs.submit(alice, "tts", {"text": "one"})
    second = await house.engine.jobs.submit(alice, "tts", {"text": "two"})
    assert second.slot is None
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        async with begin(house.engine.db) as tx:
            await tx.execute(update(jobs_table).where(jobs_table.c.id == second.id).values(slot=0))
    async with read(house.engine.db) as tx:
        assert (await jobs.get(tx, second.id)) == second
