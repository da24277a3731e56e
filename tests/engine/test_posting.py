"""Webhooks from the event to the receiver's answer, and what each answer makes true: on every database."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from engine import (
    Answer,
    Attempt,
    Conflict,
    Delivery,
    Endpoint,
    InvalidInput,
    Job,
    NotEnoughCredits,
    NotFound,
    Post,
    User,
)
from engine.clock import now
from engine.egress import Egress
from engine.events import LOW_CREDITS, promise
from engine.generation import Task
from engine.health import FAILING_FOR, ROUND_PAUSES_SECONDS, SERIES_GAP
from engine.pauses import PAUSES_SECONDS
from engine.payloads import Ping
from engine.successes import Successes
from store import Database, begin, deliveries, endpoints, read
from store.tables import attempts as attempts_table
from store.tables import deliveries as table
from store.tables import endpoints as endpoints_table
from tests.house import House, build

URL = "https://203.0.113.7/hook"
ENDED = ("job.succeeded", "job.failed", "job.cancelled")


def fine(post: Post) -> Answer:
    return Answer(status=200, milliseconds=12, error=None, snippet="thanks")


def refusing(status: int | None = 500, *, retry_after: float | None = None) -> Callable[[Post], Answer]:
    error = f"It answered {status}." if status else "There was no answer."
    return lambda post: Answer(status=status, milliseconds=7, error=error, snippet="no \0 way", retry_after=retry_after)


class Recorder:
    """A poster that keeps what it was given; `behave` says what the receiver answers."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.behave: Callable[[Post], Answer] = fine

    async def post(self, post: Post) -> Answer:
        self.posts.append(post)
        return self.behave(post)

    async def aclose(self) -> None:
        """There is nothing to close."""

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(post.body) for post in self.posts]

    def events(self) -> Counter[str]:
        return Counter(post.event for post in self.posts)


@pytest.fixture
def hook() -> Recorder:
    return Recorder()


@pytest.fixture
def house(db: Database, tmp_path: Path, hook: Recorder) -> House:
    # A documentation network, allowed: nothing is sent there, the poster only records.
    return build(db, tmp_path, poster=hook, egress=lambda: Egress.allowing("203.0.113.0/24"))


async def listen(house: House, user: User, *events: str, **more: Any) -> Endpoint:
    return await house.engine.endpoints.create(user, URL, events=events, **more)


async def made(house: House, user: User, outcome: str = "succeeded", **more: Any) -> Job:
    """A job of that outcome, its deliveries not yet made."""

    def refuse(task: Task) -> None:
        if outcome == "failed":
            raise InvalidInput("This cannot be spoken.")

    house.runner.behave = refuse
    job = await house.engine.jobs.submit(user, "tts", {"text": "Hello"}, **more)
    if outcome == "cancelled":
        await house.engine.jobs.cancel(user, job.id)
    await house.worker.run_until_idle()
    return (await house.engine.jobs.get(user, job.id)).job


async def deliver_all(house: House) -> None:
    """Everything that is due, round after round."""
    while await house.outbox.deliver_due():
        pass


async def health(house: House, endpoint: Endpoint) -> Endpoint:
    async with read(house.engine.db) as tx:
        return (await endpoints.of_ids(tx, [endpoint.id]))[endpoint.id]


async def log_of(house: House, user: User, endpoint: Endpoint) -> list[Delivery]:
    return await house.engine.deliveries.page(user, endpoint.id)


async def pass_time(house: House, by: timedelta) -> None:
    """What was to come later is as much nearer."""
    moments = {
        table: ("due_at", "created_at"),
        endpoints_table: ("paused_until", "failing_since", "last_failure_at", "old_secret_until"),
    }
    async with begin(house.engine.db) as tx:
        for where, names in moments.items():
            key = where.c.id
            for row in (await tx.execute(select(key, *(where.c[name] for name in names)))).all():
                moved = {name: getattr(row, name) - by for name in names if getattr(row, name) is not None}
                await tx.execute(update(where).where(key == row.id).values(moved))


def seconds_until(moment: datetime | None) -> float:
    assert moment is not None
    return (moment - now()).total_seconds()


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "cancelled"])
async def test_an_endpoint_hears_of_every_step_of_a_job(
    house: House, alice: User, bob: User, hook: Recorder, outcome: str
) -> None:
    await listen(house, alice)
    await listen(house, bob)
    job = await made(house, alice, outcome)
    await deliver_all(house)
    steps = {"job.queued": 1, f"job.{outcome}": 1} | ({"job.started": 1} if outcome != "cancelled" else {})
    assert hook.events() == steps
    by_event = {body["type"]: body["data"] for body in hook.bodies()}
    assert {data["job"]["id"] for data in by_event.values()} == {job.id}
    assert by_event["job.queued"]["job"]["state"] == "queued"
    last = by_event[f"job.{outcome}"]
    assert last["job"]["state"] == outcome
    assert last["job"]["params"]["text"] == "Hello"
    assert (last["clip"] is not None) == (outcome == "succeeded")
    assert (last["job"]["error"] is not None) == (outcome == "failed")


async def test_the_body_says_when_it_happened_and_its_link_opens(house: House, alice: User, hook: Recorder) -> None:
    await listen(house, alice, "job.succeeded")
    before = now()
    job = await made(house, alice)
    await deliver_all(house)
    [body] = hook.bodies()
    assert set(body) == {"type", "timestamp", "event_timestamp", "data"}
    happened = datetime.fromisoformat(body["timestamp"])
    assert before <= happened <= now()
    assert body["event_timestamp"] == int(happened.timestamp())
    clip = (await house.engine.jobs.get(alice, job.id)).clip
    assert clip is not None
    assert body["data"]["clip"]["id"] == clip.id
    assert clip.object_key in body["data"]["clip"]["url"]


async def test_a_filter_leaves_out_what_was_not_asked_for(house: House, alice: User, hook: Recorder) -> None:
    await listen(house, alice, "job.failed")
    await made(house, alice)
    assert await house.outbox.deliver_due() == 0
    await made(house, alice, "failed")
    await deliver_all(house)
    assert hook.events() == {"job.failed": 1}


async def test_credits_that_come_and_credits_that_run_out_are_told(
    house: House, alice: User, bob: User, hook: Recorder
) -> None:
    await listen(house, alice, "credits.granted", "credits.low", "credits.exhausted")
    credits = house.engine.credits
    await credits.grant(alice, 5, note="a gift", key="once")
    await credits.grant(alice, 5, note="a gift", key="once")
    await credits.transfer(bob, alice, 7, key="also once")
    await credits.transfer(bob, alice, 7, key="also once")
    await deliver_all(house)
    told = [body["data"] for body in hook.bodies()]
    assert sorted((data["kind"], data["credits"], data["note"]) for data in told) == [
        ("grant", 5, "a gift"),
        ("transfer", 7, ""),
    ]
    hook.posts.clear()

    await credits.transfer(alice, bob, await credits.balance(alice) - LOW_CREDITS)
    await made(house, alice)
    await made(house, alice)
    await deliver_all(house)
    [low] = [body["data"] for body in hook.bodies()]
    assert low == {"balance": LOW_CREDITS - 5, "threshold": LOW_CREDITS}
    hook.posts.clear()

    await credits.transfer(alice, bob, await credits.balance(alice) - 3)
    for _ in range(3):
        with pytest.raises(NotEnoughCredits):
            await made(house, alice)
    await deliver_all(house)
    assert [body["data"] for body in hook.bodies()] == [{"balance": 3, "needed": 5}]
    await house.assert_books_exact()


async def test_a_test_event_arrives_whatever_is_listened_to_and_while_disabled(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.failed")
    await house.engine.endpoints.change(alice, endpoint.id, enabled=False)
    delivery = await house.engine.deliveries.ping(alice, endpoint.id)
    await deliver_all(house)
    [post] = hook.posts
    assert (post.id, post.event, post.url) == (delivery.id, "test.ping", URL)
    assert json.loads(post.body)["data"]["endpoint_id"] == endpoint.id


async def test_every_attempt_is_in_the_log_with_status_time_and_how_the_answer_began(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice)
    delivery = await house.engine.deliveries.ping(alice, endpoint.id)
    hook.behave = refusing(503)
    await house.outbox.deliver_due()
    hook.behave = fine
    await pass_time(house, timedelta(seconds=10))
    await house.outbox.deliver_due()
    found, log = await house.engine.deliveries.get(alice, delivery.id)
    assert [(one.attempt, one.status, one.milliseconds, one.error, one.snippet) for one in log] == [
        (1, 503, 7, "It answered 503.", "no  way"),
        (2, 200, 12, None, "thanks"),
    ]
    assert (found.attempt, found.due_at, found.last_error) == (2, None, None)
    assert found.delivered_at is not None
    assert [post.attempt for post in hook.posts] == [1, 2]
    assert len({post.id for post in hook.posts}) == 1


async def test_pauses_grow_and_after_ten_attempts_it_is_given_up(house: House, alice: User, hook: Recorder) -> None:
    endpoint = await listen(house, alice)
    hook.behave = refusing()
    delivery = await house.engine.deliveries.ping(alice, endpoint.id)
    for attempt, pause in enumerate(PAUSES_SECONDS, start=1):
        assert await house.outbox.deliver_due() == 1
        [noted] = await log_of(house, alice, endpoint)
        assert noted.attempt == attempt
        assert 0.9 * pause - 5 <= seconds_until(noted.due_at) <= 1.1 * pause + 5
        assert await house.outbox.deliver_due() == 0, "not before its time"
        await pass_time(house, timedelta(seconds=1.1 * pause + 5))
        await forget_failures(house, endpoint)  # the endpoint's own limit is another test's
    assert await house.outbox.deliver_due() == 1
    [noted] = await log_of(house, alice, endpoint)
    assert (noted.attempt, noted.due_at, noted.delivered_at) == (10, None, None)
    assert len((await house.engine.deliveries.get(alice, delivery.id))[1]) == 10


async def forget_failures(house: House, endpoint: Endpoint) -> None:
    async with begin(house.engine.db) as tx:
        await endpoints.change(tx, endpoint.id, failing_since=None, failures=0)


async def test_an_endpoint_that_fails_is_asked_once_per_pause_whatever_waits_for_it(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded")
    hook.behave = refusing(None)
    for _ in range(6):
        await made(house, alice)
    for number, pause in enumerate([*ROUND_PAUSES_SECONDS, ROUND_PAUSES_SECONDS[-1]], start=1):
        await deliver_all(house)
        assert len(hook.posts) == number
        found = await health(house, endpoint)
        assert 0.9 * pause - 5 <= seconds_until(found.paused_until) <= 1.1 * pause + 5
        await made(house, alice)  # what is new waits with the others
        assert await house.outbox.deliver_due() == 0
        await pass_time(house, timedelta(seconds=seconds_until(found.paused_until) + 0.01))

    hook.behave = fine
    await deliver_all(house)
    found = await health(house, endpoint)
    assert (found.failures, found.failing_since, found.paused_until) == (0, None, None)
    log = await log_of(house, alice, endpoint)
    assert all(one.delivered_at for one in log if one.attempt == 1), "one success opens the way for all that waited"
    await pass_time(house, timedelta(hours=2))
    await deliver_all(house)
    assert all(one.delivered_at for one in await log_of(house, alice, endpoint))


async def test_a_dead_endpoint_does_not_delay_another(house: House, alice: User, bob: User, hook: Recorder) -> None:
    dead = await listen(house, alice, "job.succeeded")
    await house.engine.endpoints.create(alice, URL + "/alive", events=["job.succeeded"])
    hook.behave = lambda post: fine(post) if post.url != URL else refusing(None)(post)
    for _ in range(3):
        await made(house, alice)
    await deliver_all(house)
    assert Counter(post.url for post in hook.posts) == {URL: 1, URL + "/alive": 3}
    assert (await health(house, dead)).failures == 1


async def test_the_receiver_may_ask_for_a_longer_pause_for_all_of_it_but_for_an_hour_at_most(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice)
    await house.engine.deliveries.ping(alice, endpoint.id)
    hook.behave = refusing(429, retry_after=600)
    await house.outbox.deliver_due()
    assert 590 <= seconds_until((await health(house, endpoint)).paused_until) <= 600
    [noted] = await log_of(house, alice, endpoint)
    assert 590 <= seconds_until(noted.due_at) <= 600
    await pass_time(house, timedelta(seconds=601))
    hook.behave = refusing(429, retry_after=1e9)
    await house.outbox.deliver_due()
    assert 3590 <= seconds_until((await health(house, endpoint)).paused_until) <= 3600
    [noted] = await log_of(house, alice, endpoint)
    assert PAUSES_SECONDS[-1] - 10 <= seconds_until(noted.due_at) <= PAUSES_SECONDS[-1]


async def test_410_disables_at_once_and_the_other_endpoints_hear_of_it(
    house: House, alice: User, hook: Recorder
) -> None:
    gone = await listen(house, alice, "job.succeeded", name="the old one")
    other = await house.engine.endpoints.create(alice, URL + "/other", events=["webhook.disabled"])
    await made(house, alice)
    await made(house, alice)
    hook.behave = lambda post: refusing(410)(post) if post.url == URL else fine(post)
    await deliver_all(house)

    found = await health(house, gone)
    assert (found.enabled, found.disabled_because) == (False, "gone")
    assert Counter(post.url for post in hook.posts) == {URL: 1, other.url: 1}
    told = json.loads(hook.posts[-1].body)
    assert told["type"] == "webhook.disabled"
    assert told["data"]["endpoint"] == {"id": gone.id, "name": "the old one", "url": URL}
    assert (told["data"]["reason"], told["data"]["last_status"]) == ("gone", 410)
    assert all(one.due_at is None for one in await log_of(house, alice, gone)), "nothing waits for it any more"
    assert len(await house.engine.endpoints.notices(alice)) == 1
    await made(house, alice)
    assert len(await log_of(house, alice, gone)) == 2, "it is promised nothing"

    hook.behave = fine
    await house.engine.endpoints.change(alice, gone.id, enabled=True)
    assert await house.engine.endpoints.notices(alice) == []
    assert await house.engine.deliveries.recover(alice, gone.id, now() - timedelta(hours=1)) == 2
    await deliver_all(house)
    assert all(one.delivered_at for one in await log_of(house, alice, gone))


async def test_five_days_of_nothing_but_failures_disable_and_one_success_starts_over(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded")
    day = timedelta(days=1)
    hook.behave = refusing(500)
    for number in range(4):
        await made(house, alice)
        await deliver_all(house)
        assert (await health(house, endpoint)).enabled, number
        await pass_time(house, day)
    hook.behave = fine
    await deliver_all(house)
    hook.behave = refusing(500)
    for number in range(5):
        await made(house, alice)
        await deliver_all(house)
        assert (await health(house, endpoint)).enabled, number
        await pass_time(house, day)
    await made(house, alice)
    await deliver_all(house)
    found = await health(house, endpoint)
    assert (found.enabled, found.disabled_because) == (False, "failing")
    assert now() - FAILING_FOR >= found.failing_since  # type: ignore[operator]


async def test_who_chats_with_us_is_told_there_that_an_endpoint_was_disabled(
    house: House, alice: User, hook: Recorder
) -> None:
    chatter = await house.engine.users.create("discord", "42")
    await house.engine.preferences.change(chatter, language="de")
    for user in (alice, chatter):
        await listen(house, user, "job.succeeded", name="shop")
    hook.behave = refusing(410)
    await made(house, alice)
    await made(house, chatter)
    await deliver_all(house)
    async with read(house.engine.db) as tx:
        told = (await tx.execute(select(table).where(table.c.courier != "webhook"))).all()
    assert [(row.user_id, row.address) for row in told] == [
        (chatter.id, {"courier": "discord", "person": "42", "language": "de"})
    ]
    assert (told[0].event, told[0].job_id, told[0].payload["endpoint"]["name"]) == ("webhook.disabled", None, "shop")


async def test_failures_with_long_silence_between_them_are_not_days_of_failing(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded")
    hook.behave = refusing(500)
    for _ in range(4):
        await made(house, alice)
        await deliver_all(house)
        await pass_time(house, SERIES_GAP + timedelta(hours=60))
        async with begin(house.engine.db) as tx:
            await tx.execute(update(table).values(due_at=None))
    await made(house, alice)
    await deliver_all(house)
    assert (await health(house, endpoint)).enabled


async def test_one_delivery_can_be_sent_again_under_the_same_id_whatever_came_of_it(
    house: House, alice: User, bob: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded")
    await made(house, alice)
    await deliver_all(house)
    [delivery] = await log_of(house, alice, endpoint)
    again = await house.engine.deliveries.redeliver(alice, delivery.id)
    assert (again.delivered_at, again.tries) == (None, 0)
    await deliver_all(house)
    assert [post.id for post in hook.posts] == [delivery.id] * 2
    assert (await log_of(house, alice, endpoint))[0].delivered_at is not None
    with pytest.raises(NotFound):
        await house.engine.deliveries.redeliver(bob, delivery.id)
    with pytest.raises(NotFound):
        await house.engine.deliveries.recover(bob, endpoint.id, now())
    with pytest.raises(InvalidInput, match="zone"):
        await house.engine.deliveries.recover(alice, endpoint.id, datetime(2026, 1, 1))  # noqa: DTZ001
    await house.engine.endpoints.change(alice, endpoint.id, enabled=False)
    with pytest.raises(Conflict, match="disabled"):
        await house.engine.deliveries.redeliver(alice, delivery.id)


async def test_recovery_takes_what_was_given_up_since_then_and_nothing_else(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded")
    hook.behave = refusing(410)
    await made(house, alice)
    await deliver_all(house)
    await pass_time(house, timedelta(hours=5))
    hook.behave = fine
    await house.engine.endpoints.change(alice, endpoint.id, enabled=True)
    await made(house, alice)
    await deliver_all(house)
    recover = house.engine.deliveries.recover
    assert await recover(alice, endpoint.id, now() - timedelta(hours=4)) == 0
    assert await recover(alice, endpoint.id, now() - timedelta(hours=6)) == 1
    assert await recover(alice, endpoint.id, now() - timedelta(hours=6)) == 0, "it is on its way"


async def test_the_outcome_of_one_job_goes_to_the_address_it_brought_and_its_early_steps_do_not(
    house: House, alice: User, hook: Recorder
) -> None:
    reply_to = await house.engine.endpoints.reply_to(alice, URL + "/once")
    await made(house, alice, reply_to=reply_to)
    await made(house, alice)
    await deliver_all(house)
    assert [(post.event, post.url) for post in hook.posts] == [("job.succeeded", URL + "/once")]
    one_off = await house.engine.endpoints.one_off(alice)
    assert hook.posts[0].secrets == (one_off.secret,)
    assert await house.engine.endpoints.mine(alice) == []
    [delivery] = await log_of(house, alice, one_off)
    assert delivery.delivered_at is not None


async def test_an_address_that_one_job_brought_does_not_hold_up_those_of_other_jobs(
    house: House, alice: User, hook: Recorder
) -> None:
    hook.behave = lambda post: refusing(500)(post) if post.url.endswith("dead") else fine(post)
    for _ in range(3):
        for where in ("dead", "alive"):
            await made(house, alice, reply_to=await house.engine.endpoints.reply_to(alice, f"{URL}/{where}"))
    await deliver_all(house)
    assert Counter(post.url for post in hook.posts) == {f"{URL}/dead": 1, f"{URL}/alive": 3}
    assert (await house.engine.endpoints.one_off(alice)).enabled


async def test_while_a_secret_is_replaced_the_old_one_signs_too_until_its_time_is_over(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice)
    rotated = await house.engine.endpoints.rotate(alice, endpoint.id)
    await house.engine.deliveries.ping(alice, endpoint.id)
    await deliver_all(house)
    await pass_time(house, timedelta(hours=24, seconds=1))
    await house.engine.deliveries.ping(alice, endpoint.id)
    await deliver_all(house)
    leaked = await house.engine.endpoints.rotate(alice, endpoint.id, keep=timedelta(0))
    await house.engine.deliveries.ping(alice, endpoint.id)
    await deliver_all(house)
    assert [post.secrets for post in hook.posts] == [
        (rotated.secret, endpoint.secret),
        (rotated.secret,),
        (leaked.secret,),
    ]


async def test_what_waits_for_an_endpoint_that_was_deleted_is_given_up(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded")
    job = await made(house, alice)
    await house.engine.endpoints.delete(alice, endpoint.id)
    await deliver_all(house)
    assert hook.posts == []
    async with read(house.engine.db) as tx:
        [error] = (await tx.execute(select(table.c.last_error).where(table.c.job_id == job.id))).scalars()
    assert error == "Its endpoint was deleted."


async def test_an_endpoint_with_a_rate_gets_no_more_than_that_in_a_second(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded", per_second=2)
    await made(house, alice)
    await deliver_all(house)  # the first says that it answers, and how much it takes
    for _ in range(8):
        await made(house, alice)
    assert await house.outbox.deliver_due() <= 2
    assert await house.outbox.deliver_due() <= 1
    async with house.working():
        await until_delivered(house, alice, endpoint)
    assert len(hook.posts) == 9


async def until_delivered(house: House, user: User, endpoint: Endpoint) -> None:
    async with asyncio.timeout(20):
        while not all(one.delivered_at for one in await log_of(house, user, endpoint)):  # noqa: ASYNC110  no event is set
            await asyncio.sleep(0.05)


async def test_a_fault_of_the_courier_is_an_attempt_like_others_and_counts(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice)
    await house.engine.deliveries.ping(alice, endpoint.id)

    def broken(post: Post) -> Answer:
        raise RuntimeError("a bug")

    hook.behave = broken
    await house.outbox.deliver_due()
    [noted] = await log_of(house, alice, endpoint)
    assert noted.last_error == "Something went wrong on our side."
    assert noted.due_at is not None


async def test_failures_that_end_at_once_leave_every_row_right(house: House, alice: User, hook: Recorder) -> None:
    """Several under way to one endpoint when it dies: no deadlock, one round counted."""
    endpoint = await listen(house, alice, "job.succeeded")
    await made(house, alice)
    await deliver_all(house)
    for _ in range(8):
        await made(house, alice)
    hook.behave = refusing(500)
    async with asyncio.timeout(30):
        assert await house.outbox.deliver_due() == 8
    found = await health(house, endpoint)
    assert found.failures == 1
    waiting = [one for one in await log_of(house, alice, endpoint) if one.delivered_at is None]
    assert [one.attempt for one in waiting] == [1] * 8
    assert all(one.due_at is not None and one.due_at >= found.paused_until for one in waiting)  # type: ignore[operator]


async def test_attempts_are_forgotten_after_a_month(house: House, alice: User, hook: Recorder) -> None:
    endpoint = await listen(house, alice)
    await house.engine.deliveries.ping(alice, endpoint.id)
    await deliver_all(house)
    async with begin(house.engine.db) as tx:
        await tx.execute(update(attempts_table).values(at=now() - timedelta(days=31)))
        await tx.execute(update(table).values(created_at=now() - timedelta(days=31)))
    await house.housekeeping.forget()
    async with read(house.engine.db) as tx:
        for where in (attempts_table, table):
            assert await tx.scalar(select(func.count()).select_from(where)) == 0


async def test_a_claim_takes_no_more_of_a_lane_than_it_is_known_to_bear(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice, "job.succeeded")
    for _ in range(10):
        await made(house, alice)
    assert await house.outbox.deliver_due() == 1, "not seen to answer yet"
    assert await house.outbox.deliver_due() == 8
    assert await house.outbox.deliver_due() == 1
    assert replace(await health(house, endpoint), headers=None).failures == 0


async def test_a_service_that_starts_again_takes_back_what_was_under_way(
    house: House, alice: User, hook: Recorder
) -> None:
    endpoint = await listen(house, alice)
    await house.engine.deliveries.ping(alice, endpoint.id)
    await house.outbox._claim(house.outbox._handlers[-1])  # and then it was killed
    [under_way] = await log_of(house, alice, endpoint)
    assert seconds_until(under_way.due_at) > 50
    await house.housekeeping.reclaim()
    reborn = build(house.engine.db, house.objects.root.parent, poster=hook)
    assert await reborn.outbox.deliver_due() == 1
    [delivered] = await log_of(house, alice, endpoint)
    assert delivered.attempt == 2
    assert delivered.delivered_at is not None


async def test_successes_that_end_together_are_noted_together_and_a_failed_commit_loses_none(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await listen(house, alice)
    db, successes = house.engine.db, Successes(house.engine.db)
    async with begin(db) as tx:
        for number in range(10):
            await deliveries.insert_delivery(tx, promise(endpoint, "test.ping", Ping(endpoint_id=str(number))))
    async with begin(db) as tx:
        later = now() + timedelta(minutes=1)
        claimed = await deliveries.claim_due(tx, courier="webhook", limit=10, now=now(), lease_until=later)
    real, sizes = deliveries.all_delivered, []

    async def sometimes(tx: Any, made: list[Delivery], moment: datetime) -> None:
        sizes.append(len(made))
        if len(sizes) == 2:
            raise RuntimeError("the database went away")
        await real(tx, made, moment)

    monkeypatch.setattr(deliveries, "all_delivered", sometimes)
    made = [
        Attempt(delivery_id=one.id, attempt=1, at=now(), status=200, milliseconds=1, error=None, snippet="")
        for one in claimed
    ]
    ended = await asyncio.gather(
        *(successes.note(delivery, attempt) for delivery, attempt in zip(claimed, made, strict=True)),
        return_exceptions=True,
    )
    assert sizes == [1, 9, 8], "one, all who waited, and all of those but the one that was told"
    assert sum(isinstance(one, RuntimeError) for one in ended) == 1
    assert sum(one.delivered_at is not None for one in await log_of(house, alice, endpoint)) == 9
    async with read(db) as tx:
        assert await tx.scalar(select(func.count()).select_from(attempts_table)) == 9
