"""Accounts with an email and a password: who gets in, who does not, and what either learns from it."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

import argon2
import pytest
from sqlalchemy import update

from engine import (
    Conflict,
    Engine,
    InvalidInput,
    NotAllowed,
    NotFound,
    TooManyRequests,
    Unauthorized,
    User,
    assemble,
    passwords,
)
from engine.accounts import FRESH, SIGN_IN_BY_ADDRESS, SIGN_IN_BY_EMAIL
from engine.clock import now
from engine.invitations import SignUp
from engine.passwords import Passwords, check_password
from engine.tokens import digest
from store import Database, begin
from store.tables import identities, invitations, sessions
from tests.databases import KINDS, fresh_database
from tests.house import OFFERS, House
from tests.people import everything_stored

EMAIL = "ann@example.org"
PASSWORD = "four boats and a kettle"
OTHER = "another kettle of boats"


everywhere = pytest.mark.parametrize("db", KINDS, indirect=True)
"""On every kind of database: where statements or what happens at once matter. The others, on SQLite."""


@pytest.fixture
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(getattr(request, "param", "sqlite"), tmp_path) as database:
        yield database


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real ones take a tenth of a second each; one test below looks at those."""
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    passwords._nobodys.cache_clear()


def installed(house: House, sign_up: SignUp) -> Engine:
    engine = house.engine
    return assemble(engine.db, engine.objects, OFFERS, engine.signals, sign_up=sign_up)


@pytest.fixture
def engine(house: House) -> Engine:
    """Where whoever likes may sign up."""
    return installed(house, "open")


@pytest.fixture
async def ann(engine: Engine) -> User:
    return await engine.accounts.sign_up(EMAIL, PASSWORD)


async def owner_of(engine: Engine) -> User:
    return await engine.users.owner()


@everywhere
async def test_who_signs_up_is_welcomed_and_signs_in_however_the_email_is_typed(engine: Engine, house: House) -> None:
    ann = await engine.accounts.sign_up(" Ann@Example.ORG ", PASSWORD, name="Ann")
    assert (ann.name, ann.is_owner, await engine.credits.balance(ann)) == ("Ann", False, 10_000)
    assert await engine.users.by_email("ANN@example.org") == ann
    for typed in (EMAIL, "ANN@EXAMPLE.ORG", " ann@example.org\n"):
        assert await engine.accounts.sign_in(typed, PASSWORD) == ann
    await house.assert_books_exact()


async def test_a_password_is_kept_only_as_an_argon2id_hash_and_in_no_log(
    engine: Engine, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    session = await engine.sessions.create(ann, opened_by="password")
    await engine.accounts.set_password(
        ann, OTHER, session=(await engine.sessions.of_cookie(session))[1], current=PASSWORD
    )
    stored = await everything_stored(engine.db)
    assert "$argon2id$" in stored
    assert PASSWORD not in stored
    [identity] = await engine.users.identities(ann)
    assert identity.secret_hash not in repr(identity)
    told = [(record.message, record.user) for record in caplog.records if hasattr(record, "user")]
    assert ("password set", ann.id) in told
    assert not [record for record in caplog.records if OTHER in str(vars(record)) or "argon2id" in str(vars(record))]


async def test_wrong_email_and_wrong_password_are_refused_in_the_same_words_and_with_the_same_work(
    engine: Engine, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.users.create("password", "bare@example.org")  # made by hand, without a password
    compared: list[str] = []

    class Counting(argon2.PasswordHasher):
        def verify(self, known: str | bytes, given: str | bytes) -> Literal[True]:
            compared.append(str(known))
            return super().verify(known, given)

    counting = Counting(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: counting)
    refusals = set()
    for email, password in (
        (EMAIL, OTHER),
        ("nobody@example.org", PASSWORD),
        ("bare@example.org", PASSWORD),
        ("bare@example.org", "nobody's password"),
        ("not an email", PASSWORD),
        ("\0", PASSWORD),
    ):
        with pytest.raises(Unauthorized) as refused:
            await engine.accounts.sign_in(email, password)
        refusals.add(str(refused.value))
    assert len(refusals) == 1
    assert len(compared) == 6, "one comparison each"


async def test_guessing_ends_after_ten_tries_at_an_email_from_wherever_they_come(engine: Engine, ann: User) -> None:
    for number in range(SIGN_IN_BY_EMAIL.amount):
        with pytest.raises(Unauthorized):
            await engine.accounts.sign_in(EMAIL, "guess", address=f"10.0.0.{number}")
    with pytest.raises(TooManyRequests) as refused:
        await engine.accounts.sign_in(EMAIL, PASSWORD, address="10.1.1.1")
    assert 0 < refused.value.retry_after <= 15 * 60
    link = await engine.sessions.create_link(ann)
    assert await engine.sessions.with_link(link) == ann, "a link still opens"
    with pytest.raises(Unauthorized):
        await engine.accounts.sign_in("ben@example.org", "guess", address="10.1.1.1")


async def test_one_address_may_not_try_email_after_email(engine: Engine) -> None:
    for number in range(SIGN_IN_BY_ADDRESS.amount):
        with pytest.raises(Unauthorized):
            await engine.accounts.sign_in(f"person{number}@example.org", "guess", address="10.0.0.1")
    with pytest.raises(TooManyRequests):
        await engine.accounts.sign_in(EMAIL, PASSWORD, address="10.0.0.1")
    with pytest.raises(Unauthorized):
        await engine.accounts.sign_in(EMAIL, PASSWORD, address="10.0.0.2")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("seven77", "at least 8 characters"),
        ("x" * 128 + "y", "at most 128"),
        ("Ann@example.org", "the first that somebody would try"),
        ("annabella", "the first that somebody would try"),
        ("Password123", "everybody tries first"),
        ("QwErTyUiOp", "everybody tries first"),
        ("aaaaaaaaaaaa", "everybody tries first"),
        ("3456789:;", "everybody tries first"),
        ("ihgfedcba", "everybody tries first"),
        ("\u2460234567890", "everybody tries first"),
    ],
)
def test_a_password_that_somebody_would_guess_is_refused_with_the_reason(password: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as refused:
        check_password(password, EMAIL, "Annabella")
    assert (refused.value.field, str(refused.value)[-1]) == ("password", ".")


@pytest.mark.parametrize(
    "password", ["kettle 4 boats", "ñandú ñandú", "🐙🦑🐚🦀🐡🐠🐟🐬", "\ud83d and seven more", "        tide"]
)
async def test_any_other_password_works_whatever_it_is_made_of(password: str) -> None:
    check_password(password, EMAIL)
    made = Passwords()
    secret_hash = await made.hash(password)
    assert await made.match(secret_hash, password)
    assert not await made.match(secret_hash, password + " ")
    assert await made.match(await made.hash("cafe\u0301 au lait"), "caf\u00e9 au lait"), "the same on every keyboard"


async def test_hashes_are_made_a_few_at_a_time_and_the_loop_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, gate = 0, 0, threading.Lock()
    free = threading.Event()

    def slow(password: str) -> str:
        nonlocal running, most
        with gate:
            running += 1
            most = max(most, running)
        free.wait(5)
        with gate:
            running -= 1
        return password

    monkeypatch.setattr(passwords, "_hash", slow)
    made = Passwords()
    waiting = [asyncio.create_task(made.hash(str(number))) for number in range(40)]
    await asyncio.sleep(0.05)  # the loop is free
    free.set()
    assert await asyncio.gather(*waiting) == [str(number) for number in range(40)]
    assert most == passwords.AT_ONCE


async def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(
    engine: Engine, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    [before] = await engine.users.identities(ann)
    today = argon2.PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: today)
    with pytest.raises(Unauthorized):
        await engine.accounts.sign_in(EMAIL, OTHER)
    assert await engine.users.identities(ann) == [before], "a wrong password changes nothing"
    await engine.accounts.sign_in(EMAIL, PASSWORD)
    [after] = await engine.users.identities(ann)
    assert after.secret_hash is not None
    assert "t=2" in after.secret_hash
    assert await engine.accounts.sign_in(EMAIL, PASSWORD) == ann


def test_the_parameters_are_those_of_rfc_9106(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    made = argon2.extract_parameters(passwords._hash(PASSWORD))
    assert made == argon2.profiles.RFC_9106_LOW_MEMORY


async def test_an_email_that_is_known_is_nobody_elses_and_nothing_is_left_behind(engine: Engine, ann: User) -> None:
    await engine.users.create("password", "bare@example.org")
    for email in (EMAIL, "ANN@EXAMPLE.ORG", "bare@example.org"):
        with pytest.raises(Conflict, match="cannot be used"):
            await engine.accounts.sign_up(email, OTHER)
    assert len(await engine.users.page()) == 2
    assert await engine.accounts.sign_in(EMAIL, PASSWORD) == ann


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "@example.org", "Ann <ann@example.org>", "a" * 64 + "@" + "b" * 200]
)
async def test_what_is_no_email_is_refused_in_a_sentence(engine: Engine, email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await engine.accounts.sign_up(email, PASSWORD)
    assert (refused.value.field, str(refused.value)[-1]) == ("email", ".")


async def test_from_one_address_ten_sign_up_an_hour_and_a_typing_error_is_none_of_them(engine: Engine) -> None:
    for number in range(10):
        with pytest.raises(InvalidInput):
            await engine.accounts.sign_up(f"person{number}@example.org", "password", address="10.0.0.1")
        await engine.accounts.sign_up(f"person{number}@example.org", PASSWORD, address="10.0.0.1")
    with pytest.raises(TooManyRequests):
        await engine.accounts.sign_up(EMAIL, PASSWORD, address="10.0.0.1")
    assert await engine.accounts.sign_up(EMAIL, PASSWORD, address="10.0.0.2")


@everywhere
async def test_twenty_who_sign_up_with_one_email_at_once_are_one_user(engine: Engine, house: House) -> None:
    asked = (engine.accounts.sign_up(EMAIL, PASSWORD, address=str(number)) for number in range(20))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted({type(outcome).__name__ for outcome in outcomes}) == ["Conflict", "User"]
    assert len(await engine.users.page()) == 1
    await house.assert_books_exact()


async def test_nobody_signs_up_where_it_is_closed_and_nobody_is_invited(house: House) -> None:
    engine = installed(house, "closed")
    with pytest.raises(NotAllowed, match="Ask the owner"):
        await engine.accounts.sign_up(EMAIL, PASSWORD)
    with pytest.raises(Conflict, match="BERNIE_ACCOUNTS__SIGN_UP"):
        await engine.invitations.create(await owner_of(engine))
    assert house.engine.invitations.sign_up == "closed", "by default"


@everywhere
async def test_an_invitation_lets_as_many_in_as_it_says_with_the_credits_it_says(house: House) -> None:
    engine = installed(house, "invitation")
    owner = await owner_of(engine)
    made, token = await engine.invitations.create(owner, credits=250, uses=3, days=2)
    assert token not in await everything_stored(engine.db)
    with pytest.raises(NotAllowed, match="needs an invitation"):
        await engine.accounts.sign_up(EMAIL, PASSWORD)

    names = [f"person{number}@example.org" for number in range(12)]
    asked = (engine.accounts.sign_up(name, PASSWORD, invitation=token, address=name) for name in names)
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    people = [outcome for outcome in outcomes if isinstance(outcome, User)]
    assert len(people) == 3
    assert {str(outcome) for outcome in outcomes if not isinstance(outcome, User)} == {
        "This invitation is not good any more: used, withdrawn or too old. Ask for a new one."
    }
    assert [await engine.credits.balance(user) for user in people] == [250] * 3
    assert await engine.invitations.mine(owner) == [replace(made, used=3)]
    await house.assert_books_exact()


@everywhere
async def test_who_does_not_get_in_uses_no_invitation_up(house: House) -> None:
    engine = installed(house, "invitation")
    owner = await owner_of(engine)
    _, token = await engine.invitations.create(owner)
    await engine.users.create("password", EMAIL)
    for email, password in ((EMAIL, PASSWORD), ("ben@example.org", "password"), ("nonsense", PASSWORD)):
        with pytest.raises((Conflict, InvalidInput)):
            await engine.accounts.sign_up(email, password, invitation=token)
    ben = await engine.accounts.sign_up("ben@example.org", PASSWORD, invitation=token)
    assert await engine.credits.balance(ben) == 10_000, "without credits of its own: the welcome ones"


@everywhere
async def test_an_invitation_that_is_withdrawn_expired_or_made_up_lets_nobody_in(house: House, alice: User) -> None:
    engine = installed(house, "invitation")
    owner = await owner_of(engine)
    withdrawn, first = await engine.invitations.create(owner)
    expired, second = await engine.invitations.create(owner)
    with pytest.raises(NotAllowed, match="Only the owner"):
        await engine.invitations.withdraw(alice, withdrawn.id)
    await engine.invitations.withdraw(owner, withdrawn.id)
    with pytest.raises(NotFound):
        await engine.invitations.withdraw(owner, withdrawn.id)
    async with begin(engine.db) as tx:
        await tx.execute(update(invitations).where(invitations.c.id == expired.id).values(expires_at=now()))
    for token in (first, second, "made up", "é", "\0", "x" * 100_000):
        with pytest.raises(NotAllowed, match="not good any more"):
            await engine.accounts.sign_up(EMAIL, PASSWORD, invitation=token, address=token[:5])


@pytest.mark.parametrize("wrong", [{"uses": 0}, {"uses": 1001}, {"days": 0}, {"days": 366}, {"credits": -1}])
async def test_an_invitation_has_limits(house: House, wrong: dict[str, int]) -> None:
    engine = installed(house, "invitation")
    with pytest.raises(InvalidInput, match="from"):
        await engine.invitations.create(await owner_of(engine), **wrong)


async def test_who_leaves_and_comes_back_by_the_same_invitation_is_given_nothing_again(house: House) -> None:
    engine = installed(house, "invitation")
    _, token = await engine.invitations.create(await owner_of(engine), credits=250, uses=2)
    ann = await engine.accounts.sign_up(EMAIL, PASSWORD, invitation=token)
    await engine.privacy.delete(ann)
    with pytest.raises(Unauthorized):
        await engine.accounts.sign_in(EMAIL, PASSWORD)
    again = await engine.accounts.sign_up(EMAIL, PASSWORD, invitation=token)
    assert await engine.credits.balance(again) == 0
    assert "argon2id" in await everything_stored(engine.db)


@everywhere
async def test_a_changed_password_ends_every_other_session_and_link(engine: Engine, ann: User) -> None:
    here, there = [await engine.sessions.create(ann, opened_by="password") for _ in range(2)]
    link = await engine.sessions.create_link(ann)
    _, key = await engine.keys.create(ann, "kept")
    _, session = await engine.sessions.of_cookie(here)

    assert await engine.accounts.set_password(ann, OTHER, session=session, current=PASSWORD) == 2

    assert await engine.sessions.with_cookie(here) == ann
    for enter, token in ((engine.sessions.with_cookie, there), (engine.sessions.with_link, link)):
        with pytest.raises(Unauthorized):
            await enter(token)
    assert (await engine.keys.with_token(key)).id == ann.id
    with pytest.raises(Unauthorized):
        await engine.accounts.sign_in(EMAIL, PASSWORD)
    assert await engine.accounts.sign_in(EMAIL, OTHER) == ann


async def test_a_new_password_wants_the_old_one_or_a_link_that_was_just_opened(engine: Engine, ann: User) -> None:
    async def change(opened_by: str, **more: str) -> None:
        token = await engine.sessions.create(ann, opened_by=opened_by)  # type: ignore[arg-type]
        _, session = await engine.sessions.of_cookie(token)
        await engine.accounts.set_password(ann, OTHER, session=session, **more)

    for opened_by in ("password", "key"):
        with pytest.raises(NotAllowed, match="ask the owner for a link"):
            await change(opened_by)
        with pytest.raises(NotAllowed, match="not right"):
            await change(opened_by, current="wrong")
    with pytest.raises(NotAllowed, match="Give your current password"):
        await engine.accounts.set_password(ann, OTHER, session=None)
    await change("link")
    assert await engine.accounts.sign_in(EMAIL, OTHER) == ann

    old = await engine.sessions.create(ann, opened_by="link")
    async with begin(engine.db) as tx:
        await tx.execute(update(sessions).values(created_at=now() - FRESH - timedelta(minutes=1)))
    _, session = await engine.sessions.of_cookie(old)
    with pytest.raises(NotAllowed, match="ask the owner for a link"):
        await engine.accounts.set_password(ann, PASSWORD, session=session)


@everywhere
async def test_who_came_without_a_password_sets_a_first_one_with_an_email_that_is_free(
    engine: Engine, ann: User, house: House
) -> None:
    ben = await engine.users.known_as("discord", "815", name="Ben")
    _, session = await engine.sessions.of_cookie(await engine.sessions.create(ben, opened_by="key"))
    with pytest.raises(InvalidInput):
        await engine.accounts.set_password(ben, OTHER, session=session)
    with pytest.raises(Conflict):
        await engine.accounts.set_password(ben, OTHER, session=session, email=EMAIL)
    await engine.accounts.set_password(ben, OTHER, session=session, email="Ben@example.org")
    assert await engine.accounts.sign_in("ben@example.org", OTHER) == ben
    assert await engine.credits.balance(ben) == 10_000, "he was welcomed before"
    assert await engine.accounts.sign_in(EMAIL, PASSWORD) == ann
    await house.assert_books_exact()


@everywhere
async def test_a_person_with_a_password_links_with_discord_and_signs_in_as_before(
    engine: Engine, ann: User, house: House
) -> None:
    anna = await engine.users.known_as("discord", "815", name="Anna")
    await engine.linking.redeem(ann, await engine.linking.link_code(anna))
    assert await engine.accounts.sign_in(EMAIL, PASSWORD) == anna
    _, session = await engine.sessions.of_cookie(await engine.sessions.create(anna, opened_by="password"))
    await engine.accounts.set_password(anna, OTHER, session=session, current=PASSWORD)
    assert await engine.accounts.sign_in(EMAIL, OTHER) == anna
    with pytest.raises(NotFound, match="deleted or linked"):
        await engine.accounts.set_password(ann, PASSWORD, session=session, email="left@example.org")
    await house.assert_books_exact()


@everywhere
async def test_sessions_are_listed_and_ended_by_their_owner_only(engine: Engine, ann: User) -> None:
    from engine import session_id

    ben = await engine.accounts.sign_up("ben@example.org", PASSWORD)
    here = await engine.sessions.create(ann, opened_by="password", browser="Firefox \0" + "x" * 500)
    there = await engine.sessions.create(ann, opened_by="key", browser="curl")
    link = await engine.sessions.create_link(ann)
    found = {one.opened_by: one for one in await engine.sessions.mine(ann)}
    assert {name: one.kind for name, one in found.items()} == {"password": "cookie", "key": "cookie", "link": "link"}
    assert found["password"].browser.startswith("Firefox x")
    assert here not in repr(found)
    assert found["key"].token_hash not in repr(found)

    for wrong in ("session_", "session_%", "session_" + "_" * 24, "", found["key"].token_hash):
        with pytest.raises(NotFound):
            await engine.sessions.end_one(ann, wrong)
    with pytest.raises(NotFound):
        await engine.sessions.end_one(ben, session_id(found["key"]))
    await engine.sessions.end_one(ann, session_id(found["key"]))
    with pytest.raises(Unauthorized):
        await engine.sessions.with_cookie(there)
    assert await engine.sessions.end_others(ann, but=here) == 1
    with pytest.raises(Unauthorized):
        await engine.sessions.with_link(link)
    assert await engine.sessions.with_cookie(here) == ann


@everywhere
async def test_a_hash_that_changed_meanwhile_is_not_put_back_by_a_sign_in(engine: Engine, ann: User) -> None:
    [stale] = await engine.users.identities(ann)
    async with begin(engine.db) as tx:
        await tx.execute(update(identities).values(secret_hash="newer"))
    await engine.accounts._renew(stale, PASSWORD)
    [kept] = await engine.users.identities(ann)
    assert kept.secret_hash == "newer"


async def test_an_export_tells_of_emails_and_browsers_and_of_no_hash(engine: Engine, ann: User) -> None:
    token = await engine.sessions.create(ann, opened_by="password", browser="Firefox on a boat")
    whole = b"".join([piece async for piece in engine.privacy.export(ann)])
    account = ZipFile(BytesIO(whole)).read("account.json").decode()
    assert [one["subject"] for one in json.loads(account)["identities"]] == [EMAIL]
    assert [one["browser"] for one in json.loads(account)["sessions"]] == ["Firefox on a boat"]
    for secret in ("argon2", digest(token), token):
        assert secret not in account
