"""That something is read aloud stands in the rules of its place."""

from __future__ import annotations

import pytest

from engine import InvalidInput, Reading
from tests.house import House


async def test_what_is_read_aloud_is_known_by_place_until_it_ends(house: House) -> None:
    places = house.engine.places
    await places.change("discord", "quiet", max_characters=20)
    reading = Reading(text_channel="1", voice_channel="2", language="de")
    await places.change("discord", "loud", reading=reading.model_dump())
    await places.change("discord", "loud", reading_names=True)
    await places.change("telegram", "loud", max_characters=20)
    (found,) = await places.reading("discord")
    assert (found.place_id, found.rules.reading, found.rules.reading_names) == ("loud", reading, True)
    with pytest.raises(InvalidInput):
        await places.change("discord", "loud", reading={"text_channel": "1"})
    await places.change("discord", "loud", reading=None)
    assert await places.reading("discord") == []
