"""API keys: what is stored of them, what ends them, what they may spend and what may make them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import InvalidInput, KeyCapReached, KeyLimits, MissingScope, NotFound, Unauthorized, User
from engine.clock import month_of, now
from engine.keys import TOUCH_EVERY
from store import Database, begin, read
from store.records import Job
from store.tables import api_keys, jobs, metadata
from tests.house import House, fresh_house

WELCOME = 10_000


async def everything_stored(db: Database) -> str:
    """Every value of every row, as text."""
    async with read(db) as tx:
        rows = [row for table in metadata.sorted_tables for row in await tx.execute(select(table))]
    return "\n".join(str(tuple(row)) for row in rows)


async def holder(house: House, user: User, **limits: Any) -> User:
    """The user as one comes in with a new key."""
    _, token = await house.engine.keys.create(user, "key", KeyLimits(**limits))
    return await house.engine.keys.with_token(token)


async def say(house: House, user: User, credits: int, **more: Any) -> Job:
    return await house.engine.jobs.submit(user, "tts", {"text": "x" * credits}, **more)


async def date_back(db: Database, table: Any, **moments: datetime) -> None:
    async with begin(db) as tx:
        await tx.execute(update(table).values(**moments))


async def test_a_key_opens_the_account_of_its_user_and_is_stored_only_as_a_hash(
    house: House, alice: User, bob: User
) -> None:
    key, token = await house.engine.keys.create(alice, "  laptop ")
    await house.engine.keys.create(bob, "")
    assert await house.engine.keys.with_token(token) == alice
    assert (key.name, key.hint) == ("laptop", token[:8])
    assert token.startswith("bn_")
    assert len(token) > 40
    stored = await everything_stored(house.engine.db)
    assert key.hint in stored
    assert token[:12] not in stored
    assert token.removeprefix("bn_") not in stored
    assert [(found.name, found.id) for found in await house.engine.keys.mine(alice)] == [("laptop", key.id)]
    assert [found.name for found in await house.engine.keys.mine(bob)] == ["key"], "one without a name"


async def test_a_key_is_revoked_by_its_user_only_at_once_and_once(house: House, alice: User, bob: User) -> None:
    key, token = await house.engine.keys.create(alice, "key")
    _, spare = await house.engine.keys.create(alice, "spare")
    with pytest.raises(NotFound):
        await house.engine.keys.revoke(bob, key.id)
    assert await house.engine.keys.with_token(token) == alice

    await house.engine.keys.revoke(alice, key.id)
    with pytest.raises(Unauthorized, match="not valid"):
        await house.engine.keys.with_token(token)
    with pytest.raises(NotFound):
        await house.engine.keys.revoke(alice, key.id)
    assert await house.engine.keys.with_token(spare) == alice
    assert [found.revoked_at is None for found in await house.engine.keys.mine(alice)] == [True, False]


async def test_the_last_use_of_a_key_is_written_down_every_five_minutes_not_at_each_request(
    house: House, alice: User
) -> None:
    _, token = await house.engine.keys.create(alice, "key")

    async def used_at() -> object:
        await house.engine.keys.with_token(token)
        return (await house.engine.keys.mine(alice))[0].last_used_at

    first = await used_at()
    assert first is not None
    assert await used_at() == first
    async with begin(house.engine.db) as tx:
        await tx.execute(update(api_keys).values(last_used_at=now() - TOUCH_EVERY - timedelta(seconds=1)))
    assert (now() - await used_at()) < timedelta(minutes=1)  # type: ignore[operator]


async def test_a_key_says_when_it_has_expired(house: House, alice: User) -> None:
    key, token = await house.engine.keys.create(alice, "key", KeyLimits(expires_at=now() + timedelta(hours=1)))
    assert (await house.engine.keys.with_token(token)).key == key
    await date_back(house.engine.db, api_keys, expires_at=datetime(2026, 2, 1, 12, 30, tzinfo=UTC))
    with pytest.raises(Unauthorized, match="expired on 1 February 2026 at 12:30 UTC"):
        await house.engine.keys.with_token(token)


async def test_after_a_rotation_the_old_token_is_good_for_as_long_as_was_asked(house: House, alice: User) -> None:
    keys = house.engine.keys
    key, first = await keys.create(alice, "key")
    rotated, second = await keys.rotate(alice, key.id, overlap_hours=2)
    assert rotated.hint == second[:8]
    assert rotated.old_token_until is not None
    assert timedelta(hours=1.9) < rotated.old_token_until - now() < timedelta(hours=2.1)
    for token in (first, second):
        assert await keys.with_token(token) == alice

    await date_back(house.engine.db, api_keys, old_token_until=now() - timedelta(seconds=1))
    with pytest.raises(Unauthorized):
        await keys.with_token(first)
    assert await keys.with_token(second) == alice

    _, third = await keys.rotate(alice, key.id)
    _, fourth = await keys.rotate(alice, key.id)
    with pytest.raises(Unauthorized):
        await keys.with_token(second)
    _, fifth = await keys.rotate(alice, key.id, overlap_hours=0)
    for token in (third, fourth):
        with pytest.raises(Unauthorized):
            await keys.with_token(token)
    assert await keys.with_token(fifth) == alice
    stored = await everything_stored(house.engine.db)
    assert not [token for token in (first, second, third, fourth, fifth) if token[10:] in stored]


async def test_revoking_ends_the_old_token_too(house: House, alice: User) -> None:
    key, first = await house.engine.keys.create(alice, "key")
    _, second = await house.engine.keys.rotate(alice, key.id)
    await house.engine.keys.revoke(alice, key.id)
    for token in (first, second):
        with pytest.raises(Unauthorized):
            await house.engine.keys.with_token(token)
    with pytest.raises(NotFound):
        await house.engine.keys.rotate(alice, key.id)


async def test_what_is_not_given_stays_when_a_key_is_changed(house: House, alice: User, bob: User) -> None:
    keys = house.engine.keys
    key, token = await keys.create(alice, "key", KeyLimits(scopes=["voices:read", "generate"], monthly_credits=5))
    assert key.scopes == ["generate", "voices:read"]
    changed = await keys.change(alice, key.id, monthly_credits=None, name="laptop")
    assert (changed.name, changed.scopes, changed.monthly_credits) == ("laptop", key.scopes, None)
    changed = await keys.change(alice, key.id, scopes=None)
    assert (await keys.with_token(token)).key == changed
    assert not changed.is_limited
    for change in (keys.change, keys.rotate):
        with pytest.raises(NotFound):
            await change(bob, key.id)


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"monthly_credits": 0}, "monthly_credits"),
        ({"monthly_credits": 2**63}, "monthly_credits"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
        ({"expires_at": datetime(9999, 12, 31, tzinfo=UTC)}, "expires_at"),
    ],
)
async def test_limits_that_make_no_sense_are_refused(limits: dict[str, Any], field: str, tmp_path: Path) -> None:
    async with fresh_house("sqlite", tmp_path) as house:
        with pytest.raises(InvalidInput) as refused:
            await house.engine.keys.create(await house.user("alice"), "key", KeyLimits(**limits))
    assert refused.value.field == field


async def test_a_key_makes_and_renews_none_that_is_stronger_than_itself(house: House, alice: User) -> None:
    keys, soon = house.engine.keys, now() + timedelta(days=1)
    strong, _ = await keys.create(alice, "strong")
    weak = await holder(house, alice, scopes=["keys", "generate"], expires_at=soon)
    stronger = [
        KeyLimits(),
        KeyLimits(scopes=["keys"]),
        KeyLimits(scopes=["keys"], expires_at=soon + timedelta(seconds=1)),
        KeyLimits(scopes=["keys", "account"], expires_at=soon),
        KeyLimits(expires_at=soon),
    ]
    for limits in stronger:
        with pytest.raises(MissingScope):
            await keys.create(weak, "child", limits)
    child, _ = await keys.create(weak, "child")
    assert (child.scopes, child.expires_at) == (["generate", "keys"], soon)
    for limits in stronger:
        with pytest.raises(MissingScope):
            await keys.change(weak, child.id, scopes=limits.scopes, expires_at=limits.expires_at)
    for key_id in (strong.id,):
        with pytest.raises(MissingScope):
            await keys.rotate(weak, key_id)
        with pytest.raises(MissingScope):
            await keys.change(weak, key_id, scopes=["generate"], expires_at=soon)
    assert weak.key is not None
    await keys.rotate(weak, weak.key.id)
    await keys.create(weak, "grandchild", KeyLimits(["generate"], 100, soon - timedelta(hours=1)))


async def test_a_key_with_a_cap_makes_none_that_could_spend_beside_it(house: House, alice: User) -> None:
    capped = await holder(house, alice, monthly_credits=100)
    for limits in (KeyLimits(), KeyLimits(monthly_credits=1)):
        with pytest.raises(MissingScope, match="monthly cap"):
            await house.engine.keys.create(capped, "child", limits)
    assert capped.key is not None
    with pytest.raises(MissingScope):
        await house.engine.keys.change(capped, capped.key.id, monthly_credits=1000)


async def test_a_key_spends_up_to_its_cap_and_is_told_what_is_left_and_when_there_is_more(
    house: House, alice: User
) -> None:
    capped, other = await holder(house, alice, monthly_credits=1000), await holder(house, alice)
    first = await say(house, capped, 960)
    assert capped.key is not None
    assert first.key_id == capped.key.id
    with pytest.raises(KeyCapReached) as refused:
        await say(house, capped, 41)
    renewed = month_of(now())[1]
    assert refused.value.message == (
        "This API key may spend 1,000 credits a month and has 40 left; this costs 41. "
        f"It may spend again from 1 {renewed:%B %Y} (UTC)."
    )
    assert await house.engine.credits.balance(alice) == WELCOME - 960
    await say(house, capped, 40)
    for one in (other, alice):
        await say(house, one, 50)
    assert await house.engine.keys.spent([capped.key]) == {capped.key.id: 1000}
    await house.assert_books_exact()


async def test_what_was_given_back_and_what_another_month_spent_does_not_count(house: House, alice: User) -> None:
    capped = await holder(house, alice, monthly_credits=100)
    job = await say(house, capped, 100)
    await house.engine.jobs.cancel(alice, job.id)
    job = await say(house, capped, 100)
    with pytest.raises(KeyCapReached):
        await say(house, capped, 1)
    since, _ = month_of(now())
    await date_back(house.engine.db, jobs, created_at=since - timedelta(microseconds=1))
    await say(house, capped, 100)
    with pytest.raises(KeyCapReached):
        await say(house, capped, 1)


async def test_a_request_that_is_repeated_counts_once(house: House, alice: User) -> None:
    capped = await holder(house, alice, monthly_credits=100)
    first = await say(house, capped, 100, idempotency_key="once")
    assert (await say(house, capped, 100, idempotency_key="once")).id == first.id


async def test_however_many_ask_at_once_a_cap_is_never_exceeded(house: House, alice: User) -> None:
    await house.engine.credits.grant(alice, 1_000)
    capped = await holder(house, alice, monthly_credits=10)
    outcomes = await asyncio.gather(*(say(house, capped, 3) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(outcome, Job) for outcome in outcomes) == 3
    assert all(isinstance(outcome, Job | KeyCapReached) for outcome in outcomes), outcomes


async def test_a_key_that_was_revoked_or_changed_since_it_came_in_asks_for_no_more(house: House, alice: User) -> None:
    """As a socket that stays open for long."""
    holding = await holder(house, alice)
    assert holding.key is not None
    await house.engine.keys.change(alice, holding.key.id, monthly_credits=5)
    with pytest.raises(KeyCapReached):
        await say(house, holding, 6)
    await house.engine.keys.revoke(alice, holding.key.id)
    with pytest.raises(Unauthorized):
        await say(house, holding, 1)
    assert await house.engine.credits.balance(alice) == WELCOME


async def test_a_linked_account_takes_its_keys_and_what_they_have_spent_along(house: House, alice: User) -> None:
    bob = await house.engine.users.create("telegram", "2")
    key, token = await house.engine.keys.create(alice, "key", KeyLimits(monthly_credits=10))
    await say(house, await house.engine.keys.with_token(token), 8)
    await house.worker.run_until_idle()
    await house.engine.linking.redeem(alice, await house.engine.linking.link_code(bob))
    moved = await house.engine.keys.with_token(token)
    assert moved == bob
    with pytest.raises(KeyCapReached):
        await say(house, moved, 3)
    await say(house, moved, 2)
    assert await house.engine.keys.spent([key]) == {key.id: 10}
