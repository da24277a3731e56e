"""What is done by the clock, and the doctor: clips, uploads, monthly credits, forgetting, the audit."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from engine import NotFound, User
from engine.audit import examine, remove_orphans
from engine.batcher import object_key
from engine.clock import now
from engine.housekeeping import DELIVERY_LOG_DAYS, logged
from store import begin, deliveries, queue, read
from store.columns import new_id
from store.objects import ObjectsUnavailable
from store.records import Clip, Delivery, Job
from store.tables import balances, jobs, ledger, sessions
from store.tables import clips as clips_table
from store.tables import deliveries as deliveries_table
from tests.house import House

WELCOME = 10_000


async def spoken(house: House, user: User) -> Clip:
    """The clip of a job that succeeded."""
    job = await house.engine.jobs.submit(user, "tts", {"text": "Hello"})
    await house.worker.run_until_idle()
    clip = (await house.engine.jobs.get(user, job.id)).clip
    assert clip is not None
    return clip


async def claim(house: House, *, lease_seconds: float = 30) -> Job:
    async with begin(house.engine.db) as tx:
        until = now() + timedelta(seconds=lease_seconds)
        [job] = await queue.claim(tx, {"tts": 1}, now=now(), lease_until=until)
    return job


async def upload(house: House, key: str, *, hours_ago: float = 0) -> str:
    await house.objects.put(key, b"sound", "audio/ogg")
    moment = time.time() - hours_ago * 3600
    os.utime(house.objects.root / key, (moment, moment))
    return key


async def expire(house: House, clip: Clip) -> None:
    async with begin(house.engine.db) as tx:
        await tx.execute(update(clips_table).where(clips_table.c.id == clip.id).values(expires_at=now()))


async def count(house: House, table: object) -> int:
    async with read(house.engine.db) as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


async def test_an_expired_clip_goes_with_its_object_and_the_others_stay(house: House, alice: User) -> None:
    old, young = await spoken(house, alice), await spoken(house, alice)
    await expire(house, old)

    assert await house.housekeeping.purge_clips() == 1

    assert await house.object_keys() == [young.object_key]
    with pytest.raises(NotFound):
        await house.engine.clips.get(alice, old.id)
    assert await house.engine.clips.get(alice, young.id) == young
    status = await house.engine.jobs.get(alice, old.job_id)
    assert (status.job.state, status.clip) == ("succeeded", None)
    assert await house.housekeeping.purge_clips() == 0
    assert await examine(house.engine) == []


async def test_a_purge_that_was_killed_between_object_and_row_is_finished_by_the_next(
    house: House, alice: User
) -> None:
    clip = await spoken(house, alice)
    await expire(house, clip)
    await house.objects.delete([clip.object_key])
    assert await examine(house.engine) == [], "the doctor does not miss what is being purged"
    assert await house.housekeeping.purge_clips() == 1
    assert await count(house, clips_table) == 0


async def test_uploads_of_lost_attempts_are_swept_and_the_clip_is_not(house: House, alice: User) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    lost = await claim(house, lease_seconds=-1)
    await house.housekeeping.sweep_leases()
    await house.worker.run_until_idle()
    clip = (await house.engine.jobs.get(alice, job.id)).clip
    assert clip is not None
    await upload(house, object_key(lost))
    assert len(await house.object_keys()) == 2

    await house.housekeeping.sweep_attempts()

    assert await house.object_keys() == [clip.object_key]
    await house.housekeeping.sweep_attempts()
    assert (await house.engine.clips.data(clip))[:4] == b"OggS"


async def test_an_upload_of_a_job_that_failed_or_was_cancelled_is_swept_but_not_of_one_that_runs(
    house: House, alice: User
) -> None:
    for settle in ("fail", "cancel", None):
        await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
        job = await claim(house)
        key = await upload(house, object_key(job))
        if settle == "fail":
            await house.engine.settlement.fail(job, code="failed", message="No.")
        elif settle == "cancel":
            await house.engine.settlement.cancel(job)
    await house.housekeeping.sweep_attempts()
    assert await house.object_keys() == [key]


async def test_monthly_credits_are_granted_once_per_month_and_user(house: House, alice: User, bob: User) -> None:
    monthly = replace(house.housekeeping, monthly_credits=500)
    await asyncio.gather(monthly.grant_monthly(), monthly.grant_monthly())
    await monthly.grant_monthly()
    for user in (alice, bob):
        assert await house.engine.credits.balance(user) == WELCOME + 500
    newcomer = await house.user("newcomer", credits=0)
    await monthly.grant_monthly()
    assert await house.engine.credits.balance(newcomer) == 500

    async with begin(house.engine.db) as tx:  # a month passes
        await tx.execute(update(ledger).where(ledger.c.key.like("monthly:%")).values(key="monthly:2001-02"))
    await monthly.grant_monthly()
    assert await house.engine.credits.balance(alice) == WELCOME + 1000
    note = (await house.engine.credits.entries(alice))[0].note
    assert note == f"monthly:{now():%Y-%m}"
    await house.assert_books_exact()


async def test_without_monthly_credits_nothing_is_granted(house: House, alice: User) -> None:
    await house.housekeeping.grant_monthly()
    assert await house.engine.credits.balance(alice) == WELCOME


async def test_expired_sessions_and_old_settled_deliveries_are_forgotten(house: House, alice: User) -> None:
    gone, kept = (
        await house.engine.sessions.create_link(alice),
        await house.engine.sessions.create(alice, opened_by="key"),
    )
    made = now() - timedelta(days=DELIVERY_LOG_DAYS, minutes=1)
    delivery = Delivery(
        id="old-settled",
        user_id=alice.id,
        job_id=None,
        event="job.succeeded",
        courier="chat",
        address={},
        key="old-settled",
        attempt=1,
        due_at=None,
        delivered_at=made,
        last_error=None,
        created_at=made,
    )
    async with begin(house.engine.db) as tx:
        await tx.execute(update(sessions).where(sessions.c.kind == "link").values(expires_at=now()))
        await deliveries.insert_delivery(tx, delivery)
        await deliveries.insert_delivery(tx, replace(delivery, id="old-due", key="old-due", due_at=now()))
        await deliveries.insert_delivery(tx, replace(delivery, id="new", key="new", created_at=now()))

    await house.housekeeping.forget()

    assert await house.engine.sessions.with_cookie(kept) == alice
    assert await count(house, sessions) == 1
    assert gone
    async with read(house.engine.db) as tx:
        left = set((await tx.execute(select(deliveries_table.c.id))).scalars())
    assert left == {"old-due", "new"}


async def test_the_audit_is_silent_about_exact_books_and_logs_each_way_in_which_they_are_cooked(
    house: House, alice: User, bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    await spoken(house, alice)
    waiting = await house.engine.jobs.submit(bob, "tts", {"text": "Hello"})
    ended = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await house.housekeeping.audit()
    assert caplog.records == []

    async with begin(house.engine.db) as tx:
        await tx.execute(update(balances).where(balances.c.user_id == alice.id).values(credits=1_000_000))
        await tx.execute(delete(ledger).where(ledger.c.job_id == waiting.id))
        await tx.execute(update(jobs).where(jobs.c.id == ended.id).values(state="failed"))
    await house.housekeeping.audit()

    findings = {record.about: record.finding for record in caplog.records}  # type: ignore[attr-defined]
    assert findings.keys() == {alice.id, bob.id, waiting.id, ended.id}
    assert "1000000" in findings[alice.id]
    assert "holds no credits" in findings[waiting.id]
    assert "still open" in findings[ended.id]
    assert {problem.about for problem in await examine(house.engine)} >= findings.keys()


async def test_an_audit_in_the_middle_of_a_burst_finds_nothing(house: House) -> None:
    """Its look at holds and its look at jobs are one look."""
    people = [await house.user(f"user{number}") for number in range(4)]
    busy = True

    async def audit() -> None:
        while busy:
            assert await house.engine.credits.audit() == []

    async def ask(user: User) -> None:
        for _ in range(8):
            job = await house.engine.jobs.submit(user, "tts", {"text": "Hello"})
            await house.engine.jobs.cancel(user, job.id)

    async with asyncio.TaskGroup() as group:
        group.create_task(audit())
        await asyncio.gather(*(ask(user) for user in people))
        busy = False


async def test_the_doctor_finds_old_objects_without_a_clip_and_clips_without_an_object(
    house: House, alice: User
) -> None:
    kept, robbed = await spoken(house, alice), await spoken(house, alice)
    for clip in (kept, robbed):
        await upload(house, clip.object_key, hours_ago=2)
    orphan = await upload(house, "clips/job_gone/1.ogg", hours_ago=1.1)
    on_its_way = await upload(house, "clips/job_now/1.ogg", hours_ago=0.9)
    forgotten = await upload(house, "voices/alice.flac", hours_ago=100)
    await upload(house, "uploads/its_row_purges_it.flac", hours_ago=100)
    await house.objects.delete([robbed.object_key])

    problems = {problem.about: problem.message for problem in await examine(house.engine)}
    assert problems.keys() == {orphan, forgotten, robbed.object_key}
    assert "--fix" in problems[orphan]
    assert "not there" in problems[robbed.object_key]

    assert await remove_orphans(house.engine) == 2
    assert await house.object_keys() == sorted([kept.object_key, on_its_way])
    assert [problem.about for problem in await examine(house.engine)] == [robbed.object_key]
    assert await remove_orphans(house.engine) == 0


async def test_a_clip_made_while_the_doctor_looks_is_not_reported_as_lost(house: House, alice: User) -> None:
    await spoken(house, alice)
    listed = house.objects.list

    async def list_then_speak(prefix: str):  # type: ignore[no-untyped-def]
        async for stored in listed(prefix):
            yield stored
        await spoken(house, alice)

    house.objects.list = list_then_speak  # type: ignore[method-assign]
    assert await examine(house.engine) == []


async def test_housekeeping_ends_at_once_when_told_and_a_task_that_fails_is_logged_not_raised(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(house.housekeeping.run(stop))
    await asyncio.sleep(0.05)
    assert not running.done()
    stop.set()
    async with asyncio.timeout(1):
        await running

    async def burn() -> None:
        raise OSError("the disk is on fire")

    await logged(burn)()
    assert "housekeeping failed" in caplog.text
    assert new_id("job") > new_id("clip"), "ids sort by kind, then by time"


async def test_a_store_that_is_away_at_the_start_stops_nobody_and_all_is_tidied_once(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clip = await spoken(house, alice)
    await expire(house, clip)
    asked = asyncio.Event()

    async def away(keys: object) -> None:
        asked.set()
        raise ObjectsUnavailable("The bucket does not answer.")

    monkeypatch.setattr(house.objects, "delete", away)
    stop = asyncio.Event()
    running = asyncio.create_task(house.housekeeping.run(stop))
    async with asyncio.timeout(10):
        await asked.wait()
    await asyncio.sleep(0.2)
    assert not running.done()
    assert "housekeeping failed" in caplog.text
    stop.set()
    await running
