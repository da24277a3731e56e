"""Outcomes to their addresses: promised with the settlement, at least once, with pauses, one not held up by another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from engine import Delivery, DeliveryFailed, InvalidInput, Job, NotAllowed, Outcome, User
from engine import outbox as module
from engine.clock import now
from engine.generation import Task
from engine.outbox import LEASE_SECONDS, Outbox
from engine.pauses import PAUSES_SECONDS
from engine.replies import AT_ONCE, PER_USER
from engine.signals import Signals
from store import Database, begin, deliveries, endpoints, read
from store.columns import new_id
from store.records import Endpoint
from store.tables import deliveries as table
from tests.house import House, build

CHAT = {"courier": "chat", "channel": "general"}
ELSEWHERE = {"courier": "hook"}
OUTCOMES = ("succeeded", "failed", "cancelled")
EARLY = ("job.queued", "job.started")
Behaviour = Callable[[Delivery], Awaitable[None]]


async def at_once(delivery: Delivery) -> None:
    """Nothing happens."""


async def never(delivery: Delivery) -> None:
    """The other side is silent."""
    await asyncio.Event().wait()


class Recorder:
    """A courier that keeps what it was given. `behave` and `afterwards` happen before and after that."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.received: list[tuple[Delivery, Outcome]] = []
        self.behave: Behaviour = at_once
        self.afterwards: Behaviour = at_once

    async def deliver(self, delivery: Delivery, outcome: Outcome) -> None:
        await self.behave(delivery)
        self.received.append((delivery, outcome))
        await self.afterwards(delivery)

    async def tell(self, delivery: Delivery) -> None:
        await self.behave(delivery)

    def fail(self, error: Exception) -> None:
        async def behave(delivery: Delivery) -> None:
            raise error

        self.behave = behave


@pytest.fixture
def chat() -> Recorder:
    return Recorder("chat")


@pytest.fixture
def hook() -> Recorder:
    return Recorder("hook")


@pytest.fixture
def house(db: Database, tmp_path: Path, chat: Recorder, hook: Recorder) -> House:
    return build(db, tmp_path, couriers=[chat, hook])


async def listen(house: House, user: User, *, events: tuple[str, ...] = (), enabled: bool = True) -> Endpoint:
    endpoint = Endpoint(
        id=new_id("ep"),
        user_id=user.id,
        url="https://example.org/hook",
        secret="whsec_c2VjcmV0",
        events=list(events),
        description="",
        enabled=enabled,
        created_at=now(),
    )
    async with begin(house.engine.db) as tx:
        await endpoints.insert_endpoint(tx, endpoint)
    return endpoint


async def ended(house: House, user: User, outcome: str = "succeeded", reply_to: dict[str, Any] | None = CHAT) -> Job:
    """A job of that outcome, its deliveries not yet made."""

    def refuse(task: Task) -> None:
        if outcome == "failed":
            raise InvalidInput("This cannot be spoken.")

    house.runner.behave = refuse
    job = await house.engine.jobs.submit(user, "tts", {"text": "Hello"}, reply_to=reply_to)
    if outcome == "cancelled":
        await house.engine.jobs.cancel(user, job.id)
    await house.worker.run_until_idle()
    return (await house.engine.jobs.get(user, job.id)).job


async def promises(house: House, job: Job) -> list[Delivery]:
    async with read(house.engine.db) as tx:
        return await deliveries.of_job(tx, job.id)


async def promise(house: House, job: Job) -> Delivery:
    [only] = await promises(house, job)
    return only


async def move_due(house: House, moment: datetime | None = None) -> None:
    """Everything not yet settled is due at that moment, by default now: time passes without anybody waiting."""
    async with begin(house.engine.db) as tx:
        await tx.execute(update(table).where(table.c.due_at.is_not(None)).values(due_at=moment or now()))


def link_parts(link: str) -> tuple[str, dict[str, Any]]:
    """The key and the arguments that `open_link` takes, as the HTTP route reads them from the address."""
    parts = urlsplit(link)
    query: dict[str, Any] = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return unquote(parts.path.removeprefix("/files/")), query | {"expires": int(query["expires"])}


async def until(reached: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110  what it waits for sets no event
            await asyncio.sleep(0.01)


def pause_after(delivery: Delivery, since: datetime) -> float:
    assert delivery.due_at is not None
    return (delivery.due_at - since).total_seconds()


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_every_outcome_is_promised_once_to_every_address_that_wants_it(
    house: House, alice: User, bob: User, outcome: str
) -> None:
    everything = await listen(house, alice)
    this = await listen(house, alice, events=(f"job.{outcome}", "job.other"))
    await listen(house, alice, events=("job.other",))
    await listen(house, alice, enabled=False)
    await listen(house, bob)

    job = await ended(house, alice, outcome)

    made = [delivery for delivery in await promises(house, job) if delivery.event not in EARLY]
    assert {delivery.event for delivery in made} == {f"job.{outcome}"}
    addresses = sorted((delivery.courier, delivery.address.get("endpoint_id", "")) for delivery in made)
    assert addresses == sorted([("chat", ""), ("webhook", everything.id), ("webhook", this.id)])
    assert all(delivery.attempt == 0 and delivery.due_at is not None for delivery in made)


async def test_a_job_without_an_address_promises_nothing(house: House, alice: User) -> None:
    assert await promises(house, await ended(house, alice, reply_to=None)) == []
    assert await house.outbox.deliver_due() == 0


async def test_a_settlement_whose_promise_is_refused_changes_nothing(house: House, alice: User) -> None:
    """Outcome, credits and promise are one transaction."""
    earlier = await promise(house, await ended(house, alice))
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, reply_to=CHAT)
    async with begin(house.engine.db) as tx:
        await tx.execute(update(table).where(table.c.id == earlier.id).values(key=f"{job.id}:job.cancelled:reply"))

    with pytest.raises(IntegrityError):
        await house.engine.settlement.cancel(job)

    assert (await house.engine.jobs.get(alice, job.id)).job.state == "queued"
    assert await promises(house, job) == []
    await house.assert_books_exact()


async def test_a_late_attempt_promises_nothing(house: House, alice: User) -> None:
    job = await ended(house, alice)
    assert not await house.engine.settlement.fail(replace(job, state="running"), code="failed", message="Late.")
    assert len(await promises(house, job)) == 1


async def test_a_success_is_delivered_with_its_clip_and_a_link_that_opens(
    house: House, alice: User, chat: Recorder
) -> None:
    job = await ended(house, alice)
    assert await house.outbox.deliver_due() == 1

    [(delivery, outcome)] = chat.received
    assert (delivery.address, delivery.attempt, outcome.event) == (CHAT, 1, "job.succeeded")
    assert outcome.job == job
    assert outcome.clip == (await house.engine.jobs.get(alice, job.id)).clip
    assert outcome.link is not None
    key, query = link_parts(outcome.link)
    file = house.engine.clips.open_link(key, **query)
    assert (file.content_type, file.path.read_bytes()[:4]) == ("audio/ogg", b"OggS")
    with pytest.raises(NotAllowed):
        house.engine.clips.open_link(key, **query | {"expires": query["expires"] + 1})

    noted = await promise(house, job)
    assert (noted.due_at, noted.last_error) == (None, None)
    assert noted.delivered_at is not None
    assert await house.outbox.deliver_due() == 0


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
async def test_an_outcome_without_a_clip_is_delivered_without_a_link(
    house: House, alice: User, chat: Recorder, outcome: str
) -> None:
    job = await ended(house, alice, outcome)
    await house.outbox.deliver_due()
    [(_, handed_out)] = chat.received
    assert (handed_out.event, handed_out.job, handed_out.clip, handed_out.link) == (f"job.{outcome}", job, None, None)


async def test_a_delivery_made_much_later_carries_a_link_that_is_good_for_an_hour_from_then(
    house: House, alice: User, chat: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.fail(DeliveryFailed("busy"))
    await ended(house, alice)
    await house.outbox.deliver_due()
    chat.behave = at_once
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 7200)
    await move_due(house)
    await house.outbox.deliver_due()
    [(_, outcome)] = chat.received
    assert outcome.link is not None
    _, query = link_parts(outcome.link)
    assert query["expires"] == pytest.approx(time.time() + 3600, abs=60)


async def test_a_courier_that_fails_is_tried_again_at_the_documented_pauses_and_then_given_up(
    house: House, alice: User, chat: Recorder
) -> None:
    chat.fail(DeliveryFailed("the channel is closed"))
    job = await ended(house, alice)
    for attempt, pause in enumerate(PAUSES_SECONDS, start=1):
        before = now()
        assert await house.outbox.deliver_due() == 1
        noted = await promise(house, job)
        assert (noted.attempt, noted.last_error) == (attempt, "the channel is closed")
        assert 0.9 * pause <= pause_after(noted, before) <= 1.1 * pause + 5
        assert await house.outbox.deliver_due() == 0, "not before its time"
        await move_due(house)

    assert await house.outbox.deliver_due() == 1
    given_up = await promise(house, job)
    assert (given_up.attempt, given_up.due_at, given_up.delivered_at) == (10, None, None)
    await move_due(house)
    assert await house.outbox.deliver_due() == 0


@pytest.mark.parametrize(
    ("asked", "at_least", "at_most"), [(600, 600, 610), (1, 4.5, 11), (1e300, 36 * 3600 - 1, 36 * 3600 + 10)]
)
async def test_a_receiver_may_ask_for_a_longer_pause_but_not_for_a_shorter_or_endless_one(
    house: House, alice: User, chat: Recorder, asked: float, at_least: float, at_most: float
) -> None:
    chat.fail(DeliveryFailed("slow down", retry_after=asked))
    job = await ended(house, alice)
    before = now()
    await house.outbox.deliver_due()
    assert at_least <= pause_after(await promise(house, job), before) <= at_most


async def test_a_final_refusal_is_not_tried_again(house: House, alice: User, chat: Recorder) -> None:
    chat.fail(DeliveryFailed("the channel was deleted", final=True))
    job = await ended(house, alice)
    await house.outbox.deliver_due()
    noted = await promise(house, job)
    assert (noted.due_at, noted.delivered_at, noted.last_error) == (None, None, "the channel was deleted")


async def test_whatever_a_courier_raises_counts_as_a_failure(house: House, alice: User, chat: Recorder) -> None:
    errors: list[Exception] = [
        KeyError("channel"),
        ValueError(),
        TimeoutError(),
        ExceptionGroup("two", [OSError("a"), OSError("b")]),
        DeliveryFailed("it answered \0 and \ud83d and " + "x" * 1000),
    ]
    job = await ended(house, alice)
    for attempt, error in enumerate(errors, start=1):
        chat.fail(error)
        assert await house.outbox.deliver_due() == 1
        noted = await promise(house, job)
        assert noted.attempt == attempt
        assert noted.last_error, "something to read, also when the error says nothing"
        assert noted.due_at is not None
        await move_due(house)
    chat.behave = at_once
    await house.outbox.deliver_due()
    delivered = await promise(house, job)
    assert delivered.delivered_at is not None
    assert delivered.last_error is None


async def test_a_courier_that_never_returns_counts_as_a_failure_before_its_lease_is_over(
    house: House, alice: User, chat: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEASE_SECONDS", 0.2)
    impatient = Outbox(house.engine.db, Signals(), house.engine.clips, house.engine.notices, [chat])
    chat.behave = never
    job = await ended(house, alice)
    await impatient.deliver_due()
    noted = await promise(house, job)
    assert noted.last_error == "TimeoutError()"
    assert noted.due_at is not None


async def test_an_address_that_fails_does_not_keep_the_others_of_its_round(
    house: House, alice: User, chat: Recorder, hook: Recorder
) -> None:
    chat.fail(RuntimeError("broken"))
    failing = await ended(house, alice)
    fine = await ended(house, alice, reply_to=ELSEWHERE)
    assert await house.outbox.deliver_due() == 2
    assert (await promise(house, failing)).delivered_at is None
    assert (await promise(house, fine)).delivered_at is not None
    assert len(hook.received) == 1


async def test_an_address_that_does_not_answer_delays_neither_the_others_nor_the_end_of_the_process(
    house: House, alice: User, chat: Recorder, hook: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.1)
    asked = asyncio.Event()

    async def be_silent(delivery: Delivery) -> None:
        asked.set()
        await never(delivery)

    chat.behave = be_silent
    async with asyncio.timeout(10), house.working():
        job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, reply_to=CHAT)
        await asked.wait()
        await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, reply_to=ELSEWHERE)
        await until(lambda: len(hook.received) == 1)
    assert chat.received == []
    left = await promise(house, job)
    assert left.delivered_at is None
    assert left.due_at is not None, "it comes back when its lease is over"


async def test_a_process_killed_between_delivering_and_noting_delivers_again_under_the_same_id(
    house: House, alice: User, chat: Recorder
) -> None:
    chat.afterwards = never
    job = await ended(house, alice)
    dying = asyncio.create_task(house.outbox.deliver_due())
    await until(lambda: len(chat.received) == 1)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert (await promise(house, job)).delivered_at is None

    chat.afterwards = at_once
    assert await house.outbox.deliver_due() == 0, "its lease still runs"
    await move_due(house)
    assert await house.outbox.deliver_due() == 1
    assert [(delivery.id, delivery.attempt) for delivery, _ in chat.received] == [
        (chat.received[0][0].id, 1),
        (chat.received[0][0].id, 2),
    ]
    assert (await promise(house, job)).delivered_at is not None


async def test_a_claim_of_a_dead_process_is_due_after_its_lease_and_its_late_word_counts_for_nothing(
    house: House, alice: User, chat: Recorder
) -> None:
    job = await ended(house, alice)
    before, db = now(), house.engine.db
    async with begin(db) as tx:
        lease = before + timedelta(seconds=LEASE_SECONDS)
        [claimed] = await deliveries.claim_due(tx, courier="chat", limit=5, now=before, lease_until=lease)
    assert pause_after(await promise(house, job), before) == pytest.approx(LEASE_SECONDS, abs=1)
    assert await house.outbox.deliver_due() == 0

    await move_due(house)
    assert await house.outbox.deliver_due() == 1
    async with begin(db) as tx:
        assert not await deliveries.failed(tx, claimed, "late", now())
        assert not await deliveries.delivered(tx, claimed, now())
    assert (await promise(house, job)).last_error is None


async def test_two_outboxes_at_once_never_make_one_attempt_twice(house: House, alice: User, chat: Recorder) -> None:
    job = await ended(house, alice)
    first = await promise(house, job)
    async with begin(house.engine.db) as tx:
        for number in range(50):
            copy = replace(first, id=new_id("msg"), key=f"copy {number}", lane=f"lane {number}")
            await deliveries.insert_delivery(tx, copy)
    other = Outbox(house.engine.db, Signals(), house.engine.clips, house.engine.notices, [chat])
    rounds = (outbox.deliver_due() for outbox in (house.outbox, other) * 3)
    assert sum(await asyncio.gather(*rounds)) == 51
    assert len({delivery.id for delivery, _ in chat.received}) == len(chat.received) == 51


async def test_an_outbox_leaves_alone_what_other_kinds_of_courier_deliver(
    house: House, alice: User, chat: Recorder, hook: Recorder
) -> None:
    await ended(house, alice, reply_to=ELSEWHERE)
    job = await ended(house, alice)
    only_hooks = Outbox(house.engine.db, Signals(), house.engine.clips, house.engine.notices, [hook])
    assert await only_hooks.deliver_due() == 1
    left = [(delivery.courier, delivery.attempt) for delivery in await promises(house, job) if delivery.due_at]
    assert left == [("chat", 0)]
    assert chat.received == []
    async with asyncio.timeout(1):
        await Outbox(house.engine.db, Signals(), house.engine.clips, house.engine.notices, []).run(asyncio.Event())


async def test_an_outcome_is_handed_out_at_once_not_at_the_next_poll(
    house: House, alice: User, chat: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 60)
    async with house.working():
        await asyncio.sleep(0.05)  # the outbox has looked, found nothing and waits
        await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, reply_to=CHAT)
        await until(lambda: len(chat.received) == 1, seconds=5)


async def test_more_than_fit_at_once_are_all_delivered(house: House, alice: User, chat: Recorder) -> None:
    first = await promise(house, await ended(house, alice))
    async with begin(house.engine.db) as tx:
        for number in range(2 * AT_ONCE):
            await deliveries.insert_delivery(
                tx, replace(first, id=new_id("msg"), key=f"copy {number}", lane=f"lane {number}")
            )
    chat.behave = lambda delivery: asyncio.sleep(0.01)
    async with house.working():
        await until(lambda: len(chat.received) == 2 * AT_ONCE + 1, seconds=10)
    async with read(house.engine.db) as tx:
        assert await tx.scalar(select(func.count()).where(table.c.due_at.is_not(None))) == 0


async def test_one_who_asked_for_much_leaves_room_for_others(house: House, alice: User, chat: Recorder) -> None:
    first = await promise(house, await ended(house, alice))
    async with begin(house.engine.db) as tx:
        for number in range(2 * AT_ONCE):
            await deliveries.insert_delivery(tx, replace(first, id=new_id("msg"), key=f"copy {number}"))
        other = replace(first, id=new_id("msg"), key="other", lane="somebody else", due_at=now())
        await deliveries.insert_delivery(tx, other)
    chat.behave = lambda delivery: asyncio.sleep(0 if delivery.id == other.id else 60)
    dying = asyncio.create_task(house.outbox.run(asyncio.Event()))
    await until(lambda: len(chat.received) == 1)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert [delivery.id for delivery, _ in chat.received] == [other.id]
    async with read(house.engine.db) as tx:
        tried = await tx.scalar(select(func.count()).where(table.c.attempt > 0))
    assert tried == PER_USER + 1
