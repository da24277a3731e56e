"""The monthly cap of a key under every order of events, and several at once: never above it, never refused below it."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from engine import KeyCapReached, KeyLimits, ServiceError, User
from engine.generation import Task
from store.records import Job
from tests.house import House, fresh_house

CAPS = (12, 30)
KEYS = st.integers(0, len(CAPS) - 1)


class Caps(RuleBasedStateMachine):
    """Two capped keys of one user; jobs that succeed, fail and are cancelled; caps that change; tokens that rotate."""

    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.run_(self._open())

    async def _open(self) -> None:
        self.house: House = await self.stack.enter_async_context(fresh_house(self.kind, Path(self.folder.name)))
        self.keys = self.house.engine.keys
        self.alice = await self.house.engine.users.create("telegram", "1", credits=100_000)
        made = [await self.keys.create(self.alice, "key", KeyLimits(monthly_credits=cap)) for cap in CAPS]
        self.ids = [key.id for key, _ in made]
        self.tokens = [token for _, token in made]
        self.caps, self.spent = list(CAPS), [0 for _ in CAPS]
        self.waiting: list[tuple[int, Job]] = []

    def run_(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    def teardown(self) -> None:
        self.run_(self.house.assert_books_exact())
        self.run_(self.stack.aclose())
        self.loop.close()
        self.folder.cleanup()

    async def _as_key(self, which: int) -> User:
        return await self.keys.with_token(self.tokens[which])

    @rule(which=KEYS, price=st.integers(1, 13), times=st.integers(1, 4))
    def submit_at_once(self, which: int, price: int, times: int) -> None:
        user = self.run_(self._as_key(which))
        times = min(times, 20 - len(self.waiting))  # the queue has a limit of its own
        fits = min(times, max(self.caps[which] - self.spent[which], 0) // price)

        async def all_of_them() -> list[Job | BaseException]:
            asked = (self.house.engine.jobs.submit(user, "tts", {"text": "x" * price}) for _ in range(times))
            return await asyncio.gather(*asked, return_exceptions=True)

        outcomes = self.run_(all_of_them())
        accepted = [outcome for outcome in outcomes if isinstance(outcome, Job)]
        assert all(isinstance(outcome, Job | KeyCapReached) for outcome in outcomes), outcomes
        assert len(accepted) == fits
        self.spent[which] += price * fits
        self.waiting += [(which, job) for job in accepted]

    @rule(index=st.integers(0, 30))
    def cancel(self, index: int) -> None:
        if not self.waiting:
            return
        which, job = self.waiting.pop(index % len(self.waiting))
        self.run_(self.house.engine.jobs.cancel(self.alice, job.id))
        self.spent[which] -= job.price

    @rule(fails=st.booleans())
    def work_all_off(self, fails: bool) -> None:
        def behave(task: Task) -> None:
            if fails:
                raise ServiceError("broken", retryable=False)

        self.house.runner.behave = behave
        self.run_(self.house.worker.run_until_idle())
        for which, job in self.waiting:
            self.spent[which] -= job.price if fails else 0
        self.waiting.clear()

    @rule(which=KEYS, cap=st.integers(1, 40))
    def change_the_cap(self, which: int, cap: int) -> None:
        self.run_(self.keys.change(self.alice, self.ids[which], monthly_credits=cap))
        self.caps[which] = cap

    @rule(which=KEYS)
    def rotate(self, which: int) -> None:
        _, self.tokens[which] = self.run_(self.keys.rotate(self.alice, self.ids[which]))

    @invariant()
    def what_was_spent_is_what_the_jobs_hold_or_took(self) -> None:
        found = self.run_(self.keys.mine(self.alice))
        spent = self.run_(self.keys.spent(found))
        assert [spent[key_id] for key_id in self.ids] == self.spent


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 8), ("postgresql", 4)])
def test_a_cap_holds_under_every_order_of_events(kind: str, examples: int) -> None:
    machine = type("CapsOf" + kind, (Caps,), {"kind": kind})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
