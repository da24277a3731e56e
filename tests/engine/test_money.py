"""Credits under every order of events: never below zero, captured or released once, none from nothing, no job stuck."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import func, select

from engine import Conflict, InvalidInput, NotAllowed, NotEnoughCredits, NotFound, QueueFull, ServiceError, User
from engine.clock import now
from engine.generation import Task
from store import begin, queue, read
from store.records import Job
from store.tables import balances, clips, jobs, ledger
from tests.house import House, fresh_house

pytestmark = pytest.mark.slow
PEOPLE = st.integers(0, 2)


class Money(RuleBasedStateMachine):
    """Three people with little credit, who move in with each other, leave and come again, and a pool; workers that
    finish, fail, crash and come back late.
    """

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
        self.pool = await self.engine.pools.of("discord", "guild")
        await self.engine.credits.grant(self.pool, 50)
        self.minted = 3 * 25 + 50
        self.bought: dict[int, int] = {}
        self.refunded: dict[int, int] = {}

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

    @rule(who=PEOPLE, length=st.integers(1, 12), key=st.none() | st.integers(0, 3), pooled=st.booleans())
    def submit(self, who: int, length: int, key: int | None, pooled: bool) -> None:
        request = {"text": "x" * length}
        name = None if key is None else f"{key}:{length}"
        with suppress(NotEnoughCredits, QueueFull):
            pool = self.pool if pooled else None
            self.run_(self.engine.jobs.submit(self.people[who], "tts", request, idempotency_key=name, pool=pool))

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
        if self.people[sender].id == self.people[receiver].id:
            return
        with suppress(NotEnoughCredits):
            self.run_(
                self.engine.credits.transfer(self.people[sender], self.people[receiver], credits, key=key and f"{key}")
            )

    @rule(who=PEOPLE, credits=st.integers(1, 20))
    def give_to_the_pool(self, who: int, credits: int) -> None:
        with suppress(NotEnoughCredits):
            self.run_(self.engine.credits.transfer(self.people[who], self.pool, credits))

    @rule(who=PEOPLE, credits=st.integers(1, 20), payment=st.integers(0, 1))
    def purchase(self, who: int, credits: int, payment: int) -> None:
        if self.run_(self.engine.credits.purchase(self.people[who], credits, key=f"payment {payment}")):
            assert payment not in self.bought
            self.bought[payment] = credits

    @rule(payment=st.integers(0, 1), rest=st.booleans())
    def refund(self, payment: int, rest: bool) -> None:
        with suppress(NotFound, Conflict):
            taken = self.run_(self.engine.credits.refund(f"payment {payment}", only_what_is_left=rest))
            assert taken == self.refunded.setdefault(payment, taken), "the same when asked again"
            assert 0 <= taken <= self.bought[payment]

    @rule(mover=PEOPLE, receiver=PEOPLE)
    def link(self, mover: int, receiver: int) -> None:
        with suppress(Conflict, InvalidInput, NotAllowed):
            code = self.run_(self.engine.linking.link_code(self.people[receiver]))
            gone, joined = self.people[mover], self.run_(self.engine.linking.redeem(self.people[mover], code))
            self.people = [joined if person.id == gone.id else person for person in self.people]

    @rule(who=PEOPLE)
    def leave_and_come_again(self, who: int) -> None:
        gone = self.people[who]
        self.run_(self.engine.privacy.delete(gone))
        for number, person in enumerate(self.people):
            if person.id == gone.id:
                email = f"user{number}@example.org"
                self.people[number] = self.run_(self.engine.users.known_as("password", email))
                # They come with nothing (see `minted`) and are given something, so that there is something to lose.
                self.run_(self.engine.credits.grant(self.people[number], 25))
                self.minted += 25

    async def _total(self, *kinds: str) -> int:
        async with read(self.engine.db) as tx:
            return int(await tx.scalar(select(func.sum(ledger.c.credits)).where(ledger.c.kind.in_(kinds))) or 0)

    @invariant()
    def no_credit_came_from_nothing_or_went_there(self) -> None:
        assert self.run_(self._total("grant")) == self.minted
        assert self.run_(self._total("purchase")) == sum(self.bought.values())
        assert self.run_(self._total("refund")) == -sum(self.refunded.values())
        assert self.run_(self._total("transfer")) == 0

    @invariant()
    def books_are_exact(self) -> None:
        assert self.run_(self.engine.credits.audit()) == []

    @invariant()
    def no_balance_is_negative_and_no_hold_settled_twice(self) -> None:
        async def look() -> None:
            async with read(self.engine.db) as tx:
                lowest = await tx.scalar(select(func.min(balances.c.credits)))
                settled = select(func.count()).where(ledger.c.outcome == "settled").group_by(ledger.c.job_id)
                payers = select(func.count(ledger.c.user_id.distinct())).where(ledger.c.job_id.is_not(None))
                assert lowest is not None
                assert lowest >= 0
                assert all(count == 1 for count in (await tx.execute(settled)).scalars())
                of_jobs = (await tx.execute(payers.group_by(ledger.c.job_id))).scalars()
                assert all(count == 1 for count in of_jobs), "who held it captures or gets it back"

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
