"""How jobs are watched by many at once: on every database."""

from __future__ import annotations

import asyncio

from sqlalchemy import event, update

from engine import User
from store import begin
from store.tables import jobs as table
from tests.house import House


async def submitted(house: House, user: User, count: int) -> list[str]:
    return [(await house.engine.jobs.submit(user, "tts", {"text": f"Number {n}."})).id for n in range(count)]


async def test_many_who_watch_many_jobs_cost_one_look(house: House, alice: User, bob: User) -> None:
    jobs, looks = house.engine.jobs, house.engine.jobs.looks
    ids = await submitted(house, alice, 4) + await submitted(house, bob, 4)
    watches = [jobs.watch(alice if number % 8 < 4 else bob, ids[number % 8]) for number in range(40)]
    for watch in watches:
        await anext(watch)
    statements: list[str] = []
    event.listen(
        house.engine.db.reader.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    looks._taken[0] = -1e9  # long ago
    seen = await asyncio.gather(*(looks.at(ids[number % 8], seconds_old=60.0) for number in range(40)))
    assert len([one for one in statements if "FROM jobs" in one]) == 2, "the rows, and the places in line"
    assert {glance.position for glance, _ in seen if glance} == set(range(1, 9))
    for watch in watches:
        await watch.aclose()  # type: ignore[attr-defined]
    assert looks._watched == {}
    assert looks._seen == {}


async def test_a_look_knows_the_place_in_line_that_the_job_itself_states(house: House, alice: User, bob: User) -> None:
    jobs, looks = house.engine.jobs, house.engine.jobs.looks
    ids = await submitted(house, alice, 3) + await submitted(house, bob, 3)
    owners = [alice] * 3 + [bob] * 3
    for job_id, owner in zip(ids, owners, strict=True):
        with looks.watching(job_id):
            glance, _ = await looks.at(job_id, seconds_old=0)
        assert glance is not None
        assert glance.position == (await jobs.get(owner, job_id)).position


async def test_a_change_that_nobody_signalled_is_seen(house: House, alice: User) -> None:
    [first, second] = await submitted(house, alice, 2)
    watch = house.engine.jobs.watch(alice, second)
    assert (await anext(watch)).position == 2
    async with begin(house.engine.db) as tx:  # another process, whose wake-up was lost
        await tx.execute(update(table).where(table.c.id == first).values(state="running", ready_turn=None))
    async with asyncio.timeout(10):
        assert (await anext(watch)).position == 1


async def test_a_job_that_is_gone_is_seen_as_nothing(house: House, alice: User) -> None:
    with house.engine.jobs.looks.watching("job_nowhere"):
        assert await house.engine.jobs.looks.at("job_nowhere", seconds_old=0) == (None, None)
