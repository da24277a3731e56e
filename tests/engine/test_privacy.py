"""Everything of somebody: handed out as a zip that is never whole in memory, and taken away however often cut short."""

from __future__ import annotations

import asyncio
import io
import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from engine import Attempt, Conflict, NotAllowed, NotFound, Unauthorized, User
from engine.audit import examine
from engine.batcher import object_key
from engine.clock import now
from engine.leaving import SETTLED_AFTER, UNWELCOME
from store import attempts, begin, read
from store.departures import CLOSED, WITH_FILES
from store.objects import ObjectsUnavailable
from store.tables import departures, farewells, metadata
from tests.house import Gate, House
from tests.people import claimed, everything_stored, own_upload, own_voice, rows_of, spoken

WELCOME = 10_000
SECRET = "Nobody may know this."


async def whole(pieces: AsyncIterator[bytes]) -> ZipFile:
    return ZipFile(io.BytesIO(b"".join([piece async for piece in pieces])))


async def an_hour_later(house: House) -> None:
    async with begin(house.engine.db) as tx:
        await tx.execute(update(departures).values(left_at=now() - SETTLED_AFTER - timedelta(minutes=1)))
    await house.housekeeping.sweep_departures()


async def files(house: House) -> list[str]:
    return sorted([stored.key async for stored in house.objects.list("")])


async def furnish(house: House, user: User) -> str:
    """Something of every kind; returns a key."""
    await spoken(house, user, SECRET)
    await own_voice(house, user, "Mum", description=SECRET)
    await own_upload(house, user)
    await house.engine.preferences.change(user, language="de")
    await house.engine.credits.grant(user, 5, key=f"secret {user.name}", note=SECRET)
    await house.engine.linking.link_code(user)
    _, token = await house.engine.keys.create(user, SECRET)
    return token


async def test_the_export_is_a_zip_with_all_that_is_kept_and_no_secret(house: House, alice: User, bob: User) -> None:
    token = await furnish(house, alice)
    await spoken(house, bob, "Not hers.")
    with await whole(house.engine.privacy.export(alice)) as archive:
        assert archive.testzip() is None
        account = json.loads(archive.read("account.json"))
        [clip] = [name for name in archive.namelist() if name.startswith("clips/")]
        assert archive.read(clip)[:4] == b"OggS"
        kinds = sorted(name.split("/")[0] for name in archive.namelist())
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert kinds == ["account.json", "clips", "uploads", "voices"]
    assert account["identities"][0]["subject"] == "alice@example.org"
    assert account["preferences"]["language"] == "de"
    assert account["balance"] == WELCOME + 5 - len(SECRET)
    assert sum(entry["credits"] for entry in account["ledger"]) == account["balance"]
    assert [job["params"]["text"] for job in account["jobs"]] == [SECRET]
    assert [key["name"] for key in account["keys"]] == [SECRET]
    assert token[8:].encode() not in everything
    assert b"Not hers" not in everything


async def test_an_export_has_the_log_of_what_was_sent_to_webhooks_without_secrets(
    house: House, alice: User, bob: User
) -> None:
    for user in (alice, bob):
        endpoint = await house.engine.endpoints.create(user, f"https://1.1.1.1/{user.name}")
        sent = await house.engine.deliveries.ping(user, endpoint.id)
        tried = [
            Attempt(delivery_id=sent.id, attempt=number, at=now(), status=500, milliseconds=7, error="no", snippet="")
            for number in (1, 2)
        ]
        async with begin(house.engine.db) as tx:
            await attempts.insert_attempts(tx, tried)
    with await whole(house.engine.privacy.export(bob)) as archive:
        text = archive.read("account.json").decode()
    [delivery] = json.loads(text)["deliveries"]
    assert (delivery["id"], delivery["event"]) == (sent.id, "test.ping")
    assert [(one["attempt"], one["status"]) for one in delivery["attempts"]] == [(1, 500), (2, 500)]
    assert endpoint.secret not in text


async def test_an_export_says_which_files_are_no_longer_kept(house: House, alice: User) -> None:
    gone, kept = await spoken(house, alice), await spoken(house, alice)
    await house.objects.delete([gone.object_key])
    with await whole(house.engine.privacy.export(alice)) as archive:
        assert json.loads(archive.read("missing.json")) == [f"clips/{gone.id}.ogg"]
        assert f"clips/{kept.id}.ogg" in archive.namelist()


async def test_an_export_of_many_pages_is_valid_and_keeps_one_file_in_memory(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.archive.PAGE", 3)
    for _ in range(7):
        clip = await spoken(house, alice)
        await house.objects.put(clip.object_key, b"\xff" * 2_000_000, "audio/ogg")
    size, largest = 0, 0
    tracemalloc.start()
    try:
        async for piece in house.engine.privacy.export(alice):
            size, largest = size + len(piece), max(largest, len(piece))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 14_000_000
    assert largest < 2_100_000
    assert peak < 9_000_000, "a file, its copy on the way out, and the pieces just handed over; never all seven"
    with await whole(house.engine.privacy.export(alice)) as archive:
        account = json.loads(archive.read("account.json"))
    assert (len(account["jobs"]), len(account["ledger"])) == (7, 15)


async def test_an_export_that_nobody_reads_to_its_end_leaves_nothing_open(house: House, alice: User) -> None:
    await furnish(house, alice)
    pieces = house.engine.privacy.export(alice)
    await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]


async def test_every_table_with_a_user_is_emptied_or_has_a_reason_not_to_be() -> None:
    reasons = {
        "balances": "the books must add up",
        "ledger": "its words go, its amounts stay",
        "purchases": "a hash and an amount: a payment may have to be paid back, and counts once",
        "jobs": "page by page, with their files",
        "clips": "with their jobs",
        "departures": "says what is still to be done",
    }
    owned = {table.name for table in metadata.sorted_tables if "user_id" in table.c}
    assert owned == {table.name for table in (*CLOSED, *WITH_FILES)} | set(reasons)


async def test_a_deleted_account_is_gone_with_all_that_it_had(house: House, alice: User, bob: User) -> None:
    token = await furnish(house, alice)
    session = await house.engine.sessions.create(alice, opened_by="key")
    await spoken(house, bob, "His own.")
    await house.engine.jobs.submit(alice, "tts", {"text": SECRET})

    await house.engine.privacy.delete(alice)

    assert await rows_of(house.engine.db, alice) == {"balances": 1, "ledger": 6, "departures": 1, "jobs": 1}
    stored = await everything_stored(house.engine.db)
    for personal in (SECRET, "alice", token[:8]):
        assert personal not in stored
    assert [key.split("/")[0] for key in await files(house)] == ["clips"], "and that one is his"
    assert await house.engine.users.find("password", "alice@example.org") is None
    for enter, secret in ((house.engine.keys.with_token, token), (house.engine.sessions.with_cookie, session)):
        with pytest.raises(Unauthorized):
            await enter(secret)
    await house.assert_books_exact()
    await an_hour_later(house)
    assert await rows_of(house.engine.db, alice) == {"balances": 1, "ledger": 6}
    assert len(await house.engine.jobs.history(bob)) == 1
    assert await examine(house.engine) == []


async def test_deleting_again_is_no_error_and_changes_nothing(house: House, alice: User) -> None:
    await furnish(house, alice)
    await asyncio.gather(*(house.engine.privacy.delete(alice) for _ in range(3)))
    before = await everything_stored(house.engine.db)
    await house.engine.privacy.delete(alice)
    assert await everything_stored(house.engine.db) == before
    await an_hour_later(house)
    await house.engine.privacy.delete(alice)
    await house.assert_books_exact()


async def test_a_job_that_runs_is_ended_and_its_late_clip_is_not_kept(house: House, alice: User) -> None:
    house.runner.behave = gate = Gate()
    async with house.working():
        await house.engine.jobs.submit(alice, "tts", {"text": SECRET})
        await gate.reached()
        await house.engine.jobs.submit(alice, "tts", {"text": SECRET})
        await house.engine.privacy.delete(alice)
        assert await house.engine.credits.balance(alice) == WELCOME
        gate.open()
        async with asyncio.timeout(20):
            while house.worker._running:  # noqa: ASYNC110  read only
                await asyncio.sleep(0.01)
    assert await house.object_keys() == []
    assert SECRET not in await everything_stored(house.engine.db)
    await house.assert_books_exact()


async def test_a_clip_that_a_worker_left_before_it_died_is_found_an_hour_later(house: House, alice: User) -> None:
    await house.engine.jobs.submit(alice, "tts", {"text": SECRET})
    job = await claimed(house)
    await house.engine.privacy.delete(alice)
    await house.objects.put(object_key(job), b"OggS", "audio/ogg")
    await an_hour_later(house)
    assert await house.object_keys() == []
    assert "jobs" not in await rows_of(house.engine.db, alice)
    await house.assert_books_exact()


async def test_what_a_request_under_way_still_writes_goes_an_hour_later(house: House, alice: User) -> None:
    await house.engine.privacy.delete(alice)
    await own_voice(house, alice, "Late")
    await own_upload(house, alice)
    await house.engine.keys.create(alice, "late")
    for pool in (None, await house.engine.pools.of("discord", "guild")):
        if pool:
            await house.engine.credits.grant(pool, 100)
        with pytest.raises(Conflict, match="deleted"):
            await house.engine.jobs.submit(alice, "tts", {"text": SECRET}, pool=pool)
    await an_hour_later(house)
    assert await files(house) == []
    assert await rows_of(house.engine.db, alice) == {"balances": 1, "ledger": 1}


@pytest.mark.parametrize("calls", [0, 1, 2])
async def test_a_deletion_that_was_cut_short_is_finished_by_the_clock(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Cut at its first, second, ... access to the files, after the account was closed."""
    await furnish(house, alice)
    real, left = type(house.objects).delete, [calls]

    async def fail(self: object, keys: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise ObjectsUnavailable("The power went out.")
        await real(house.objects, keys)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(type(house.objects), "delete", fail)
        try:
            await house.engine.privacy.delete(alice)
        except ObjectsUnavailable:
            assert await house.engine.users.find("password", "alice@example.org") is None
        else:
            assert calls == 2, "a sweep asks twice"
    await house.housekeeping.sweep_departures()
    assert await files(house) == []
    assert SECRET not in await everything_stored(house.engine.db)
    await house.assert_books_exact()


async def test_who_left_lately_is_not_welcomed_with_credits_again(house: House) -> None:
    known_as = house.engine.users.known_as
    ann = await known_as("telegram", "4711", name="Ann")
    for _ in range(3):
        await house.engine.privacy.delete(ann)
        ann = await known_as("telegram", "4711", name="Ann")
        assert await house.engine.credits.balance(ann) == 0
    other = await known_as("discord", "4711")
    assert await house.engine.credits.balance(other) == WELCOME
    given = await house.engine.users.create("telegram", "99", credits=7)
    await house.engine.privacy.delete(given)
    assert await house.engine.credits.balance(await house.engine.users.create("telegram", "99", credits=7)) == 7

    await house.engine.privacy.delete(ann)
    async with read(house.engine.db) as tx:
        kept = list((await tx.execute(select(farewells.c.until))).scalars())
    assert all(timedelta(0) < UNWELCOME - (until - now()) < timedelta(minutes=5) for until in kept)
    async with begin(house.engine.db) as tx:
        await tx.execute(update(farewells).values(until=now()))
    await house.housekeeping.forget()
    assert await house.engine.credits.balance(await known_as("telegram", "4711")) == WELCOME


async def test_a_pool_keeps_its_books_when_a_member_leaves(house: House, alice: User) -> None:
    pool = await house.engine.pools.of("discord", "guild")
    await house.engine.credits.grant(pool, 100)
    await spoken(house, alice, "four", pool=pool)
    await house.engine.jobs.submit(alice, "tts", {"text": "released"}, pool=pool)
    await house.engine.privacy.delete(alice)
    assert await house.engine.credits.balance(pool) == 96
    assert await house.engine.pools.members(pool, since=now() - timedelta(days=1)) == []
    await house.assert_books_exact()


async def test_the_owner_and_pools_cannot_be_deleted_and_nothing_can_be_given_to_who_left(
    house: House, alice: User, bob: User
) -> None:
    for account in (await house.engine.users.owner(), await house.engine.pools.of("discord", "guild")):
        with pytest.raises(NotAllowed):
            await house.engine.privacy.delete(account)
    await house.engine.privacy.delete(alice)
    for give in (house.engine.credits.grant(alice, 5), house.engine.credits.transfer(bob, alice, 5)):
        with pytest.raises(NotFound, match="deleted"):
            await give
    assert await house.engine.credits.balance(bob) == WELCOME
