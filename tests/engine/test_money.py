"""Credits under every order of events: never below zero, captured or released once, no job stuck."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import func, select

from engine import Conflict, NotEnoughCredits, QueueFull, ServiceError, User
from engine.clock import now
from engine.generation import Task
from store import begin, queue, read
from store.records import Job
from store.tables import balances, clips, jobs, ledger
from tests.house import House, fresh_house

PEOPLE = st.integers(0, 2)


class Money(RuleBasedStateMachine):
    """Three users with little credit; workers that finish, fail, crash and come back late."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.running: list[Job] = []
        self.lost: list[Job] = []
        self.run_(self._open())

    async def _open(self) -> None:
        self.house: House = await self.stack.enter_async_context(fresh_house("sqlite", Path(self.folder.name)))
        self.people: list[User] = [await self.house.user(f"user{number}", credits=25) for number in range(3)]
        self.engine = self.house.engine

    def run_(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    def teardown(self) -> None:
        self.run_(self._drain())
        self.run_(self.stack.aclose())
        self.loop.close()
        self.folder.cleanup()

    async def _drain(self) -> None:
        """Whatever happened, everything ends, and the uploads left are those of clips."""
        self.house.runner.behave = lambda task: None
        await self.house.housekeeping.reclaim()
        await self.house.worker.run_until_idle()
        await self.house.housekeeping.sweep_attempts()
        async with read(self.engine.db) as tx:
            stuck = await tx.scalar(select(func.count()).where(jobs.c.state.in_(("queued", "running"))))
            keys = sorted((await tx.execute(select(clips.c.object_key))).scalars())
        assert stuck == 0
        assert await self.house.object_keys() == keys
        assert await self.engine.credits.audit() == []

    @rule(who=PEOPLE, length=st.integers(1, 12), key=st.none() | st.integers(0, 3))
    def submit(self, who: int, length: int, key: int | None) -> None:
        request = {"text": "x" * length}
        name = None if key is None else f"{key}:{length}"
        with suppress(NotEnoughCredits, QueueFull):
            self.run_(self.engine.jobs.submit(self.people[who], "tts", request, idempotency_key=name))

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        async def work() -> None:
            lease = now() + timedelta(seconds=30)
            async with begin(self.engine.db) as tx:
                self.running += await queue.claim(tx, {"tts": limit}, now=now(), lease_until=lease)

        self.run_(work())

    @rule(outcome=st.sampled_from(["finish", "fail", "retry", "crash"]), data=st.data())
    def end_one(self, outcome: str, data: st.DataObject) -> None:
        """Ends a claimed job; its worker may have been given up for lost before."""
        attempts = self.running + self.lost
        if not attempts:
            return
        job = data.draw(st.sampled_from(attempts), label="job")

        def behave(task: Task) -> None:
            if outcome == "fail":
                raise KeyError("broken")
            if outcome == "retry":
                raise ServiceError("busy", retryable=True)

        self.house.runner.behave = behave
        if outcome == "crash":
            self.lost.append(job)
        else:
            self.run_(self.house.worker._run_batch([job]))
            self.lost = [other for other in self.lost if other != job]
        self.running = [other for other in self.running if other != job]

    @rule()
    def expire(self) -> None:
        """The lease sweep finds every running job too late, also those whose workers still work."""
        self.run_(self.house.housekeeping.reclaim())
        self.lost += self.running
        self.running = []

    @rule(who=PEOPLE, data=st.data())
    def cancel(self, who: int, data: st.DataObject) -> None:
        mine = self.run_(self.engine.jobs.page(self.people[who], states=("queued", "running")))
        if mine:
            status = data.draw(st.sampled_from(mine), label="job")
            with suppress(Conflict):
                self.run_(self.engine.jobs.cancel(self.people[who], status.job.id))

    @rule(sender=PEOPLE, receiver=PEOPLE, credits=st.integers(1, 20), key=st.none() | st.integers(0, 2))
    def transfer(self, sender: int, receiver: int, credits: int, key: int | None) -> None:
        if sender == receiver:
            return
        with suppress(NotEnoughCredits):
            self.run_(
                self.engine.credits.transfer(self.people[sender], self.people[receiver], credits, key=key and f"{key}")
            )

    @invariant()
    def books_are_exact(self) -> None:
        assert self.run_(self.engine.credits.audit()) == []

    @invariant()
    def no_balance_is_negative_and_no_hold_settled_twice(self) -> None:
        async def look() -> None:
            async with read(self.engine.db) as tx:
                lowest = await tx.scalar(select(func.min(balances.c.credits)))
                settled = select(func.count()).where(ledger.c.outcome == "settled").group_by(ledger.c.job_id)
                assert lowest is not None
                assert lowest >= 0
                assert all(count == 1 for count in (await tx.execute(settled)).scalars())

        self.run_(look())

    @invariant()
    def every_line_with_a_free_slot_is_empty(self) -> None:
        async def look() -> None:
            async with read(self.engine.db) as tx:
                waiting = select(jobs.c.user_id).where(jobs.c.state == "queued", jobs.c.slot.is_(None))
                held = select(jobs.c.user_id).where(jobs.c.slot.is_not(None))
                stuck = set((await tx.execute(waiting)).scalars()) - set((await tx.execute(held)).scalars())
                assert not stuck

        self.run_(look())


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
