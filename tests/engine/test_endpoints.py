"""Endpoints: what they may be given, and what is refused with which sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import InvalidInput, NotFound, User
from engine.clock import now
from engine.egress import Egress
from engine.endpoint_rules import MOST_HEADERS, RESERVED
from engine.endpoints import MOST_ENDPOINTS
from store import Database
from tests.house import House, build

URL = "https://hooks.example/in?key=1"


async def resolve(host: str, port: int) -> Sequence[str]:
    if host == "slow.example":
        await asyncio.sleep(60)
    if host == "nowhere.example":
        raise OSError("no such name")
    return ["127.0.0.1"] if host == "inside.example" else ["8.8.8.8"]


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return build(db, tmp_path, egress=lambda: Egress(resolve=resolve))


async def test_an_endpoint_is_kept_as_it_was_given(house: House, alice: User) -> None:
    made = await house.engine.endpoints.create(
        alice,
        f"  {URL} ",
        name=" Mine ",
        description="for the shop",
        events=["job.failed", "job.succeeded", "job.failed"],
        headers={"X-Team": " blue ", "Authorization": "Bearer theirs"},
        per_second=5,
    )
    found = await house.engine.endpoints.get(alice, made.id)
    assert found == made
    assert (found.url, found.name, found.events) == (URL, "Mine", ["job.failed", "job.succeeded"])
    assert found.headers == {"x-team": "blue", "authorization": "Bearer theirs"}
    assert found.secret.startswith("whsec_")
    assert found.secret not in repr(found)
    assert "theirs" not in repr(found)
    assert await house.engine.endpoints.mine(alice) == [made]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"url": "ftp://example.org"}, "url", "begins with https"),
        ({"url": "http://inside.example/"}, "url", r"leads to 127\.0\.0\.1, which is not a public address"),
        ({"url": "http://nowhere.example/"}, "url", "does not resolve"),
        ({"name": "x" * 101}, "name", "at most 100"),
        ({"description": "x" * 201}, "description", "at most 200"),
        ({"events": ["job.finished"]}, "events", "There is no event 'job.finished'. Choose from: credits.exhausted,"),
        ({"headers": {"a b": "c"}}, "headers", "cannot be sent"),
        ({"headers": {"a": "b\r\nc: d"}}, "headers", "cannot be sent"),
        ({"headers": {"a": "é"}}, "headers", "cannot be sent"),
        ({"headers": {"a": "x" * 1001}}, "headers", "cannot be sent"),
        ({"headers": {f"a{number}": "" for number in range(MOST_HEADERS + 1)}}, "headers", "At most 10"),
        ({"headers": {"Webhook-Id": "1"}}, "headers", "set by the service"),
        ({"per_second": 0}, "per_second", "1 to 1,000"),
        ({"per_second": 1001}, "per_second", "1 to 1,000"),
        *(({"headers": {name.title(): "1"}}, "headers", "set by the service") for name in sorted(RESERVED)),
    ],
)
async def test_what_cannot_be_is_refused_when_made_and_when_changed(
    house: House, alice: User, fields: dict[str, Any], field: str, sentence: str
) -> None:
    endpoints = house.engine.endpoints
    with pytest.raises(InvalidInput, match=sentence) as refused:
        await endpoints.create(alice, **{"url": URL} | fields)
    assert refused.value.field == field
    assert await endpoints.mine(alice) == []
    made = await endpoints.create(alice, URL)
    with pytest.raises(InvalidInput, match=sentence):
        await endpoints.change(alice, made.id, **fields)
    assert await endpoints.get(alice, made.id) == made


async def test_a_name_that_takes_long_to_resolve_is_let_in_and_judged_when_it_is_used(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.endpoints.LOOKUP_SECONDS", 0.05)
    assert (await house.engine.endpoints.create(alice, "https://slow.example/")).enabled


async def test_only_what_is_given_changes(house: House, alice: User) -> None:
    endpoints = house.engine.endpoints
    made = await endpoints.create(alice, URL, name="Mine", headers={"a": "b"}, per_second=5, events=["job.failed"])
    changed = await endpoints.change(alice, made.id, per_second=None, events=[])
    assert await endpoints.get(alice, made.id) == changed
    assert (changed.name, changed.headers, changed.per_second, changed.events) == ("Mine", {"a": "b"}, None, [])
    assert (await endpoints.change(alice, made.id, headers={})).headers is None
    assert await endpoints.change(alice, made.id) == await endpoints.get(alice, made.id)


async def test_an_endpoint_is_nobody_elses_business(house: House, alice: User, bob: User) -> None:
    endpoints = house.engine.endpoints
    made = await endpoints.create(alice, URL)
    for attempt in (
        endpoints.get(bob, made.id),
        endpoints.change(bob, made.id, enabled=False),
        endpoints.delete(bob, made.id),
        endpoints.rotate(bob, made.id),
        house.engine.deliveries.page(bob, made.id),
        house.engine.deliveries.ping(bob, made.id),
        house.engine.deliveries.recover(bob, made.id, now()),
    ):
        with pytest.raises(NotFound, match="You have no such endpoint"):
            await attempt
    assert await endpoints.get(alice, made.id) == made
    assert await endpoints.mine(bob) == []


async def test_there_is_a_limit_that_two_requests_at_once_do_not_pass(house: House, alice: User) -> None:
    endpoints = house.engine.endpoints
    made = await asyncio.gather(
        *(endpoints.create(alice, URL) for _ in range(MOST_ENDPOINTS + 5)), return_exceptions=True
    )
    refused = [one for one in made if isinstance(one, InvalidInput)]
    assert (len(refused), len(await endpoints.mine(alice))) == (5, MOST_ENDPOINTS)
    assert "Delete one first" in str(refused[0])


async def test_asked_by_many_at_once_the_one_for_addresses_of_jobs_is_made_once(house: House, alice: User) -> None:
    found = await asyncio.gather(*(house.engine.endpoints.one_off(alice) for _ in range(10)))
    assert len({one.id for one in found}) == 1
    assert await house.engine.endpoints.mine(alice) == []
    with pytest.raises(InvalidInput, match="only its headers"):
        await house.engine.endpoints.change(alice, found[0].id, enabled=False)
    with pytest.raises(InvalidInput, match="no address of its own"):
        await house.engine.deliveries.ping(alice, found[0].id)


async def test_a_rotation_keeps_the_old_secret_for_as_long_as_it_says(house: House, alice: User) -> None:
    made = await house.engine.endpoints.create(alice, URL)
    rotated = await house.engine.endpoints.rotate(alice, made.id, keep=timedelta(hours=1))
    assert await house.engine.endpoints.get(alice, made.id) == rotated
    assert rotated.secret != made.secret
    assert rotated.old_secret == made.secret
    assert rotated.old_secret_until is not None
    assert timedelta(minutes=59) < rotated.old_secret_until - now() <= timedelta(hours=1)
    leaked = await house.engine.endpoints.rotate(alice, made.id, keep=timedelta(0))
    assert (leaked.old_secret, leaked.old_secret_until) == (None, None)
