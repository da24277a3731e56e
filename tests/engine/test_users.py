"""Who is asking: identities, welcome credits, keys, links and sessions."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import Conflict, InvalidInput, NotFound, Unauthorized, User, assemble
from engine.sessions import COOKIE_DAYS, LINK_HOURS
from engine.users import NewUserLimits
from store import Database, begin, read
from store.tables import metadata, sessions
from tests.house import House

WELCOME = 10_000


async def everything_stored(db: Database) -> str:
    """Every value of every row, as text."""
    async with read(db) as tx:
        rows = [row for table in metadata.sorted_tables for row in await tx.execute(select(table))]
    return "\n".join(str(tuple(row)) for row in rows)


async def expire_sessions(db: Database, age: timedelta) -> None:
    """As if every session had been made that long ago."""
    async with begin(db) as tx:
        for row in list(await tx.execute(select(sessions))):
            moved = {"created_at": row.created_at - age, "expires_at": row.expires_at - age}
            await tx.execute(update(sessions).where(sessions.c.token_hash == row.token_hash).values(moved))


async def test_a_new_user_has_a_name_an_identity_and_welcome_credits(house: House) -> None:
    user = await house.engine.users.create("discord", "80351110224678912", name="Nelly")
    assert (user.name, user.is_owner, user.slots, user.queue_limit) == ("Nelly", False, 1, 20)
    assert await house.engine.users.find("discord", "80351110224678912") == user
    [identity] = await house.engine.users.identities(user)
    assert (identity.surface, identity.subject, identity.secret_hash) == ("discord", "80351110224678912", None)
    [entry] = await house.engine.credits.entries(user)
    assert (entry.kind, entry.credits, entry.note) == ("grant", WELCOME, "welcome")
    assert await house.engine.credits.balance(user) == WELCOME
    await house.assert_books_exact()


async def test_a_user_may_start_with_other_or_no_credits_but_not_with_debts(house: House) -> None:
    rich = await house.user("rich", credits=1_000_000)
    poor = await house.user("poor", credits=0)
    assert await house.engine.credits.balance(rich) == 1_000_000
    assert (await house.engine.credits.balance(poor), await house.engine.credits.entries(poor)) == (0, [])
    with pytest.raises(InvalidInput, match="less than 0"):
        await house.user("debtor", credits=-1)
    assert await house.engine.users.find("password", "debtor@example.org") is None
    await house.assert_books_exact()


async def test_a_known_identity_is_a_conflict_and_leaves_nothing_behind(house: House, alice: User) -> None:
    with pytest.raises(Conflict, match=r"alice@example\.org is known already on password\."):
        await house.user("alice")
    assert await house.engine.users.page() == [alice]
    assert await house.engine.credits.balance(alice) == WELCOME
    elsewhere = await house.engine.users.create("telegram", "alice@example.org")
    assert elsewhere.id != alice.id, "the same text on another surface is somebody else"
    await house.assert_books_exact()


async def test_twenty_simultaneous_first_requests_of_one_person_make_one_user_welcomed_once(house: House) -> None:
    known = await asyncio.gather(*(house.engine.users.known_as("telegram", "4711", name="Ada") for _ in range(20)))
    assert len({user.id for user in known}) == 1
    assert len(await house.engine.users.page()) == 1
    assert [entry.credits for entry in await house.engine.credits.entries(known[0])] == [WELCOME]
    await house.assert_books_exact()


async def test_a_long_name_is_cut_and_a_missing_one_is_the_subject(house: House) -> None:
    long = await house.engine.users.create("telegram", "1", name="🎙" * 300)
    plain = await house.engine.users.create("telegram", "2")
    assert (long.name, plain.name) == ("🎙" * 100, "2")
    assert await house.engine.users.find("telegram", "1") == long


async def test_a_user_is_found_by_email_however_it_is_written(house: House, alice: User) -> None:
    assert await house.engine.users.by_email(" Alice@Example.ORG ") == alice
    with pytest.raises(NotFound, match=r"Nobody here has the email bob@example\.org\."):
        await house.engine.users.by_email("bob@example.org")


async def test_the_owner_is_made_once_however_many_ask(house: House) -> None:
    owners = await asyncio.gather(*(house.engine.users.owner() for _ in range(5)))
    assert {owner.id for owner in owners} == {(await house.engine.users.owner()).id}
    assert owners[0].is_owner
    assert [user.is_owner for user in await house.engine.users.page()] == [True]


async def test_a_new_user_gets_the_limits_that_the_settings_say(house: House) -> None:
    limits = NewUserLimits(welcome_credits=7, slots=3, queue_limit=5)
    engine = assemble(house.engine.db, house.objects, house.engine.offers, house.engine.signals, limits=limits)
    user = await engine.users.known_as("telegram", "1")
    assert (user.slots, user.queue_limit, await engine.credits.balance(user)) == (3, 5, 7)


async def test_users_are_listed_newest_first_in_pages(house: House) -> None:
    made = [await house.user(f"user{number}") for number in range(5)]
    first = await house.engine.users.page(limit=3)
    rest = await house.engine.users.page(before=first[-1].id, limit=3)
    assert [*first, *rest] == made[::-1]


async def test_links_and_sessions_are_stored_only_as_hashes(house: House, alice: User) -> None:
    tokens = [
        await house.engine.sessions.create_link(alice),
        await house.engine.sessions.create(alice, opened_by="key"),
    ]
    stored = await everything_stored(house.engine.db)
    assert not [token for token in tokens if token[:12] in stored]


async def test_an_unknown_token_opens_nothing(house: House, alice: User) -> None:
    await house.engine.keys.create(alice, "key")
    for token in ("", "bn_", "bn_unknown", "é" * 60, "' OR 1=1 --", "\x00", "\ud800", "x" * 100_000):
        for enter in (house.engine.keys.with_token, house.engine.sessions.with_link, house.engine.sessions.with_cookie):
            with pytest.raises(Unauthorized) as refused:
                await enter(token)
            assert str(refused.value).endswith(".")
        await house.engine.sessions.end(token)


async def test_a_link_signs_in_until_tomorrow_and_a_cookie_for_a_month(house: House, alice: User) -> None:
    link, cookie = (
        await house.engine.sessions.create_link(alice),
        await house.engine.sessions.create(alice, opened_by="key"),
    )
    almost = timedelta(hours=LINK_HOURS) - timedelta(minutes=1)
    await expire_sessions(house.engine.db, almost)
    assert await house.engine.sessions.with_link(link) == alice
    assert await house.engine.sessions.with_link(link) == alice, "a second browser may use it too"

    await expire_sessions(house.engine.db, timedelta(minutes=2))
    with pytest.raises(Unauthorized, match="link has expired"):
        await house.engine.sessions.with_link(link)
    assert await house.engine.sessions.with_cookie(cookie) == alice

    await expire_sessions(house.engine.db, timedelta(days=COOKIE_DAYS - 1))
    with pytest.raises(Unauthorized, match="signed out"):
        await house.engine.sessions.with_cookie(cookie)


async def test_a_link_is_no_cookie_a_cookie_no_link_and_neither_is_a_key(house: House, alice: User) -> None:
    _, key = await house.engine.keys.create(alice, "key")
    link, cookie = (
        await house.engine.sessions.create_link(alice),
        await house.engine.sessions.create(alice, opened_by="key"),
    )
    for enter, wrong in (
        (house.engine.sessions.with_link, (cookie, key)),
        (house.engine.sessions.with_cookie, (link, key)),
        (house.engine.keys.with_token, (link, cookie)),
    ):
        for token in wrong:
            with pytest.raises(Unauthorized):
                await enter(token)


async def test_signing_out_ends_that_session_only(house: House, alice: User) -> None:
    here, there = (
        await house.engine.sessions.create(alice, opened_by="key"),
        await house.engine.sessions.create(alice, opened_by="key"),
    )
    await house.engine.sessions.end(here)
    with pytest.raises(Unauthorized):
        await house.engine.sessions.with_cookie(here)
    assert await house.engine.sessions.with_cookie(there) == alice


async def test_names_that_a_database_cannot_hold_are_no_server_error(house: House) -> None:
    user = await house.engine.users.create("telegram", "1", name="Ada\x00 \ud83d Lovelace")
    key, _ = await house.engine.keys.create(user, "lap\x00top \ud83d")
    assert await house.engine.users.find("telegram", "1") == user
    assert await house.engine.keys.mine(user) == [key]
    assert (user.name, key.name) == ("Ada ? Lovelace", "laptop ?")
