"""Shared credits: who pays, who gets back, who may, and what is counted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from engine import InvalidInput, Member, NotAllowed, NotEnoughCredits, User
from engine.clock import now
from engine.generation import Task
from tests.house import House
from tests.people import spoken

WELCOME = 10_000


@pytest.fixture
async def guild(house: House) -> User:
    pool = await house.engine.pools.of("discord", "guild", name="The Guild")
    await house.engine.credits.grant(pool, 12)
    return pool


async def balances(house: House, *accounts: User) -> list[int]:
    return [await house.engine.credits.balance(account) for account in accounts]


async def test_a_pool_is_made_once_and_is_nobody_in_particular(house: House, guild: User, alice: User) -> None:
    pools = await asyncio.gather(*(house.engine.pools.of("discord", "another") for _ in range(10)))
    assert len({pool.id for pool in pools}) == 1
    assert await house.engine.pools.of("discord", "guild") == guild
    assert (await house.engine.pools.of("telegram", "guild")).id != guild.id
    assert await house.engine.pools.find("discord", "unheard of") is None
    assert await house.engine.users.find("discord", "guild") is None, "a guild is not a person of that id"
    assert await house.engine.users.page() == [alice]
    assert await balances(house, pools[0]) == [0], "and is not welcomed with credits"


async def test_the_pool_pays_while_it_can_and_then_the_member(house: House, guild: User, alice: User) -> None:
    for text in ("a" * 10, "b" * 5, "c" * 2):
        await spoken(house, alice, text, pool=guild)
    assert await balances(house, guild, alice) == [0, WELCOME - 5]
    assert [entry.kind for entry in await house.engine.credits.entries(guild)] == [*["capture", "hold"] * 2, "grant"]
    assert await house.engine.pools.spent(guild, by=alice, since=now() - timedelta(days=1)) == 12
    await house.assert_books_exact()


async def test_neither_has_enough(house: House, guild: User) -> None:
    poor = await house.user("poor", credits=3)
    with pytest.raises(NotEnoughCredits, match=r"costs 13 credits and you have 3\. The shared credits here are 12\."):
        await house.engine.jobs.submit(poor, "tts", {"text": "x" * 13}, pool=guild)
    assert await balances(house, guild, poor) == [12, 3]
    await house.assert_books_exact()


@pytest.mark.parametrize("ending", ["fails", "is cancelled while it waits", "is given up"])
async def test_a_hold_is_released_to_whoever_paid(house: House, guild: User, alice: User, ending: str) -> None:
    def fail(task: Task) -> None:
        raise InvalidInput("Nothing in this can be spoken.")

    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, pool=guild)
    assert job.paid_by == guild.id
    assert await balances(house, guild, alice) == [7, WELCOME]
    if ending == "fails":
        house.runner.behave = fail
        await house.worker.run_until_idle()
    elif ending == "is cancelled while it waits":
        await house.engine.jobs.cancel(alice, job.id)
    else:
        await house.engine.settlement.fail(job, code="failed", message="No.")
    assert await balances(house, guild, alice) == [12, WELCOME]
    assert await house.engine.pools.spent(guild, by=alice, since=now() - timedelta(days=1)) == 0
    await house.assert_books_exact()


async def test_twenty_members_at_once_spend_no_more_than_there_is(house: House, guild: User) -> None:
    members = [await house.user(f"member{number}", credits=0) for number in range(20)]
    submits = (house.engine.jobs.submit(member, "tts", {"text": "four"}, pool=guild) for member in members)
    outcomes = await asyncio.gather(*submits, return_exceptions=True)
    assert sum(isinstance(outcome, NotEnoughCredits) for outcome in outcomes) == 17
    assert await balances(house, guild) == [0]
    await house.worker.run_until_idle()
    await house.assert_books_exact()


async def test_members_who_spend_and_give_to_the_pool_at_once_do_not_block_each_other(
    house: House, guild: User, alice: User, bob: User
) -> None:
    async def both(user: User) -> None:
        for _ in range(5):
            await house.engine.credits.transfer(user, guild, 10)
            job = await house.engine.jobs.submit(user, "tts", {"text": "Hello"}, pool=guild)
            await house.engine.jobs.cancel(user, job.id)

    async with asyncio.timeout(60):
        await asyncio.gather(both(alice), both(bob))
    assert await balances(house, guild, alice, bob) == [112, WELCOME - 50, WELCOME - 50]
    await house.assert_books_exact()


async def test_a_person_is_no_pool(house: House, alice: User, bob: User) -> None:
    with pytest.raises(ValueError, match="no pool"):
        await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, pool=bob)
    assert await balances(house, alice, bob) == [WELCOME, WELCOME]


async def test_usage_is_told_by_day_capability_and_member(house: House, guild: User, alice: User, bob: User) -> None:
    await house.engine.credits.grant(guild, 1000)
    for user, text in ((alice, "one"), (alice, "three"), (bob, "seven77")):
        await spoken(house, user, text, pool=guild)
    await spoken(house, alice, "my own")
    failed = await house.engine.jobs.submit(bob, "tts", {"text": "not this"}, pool=guild)
    await house.engine.jobs.cancel(bob, failed.id)
    week = now() - timedelta(days=7)

    shared = await house.engine.credits.usage(guild, since=week)
    own = await house.engine.credits.usage(alice, since=week)

    assert [(use.capability, use.jobs, use.credits) for use in shared] == [("tts", 3, 15)]
    assert [(use.day, use.jobs, use.credits) for use in own] == [(now().date(), 1, 6)]
    assert await house.engine.credits.usage(guild, since=now() + timedelta(days=1)) == []
    assert await house.engine.pools.members(guild, since=week) == [
        Member(user_id=alice.id, name=alice.name, jobs=2, credits=8),
        Member(user_id=bob.id, name=bob.name, jobs=1, credits=7),
    ]


async def test_the_rules_of_a_place(house: House, guild: User, alice: User) -> None:
    places = house.engine.places
    place = await places.get("discord", "guild")
    await places.check(place, "general", alice, "tts", 10**9, characters=10**9)  # no rules yet

    place = await places.change("discord", "guild", denied_channels=["rules"], max_characters=20, daily_credits=10)
    await places.change("discord", "guild", capabilities=["tts"])
    assert (await places.get("discord", "guild")).rules.max_characters == 20, "one change keeps the others"
    place = await places.change("discord", "guild", allowed_channels=["voice", "rules"])
    await spoken(house, alice, "six666", pool=guild)

    await places.check(place, "voice", alice, "tts", 4, characters=4)
    for channel, capability, price, characters, words in (
        ("rules", "tts", 1, 1, "channel"),
        ("general", "tts", 1, 1, "channel"),
        ("voice", "sfx", 1, 0, "switched off"),
        ("voice", "tts", 1, 21, "at most 20"),
        ("voice", "tts", 5, 5, "have 4 of your 10"),
    ):
        with pytest.raises(NotAllowed, match=words):
            await places.check(place, channel, alice, capability, price, characters=characters)
    assert (await places.get("telegram", "guild")).rules != place.rules


@pytest.mark.parametrize(
    "change", [{"max_characters": 0}, {"daily_credits": -1}, {"nonsense": 1}, {"denied_channels": [""]}]
)
async def test_a_rule_that_makes_no_sense_is_refused_and_the_others_stay(
    house: House, change: dict[str, object]
) -> None:
    before = await house.engine.places.change("discord", "guild", max_characters=7)
    with pytest.raises(InvalidInput):
        await house.engine.places.change("discord", "guild", **change)
    assert await house.engine.places.get("discord", "guild") == before


async def test_two_first_rules_of_a_place_at_once_both_count(house: House) -> None:
    change = house.engine.places.change
    await asyncio.gather(change("discord", "guild", max_characters=7), change("discord", "guild", daily_credits=9))
    rules = (await house.engine.places.get("discord", "guild")).rules
    assert (rules.max_characters, rules.daily_credits) == (7, 9)


async def test_a_price_is_known_before_anything_is_paid(house: House, alice: User) -> None:
    assert await house.engine.jobs.price(alice, "tts", {"text": "Hello"}) == 5
    with pytest.raises(InvalidInput):
        await house.engine.jobs.price(alice, "tts", {"text": ""})
    assert await house.engine.jobs.page(alice) == []
