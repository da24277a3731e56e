"""What a platform tells is kept before it is confirmed, recognised when told again, and forgotten once done."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from engine.clock import now
from store import begin, inbox
from tests.house import House


async def test_what_is_told_twice_is_new_once(house: House) -> None:
    keep = house.engine.inbox.keep
    assert await keep("here", {1: {"a": 1}, 2: {"a": 2}}) == {1, 2}
    assert await keep("here", {2: {"a": 2}, 3: {"a": 3}}) == {3}
    assert await keep("there", {2: {"a": 2}}) == {2}


async def test_what_is_told_to_several_at_once_is_new_to_one_of_them(house: House) -> None:
    told = [house.engine.inbox.keep("here", {number: {} for number in (7, 8, 9)}) for _ in range(4)]
    assert sorted(number for new in await asyncio.gather(*told) for number in new) == [7, 8, 9]


async def test_what_is_not_done_is_there_for_the_next_process_and_the_rest_is_forgotten(house: House) -> None:
    service = house.engine.inbox
    await service.keep("here", {3: {"text": "third ☃"}, 1: {"text": "first"}, 2: {"text": "second"}})
    await service.done("here", [2])
    assert [content["text"] for content in await service.unfinished("here")] == ["first", "third ☃"]
    assert await service.keep("here", {2: {"text": "second"}}) == set()
    async with begin(house.engine.db) as tx:
        await inbox.delete_came(tx, now() + timedelta(seconds=1))
    assert await service.keep("here", {2: {"text": "second"}}) == {2}
