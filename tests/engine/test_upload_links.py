"""Uploads that a client puts to a link: looked at when they are first used, and fixed from then on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from engine import ClipTooLong, ClipUnreadable, Conflict, InvalidInput, NotAllowed, NotFound, PutLink, User
from engine.clock import now
from engine.codecs import decode
from engine.leaving import SETTLED_AFTER
from engine.sandbox import Sandbox
from engine.uploads import MAX_BYTES, MOST_LINKS, UploadLink
from store import Database, begin, departures
from store.tables import departures as departed
from store.tables import uploads
from tests.engine.test_uploads import OFFERS, clip
from tests.house import House, build
from tests.people import rows_of


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    shared = Sandbox()
    yield shared
    shared.close()


@pytest.fixture
def house(db: Database, tmp_path, sandbox: Sandbox) -> House:
    return build(db, tmp_path, offers=OFFERS, sandbox=sandbox)


async def put(house: House, link: UploadLink, data: bytes) -> None:
    """As a client does, through this service's own route."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 10_000):
            yield data[start : start + 10_000]

    url = urlsplit(link.url)
    query = {name: value for name, [value] in parse_qs(url.query).items()}
    asked = PutLink(int(query["expires"]), int(query["bytes"]), query["signature"])
    await house.engine.uploads.receive(url.path.removeprefix("/files/"), asked, chunks())


async def linked(house: House, user: User, data: bytes) -> UploadLink:
    link = await house.engine.uploads.link(user, bytes=len(data))
    await put(house, link, data)
    return link


async def stored(house: House) -> list[str]:
    return sorted([item.key async for item in house.objects.list("uploads/")])


async def test_a_file_put_to_a_link_is_looked_at_by_the_first_job_and_fixed(house: House, alice: User) -> None:
    link = await linked(house, alice, clip(2.0))
    again = replace(link)
    job = await house.engine.jobs.submit(alice, "vc", {"source": link.upload.id, "voice": "heart"})
    assert job.price == 15 * 2
    [key] = await stored(house)
    assert decode(await house.objects.get(key), max_seconds=60).seconds == pytest.approx(2.0, abs=0.05)
    with pytest.raises(Conflict, match="used already"):
        await put(house, again, clip(2.0))
    await house.objects.put(link.upload.object_key, clip(5.0), "audio/mpeg")  # a bucket would take it
    assert (await house.engine.uploads.complete(alice, link.upload.id)).object_key == key
    second = await house.engine.jobs.submit(alice, "vc", {"source": link.upload.id, "voice": "heart"})
    assert second.params["source"] == job.params["source"]


async def test_of_two_that_look_at_once_both_get_the_same(house: House, alice: User) -> None:
    link = await linked(house, alice, clip(1.0))
    looks = [house.engine.uploads.complete(alice, link.upload.id) for _ in range(4)]
    found = await asyncio.gather(*looks)
    assert len({upload.object_key for upload in found}) == 1
    assert await stored(house) == [found[0].object_key]


async def test_it_is_judged_like_any_upload_and_may_be_put_again(house: House, alice: User) -> None:
    complete = house.engine.uploads.complete
    empty = await house.engine.uploads.link(alice, bytes=1000)
    with pytest.raises(Conflict, match="Nothing has come"):
        await complete(alice, empty.upload.id)
    with pytest.raises(NotAllowed, match="1,000 bytes"):
        await put(house, empty, b"x" * 1001)
    await put(house, empty, b"x" * 1000)
    with pytest.raises(ClipUnreadable):
        await complete(alice, empty.upload.id)
    with pytest.raises(InvalidInput, match="too little to hear"):
        await complete(alice, (await linked(house, alice, clip(0.2))).upload.id)
    with pytest.raises(ClipTooLong):
        await house.engine.uploads.link(alice, bytes=MAX_BYTES + 1)
    huge = await linked(house, alice, clip(1.0))
    (house.objects.root / huge.upload.object_key).open("r+b").truncate(MAX_BYTES + 1)  # a bucket that did not look
    with pytest.raises(ClipTooLong):
        await complete(alice, huge.upload.id)


async def test_somebody_elses_link_is_not_there(house: House, alice: User, bob: User) -> None:
    link = await linked(house, alice, clip(1.0))
    with pytest.raises(NotFound):
        await house.engine.uploads.complete(bob, link.upload.id)
    with pytest.raises(NotFound):
        await house.engine.jobs.submit(bob, "vc", {"source": link.upload.id, "voice": "heart"})


async def test_links_without_a_file_are_limited(house: House, alice: User, bob: User) -> None:
    for _ in range(MOST_LINKS):
        await house.engine.uploads.link(alice, bytes=10)
    with pytest.raises(Conflict, match="links wait"):
        await house.engine.uploads.link(alice, bytes=10)
    await house.engine.uploads.link(bob, bytes=10)


async def test_after_a_day_all_that_came_by_a_link_is_purged(house: House, alice: User) -> None:
    unused, used = await linked(house, alice, clip(1.0)), await linked(house, alice, clip(1.0))
    await house.engine.uploads.complete(alice, used.upload.id)
    await house.objects.put(used.upload.object_key, b"late", "audio/mpeg")
    await house.objects.put(f"uploads/{unused.upload.id}/killed.flac", b"between file and row", "audio/flac")
    assert await house.housekeeping.purge_uploads() == 0
    async with begin(house.engine.db) as tx:
        await tx.execute(uploads.update().values(expires_at=now() - timedelta(seconds=1)))
    assert await house.housekeeping.purge_uploads() == 2
    assert await stored(house) == []
    with pytest.raises(NotFound):
        await house.engine.uploads.complete(alice, unused.upload.id)


async def test_who_leaves_takes_along_what_a_link_still_brings(house: House, alice: User) -> None:
    link = await linked(house, alice, clip(1.0))
    await house.engine.privacy.delete(alice)
    assert await stored(house) == []
    await house.objects.put(link.upload.object_key, b"late", "audio/mpeg")
    async with begin(house.engine.db) as tx:
        assert await departures.left_at(tx, alice.id)
        await tx.execute(departed.update().values(left_at=now() - 2 * SETTLED_AFTER))
    await house.housekeeping.sweep_departures()
    assert await stored(house) == []
    assert "uploads" not in await rows_of(house.engine.db, alice)
