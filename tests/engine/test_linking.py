"""One person on two surfaces becomes one user: everything moves, once, and no credit is made or lost."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from engine import Conflict, InvalidInput, NotAllowed, NotEnoughCredits, User
from engine.clock import now
from engine.linking import CODE_AGE, MOST_ATTEMPTS, MOST_CODES
from engine.tokens import CODE_LENGTH, CODE_LETTERS
from store import begin
from store.linking import MOVED, free_name
from store.tables import link_codes, metadata
from tests.house import House
from tests.people import everything_stored, own_upload, own_voice, rows_of, spoken

WELCOME = 10_000


@pytest.fixture
async def ann(house: House) -> User:
    return await house.engine.users.known_as("telegram", "4711", name="Ann")


@pytest.fixture
async def anna(house: House) -> User:
    return await house.engine.users.known_as("discord", "815", name="Anna")


async def link(house: House, mover: User, receiver: User) -> User:
    return await house.engine.linking.redeem(mover, await house.engine.linking.link_code(receiver))


async def test_everything_of_the_one_who_enters_the_code_is_then_the_others(
    house: House, ann: User, anna: User
) -> None:
    users = house.engine.users
    clip, voice, upload = await spoken(house, ann), await own_voice(house, ann, "Mum"), await own_upload(house, ann)
    _, token = await house.engine.keys.create(ann, "laptop")
    session = await house.engine.sessions.create(ann, opened_by="key")
    await house.engine.preferences.change(ann, private=True)

    assert await link(house, ann, anna) == anna

    assert await users.find("telegram", "4711") == await users.find("discord", "815") == anna
    assert await house.engine.keys.with_token(token) == await house.engine.sessions.with_cookie(session) == anna
    assert (await house.engine.clips.get(anna, clip.id)).user_id == anna.id
    assert [status.clip and status.clip.id for status in await house.engine.jobs.history(anna)] == [clip.id]
    assert [own.id for own in await house.engine.voices.mine(anna)] == [voice.id]
    assert (await house.engine.preferences.get(anna)).private
    assert upload.id in await everything_stored(house.engine.db)
    assert await house.engine.credits.balance(anna) == 2 * WELCOME - len("Hello")
    assert await house.engine.credits.balance(ann) == 0
    assert set(await rows_of(house.engine.db, ann)) == {"balances", "ledger", "departures"}
    await house.assert_books_exact()


async def test_every_table_with_a_user_is_moved_or_has_a_reason_not_to_be() -> None:
    reasons = {
        "balances": "moves by a transfer",
        "ledger": "append-only",
        "endpoints": "all but a second signer of one-off URLs",
        "preferences": "one row: those of the receiver count",
        "link_codes": "of no use any more",
        "link_attempts": "of no use any more",
        "departures": "made by the move",
    }
    owned = {table.name for table in metadata.sorted_tables if "user_id" in table.c}
    assert owned == {table.name for table in MOVED} | set(reasons)


async def test_voices_of_one_name_are_told_apart_and_the_preferences_of_the_receiver_count(
    house: House, ann: User, anna: User
) -> None:
    for user, names in ((anna, ("Mum", "Dad")), (ann, ("mum", "Mum 2", "Dog"))):
        for name in names:
            await own_voice(house, user, name)
    await house.engine.preferences.change(ann, speed=0.5)
    await house.engine.preferences.change(anna, speed=1.5)
    await link(house, ann, anna)
    names = [voice.name for voice in await house.engine.voices.mine(anna)]
    assert sorted(names) == sorted(["Mum", "Dad", "mum 3", "Mum 2", "Dog"])
    assert (await house.engine.preferences.get(anna)).speed == 1.5


def test_a_free_name_keeps_to_its_length() -> None:
    long = "x" * 60
    assert free_name(long, {long}) == "x" * 58 + " 2"
    assert free_name("Mum", {"mum", "mum 2"}) == "Mum 3"


async def test_an_idempotency_key_that_both_have_used_stays_with_the_receiver(
    house: House, ann: User, anna: User
) -> None:
    request = {"text": "Hello"}
    for user, key in ((ann, "same"), (anna, "same"), (ann, "mine")):
        await house.engine.jobs.submit(user, "tts", request, idempotency_key=key)
    await house.worker.run_until_idle()
    before = {status.job.id for status in await house.engine.jobs.page(ann)}
    await link(house, ann, anna)
    again = [await house.engine.jobs.submit(anna, "tts", request, idempotency_key=key) for key in ("same", "mine")]
    assert [job.id in before for job in again] == [False, True]
    assert len(await house.engine.jobs.page(anna)) == 3
    await house.assert_books_exact()


async def test_a_code_is_good_once_however_it_is_typed_and_stored_only_as_a_hash(
    house: House, ann: User, anna: User, alice: User
) -> None:
    code = await house.engine.linking.link_code(anna)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_LETTERS)
    assert code not in await everything_stored(house.engine.db)
    await house.engine.linking.redeem(ann, f" {code[:4].lower()}-{code[4:]} ")
    with pytest.raises(InvalidInput, match="used before"):
        await house.engine.linking.redeem(alice, code)
    assert await house.engine.credits.balance(alice) == WELCOME


async def test_of_two_who_enter_a_code_at_once_one_moves(house: House, ann: User, anna: User, alice: User) -> None:
    code = await house.engine.linking.link_code(anna)
    redeem = house.engine.linking.redeem
    outcomes = await asyncio.gather(redeem(ann, code), redeem(alice, code), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {User, InvalidInput}
    balances = [await house.engine.credits.balance(user) for user in (ann, anna, alice)]
    assert sorted(balances) == [0, WELCOME, 2 * WELCOME]
    await house.assert_books_exact()


async def test_two_who_enter_each_others_codes_at_once_do_not_wait_for_each_other(
    house: House, ann: User, anna: User
) -> None:
    linking = house.engine.linking
    codes = [await linking.link_code(user) for user in (ann, anna)]
    outcomes = await asyncio.gather(
        linking.redeem(ann, codes[1]), linking.redeem(anna, codes[0]), return_exceptions=True
    )
    assert {type(outcome) for outcome in outcomes} <= {User, InvalidInput, Conflict}
    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert sorted([await house.engine.credits.balance(user) for user in (ann, anna)]) == [0, 2 * WELCOME]
    await house.assert_books_exact()


async def test_a_code_is_good_for_ten_minutes(house: House, ann: User, anna: User) -> None:
    code = await house.engine.linking.link_code(anna)
    async with begin(house.engine.db) as tx:
        await tx.execute(update(link_codes).values(expires_at=now()))
    with pytest.raises(InvalidInput, match="ten minutes"):
        await house.engine.linking.redeem(ann, code)
    await house.housekeeping.forget()
    assert "link_codes" not in await rows_of(house.engine.db, anna)
    assert CODE_AGE.total_seconds() == 600


async def test_a_user_has_few_codes_at_once_and_few_tries(house: House, ann: User, anna: User) -> None:
    codes = [await house.engine.linking.link_code(anna) for _ in range(MOST_CODES)]
    with pytest.raises(NotAllowed, match="still good"):
        await house.engine.linking.link_code(anna)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(InvalidInput):
            await house.engine.linking.redeem(ann, "22222222")
    with pytest.raises(NotAllowed, match="too many"):
        await house.engine.linking.redeem(ann, codes[0])


async def test_who_has_unfinished_jobs_stays_and_the_code_stays_good(house: House, ann: User, anna: User) -> None:
    code = await house.engine.linking.link_code(anna)
    await house.engine.jobs.submit(ann, "tts", {"text": "Hello"})
    await house.engine.jobs.submit(anna, "tts", {"text": "Mine may go on"})
    with pytest.raises(Conflict, match="not finished"):
        await house.engine.linking.redeem(ann, code)
    await house.assert_books_exact()
    [status] = await house.engine.jobs.page(ann)
    await house.engine.jobs.cancel(ann, status.job.id)
    assert await house.engine.linking.redeem(ann, code) == anna
    await house.worker.run_until_idle()
    await house.assert_books_exact()


@pytest.mark.parametrize("code", ["", "x", "\x00", "\ud800", "ß" * 90, "2" * 100_000])
async def test_what_is_no_code_is_refused_in_a_sentence(house: House, ann: User, code: str) -> None:
    with pytest.raises(InvalidInput, match="not good"):
        await house.engine.linking.redeem(ann, code)


async def test_ones_own_code_and_the_owners_account_are_refused(house: House, ann: User) -> None:
    with pytest.raises(InvalidInput, match="your own"):
        await house.engine.linking.redeem(ann, await house.engine.linking.link_code(ann))
    owner = await house.engine.users.owner()
    with pytest.raises(NotAllowed, match="owner"):
        await link(house, owner, ann)
    assert await link(house, ann, owner) == owner, "but somebody may move in with the owner"


async def test_a_request_that_still_means_the_one_that_moved_changes_nothing(
    house: House, ann: User, anna: User
) -> None:
    pool = await house.engine.pools.of("discord", "guild")
    await house.engine.credits.grant(pool, 100)
    await link(house, ann, anna)
    with pytest.raises(NotEnoughCredits):
        await house.engine.jobs.submit(ann, "tts", {"text": "Hello"})
    with pytest.raises(Conflict, match="linked"):
        await house.engine.jobs.submit(ann, "tts", {"text": "Hello"}, pool=pool)
    with pytest.raises(Conflict):
        await link(house, ann, await house.user("carol"))
    assert await house.engine.credits.balance(pool) == 100
    await house.assert_books_exact()


async def test_linking_in_circles_makes_no_credits(house: House, ann: User, anna: User) -> None:
    await link(house, ann, anna)
    again = await house.engine.users.known_as("telegram", "4711")
    assert again == anna, "who moved is not welcomed anew"
    with pytest.raises(InvalidInput, match="your own"):
        await link(house, again, anna)
    assert await house.engine.credits.balance(anna) == 2 * WELCOME


async def test_the_secret_that_signs_for_urls_of_jobs_stays_the_receivers(
    house: House, ann: User, anna: User, alice: User
) -> None:
    one_off = house.engine.endpoints.one_off
    theirs, kept = await one_off(ann), await one_off(anna)
    await link(house, ann, anna)
    assert (await one_off(anna)).secret == kept.secret != theirs.secret
    await link(house, anna, alice)
    assert (await one_off(alice)).secret == kept.secret, "one who had none takes the mover's"
