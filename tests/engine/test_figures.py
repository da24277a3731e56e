"""What the operator watches, on every kind of database, after real jobs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from engine import ClipUnreadable, ServiceError, User
from engine import figures as watched
from engine.clock import now
from engine.generation import Task
from engine.tally import Distribution
from store import begin
from store.tables import attempts, deliveries, jobs
from tests.house import House


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(watched, "PAGE", 2)


async def say(house: House, user: User, text: str) -> None:
    await house.engine.jobs.submit(user, "tts", {"text": text}, reply_to={"courier": "telegram", "chat": 1})


async def test_each_job_counts_once_by_how_it_ended(house: House, alice: User) -> None:
    def behave(task: Task) -> None:
        said = getattr(task.params, "text", "")
        if "break" in said:
            raise ServiceError("broken", retryable=False)
        if "refuse" in said:
            raise ClipUnreadable("This cannot be read.")

    house.runner.behave = behave
    for text in ("one", "three", "break it", "refuse it", "five"):
        await say(house, alice, text)
        await house.worker.run_until_idle()
    await say(house, alice, "seven")
    look = house.engine.figures.look
    before, after = await look(), await look()
    assert before.unfinished == after.unfinished == {("tts", "queued"): 1}
    assert 0 <= after.waiting_seconds < 30
    totals = house.engine.figures.totals
    assert totals.jobs == Counter(
        {("tts", "succeeded", ""): 3, ("tts", "failed", "failed"): 1, ("tts", "failed", "clip_unreadable"): 1}
    )
    assert totals.credits == Counter({"tts": len("one") + len("three") + len("five")})
    heard, worked, waited = totals.audio_seconds["tts"], totals.working_seconds["tts"], totals.waiting_seconds["tts"]
    assert (heard.buckets()[0], heard.buckets()[-1]) == (("1", 3.0), ("+Inf", 3.0))
    assert heard.total == pytest.approx(3 * 0.1, abs=0.05)
    assert worked.buckets()[-1] == ("+Inf", 3.0)
    assert waited.buckets()[-1] == ("+Inf", 5.0)

    await house.worker.run_until_idle()
    assert (await look()).unfinished == {}
    assert totals.jobs["tts", "succeeded", ""] == 4


async def test_a_row_that_is_committed_late_still_counts(house: House, alice: User) -> None:
    await say(house, alice, "first")
    await say(house, alice, "late")
    await house.worker.run_until_idle()
    newest = (await house.engine.jobs.page(alice))[0].job.id
    async with begin(house.engine.db) as tx:
        await tx.execute(update(jobs).where(jobs.c.id == newest).values(finished_at=now() - timedelta(days=1)))
    await house.engine.figures.look()
    assert house.engine.figures.totals.jobs.total() == 1
    async with begin(house.engine.db) as tx:
        ended = house.engine.figures._jobs._started + timedelta(microseconds=1)
        await tx.execute(update(jobs).where(jobs.c.id == newest).values(finished_at=ended))
    await house.engine.figures.look()
    assert house.engine.figures.totals.jobs.total() == 2


async def test_deliveries_are_told_by_courier_and_what_became_of_them(house: House, alice: User) -> None:
    for text in ("one", "two", "three"):
        await say(house, alice, text)
    await house.worker.run_until_idle()
    found = await house.engine.figures.look()
    assert found.promised == {("telegram", "waiting"): 3}
    assert found.backlog["telegram"].count == 3
    assert found.backlog["webhook"].count == 0
    due = found.backlog["telegram"].next_due_at
    assert due is not None
    assert abs((found.moment - due).total_seconds()) < 30

    async with begin(house.engine.db) as tx:
        made = (await tx.execute(deliveries.select().order_by(deliveries.c.id))).all()
        for row, values in zip(
            made, ({"delivered_at": now()}, {}, {"created_at": now() - timedelta(hours=1)}), strict=True
        ):
            await tx.execute(update(deliveries).where(deliveries.c.id == row.id).values({"due_at": None} | values))
        for status in (200, 204, 503, None):
            await tx.execute(
                attempts.insert().values(
                    delivery_id=made[0].id, attempt=1, at=now(), status=status, milliseconds=5, error=None, snippet=""
                )
            )
    found = await house.engine.figures.look()
    assert found.promised == {("telegram", "delivered"): 1, ("telegram", "given_up"): 1}
    assert found.backlog["telegram"].next_due_at is None
    assert house.engine.figures.totals.attempts == Counter({"2xx": 2, "5xx": 1, "none": 1})


def test_a_value_on_a_bound_is_below_it_and_one_above_all_is_counted_too() -> None:
    spread = Distribution((1, 2.5))
    for value in (0.5, 1, 1.1, 99):
        spread.add(value)
    assert spread.buckets() == [("1", 2.0), ("2.5", 3.0), ("+Inf", 4.0)]
    assert spread.total == 101.6
