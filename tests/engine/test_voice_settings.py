"""Voices of users' own: their labels, and how they speak when a request does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import InvalidInput, NotAllowed, NotFound, User
from store import Database
from tests.engine.test_uploads import OFFERS
from tests.house import House, build
from tests.people import own_voice


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return build(db, tmp_path, offers=OFFERS)


async def test_a_voice_speaks_as_its_user_has_set_it_where_a_request_does_not_say(
    house: House, alice: User, bob: User
) -> None:
    voice = await own_voice(house, alice, "Tuned")
    await house.engine.voices.tune(alice, voice.id, {"speed": 0.8, "stability": 0.0})
    await house.engine.voices.tune(alice, voice.id, {"stability": 1.0})

    async def params(**options: object) -> tuple[float, float, float]:
        job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello", **options})
        return job.params["speed"], job.params["beta"], job.params["guidance"]

    assert await params(voice="tuned") == (0.8, 0.5, 1.0)
    assert await params(voice=voice.id, speed=1.0, guidance=2.0) == (1.0, 0.5, 2.0)
    assert await params(voice="heart") == (1.0, 0.7, 1.0)
    with pytest.raises(NotFound):
        await house.engine.voices.tune(bob, voice.id, {"speed": 2.0})
    with pytest.raises(NotAllowed):
        await house.engine.voices.tune(alice, "heart", {"speed": 2.0})
    await house.engine.preferences.change(alice, voice=voice.id)
    assert await params() == (0.8, 0.5, 1.0), "also as the voice that is preferred"


async def test_labels_are_replaced_and_other_words_leave_them(house: House, alice: User, bob: User) -> None:
    voice = await own_voice(house, alice, "Named")
    assert (voice.labels, voice.settings) == (None, None)
    await house.engine.voices.label(alice, voice.id, {"accent": "none", "a\0ge": "old"})
    await house.engine.voices.rename(alice, voice.id, "Renamed")
    await house.engine.voices.tune(alice, voice.id, {"speed": 0.8})
    [kept] = await house.engine.voices.mine(alice)
    assert (kept.name, kept.labels, kept.settings) == ("Renamed", {"accent": "none", "age": "old"}, {"speed": 0.8})
    assert (await house.engine.voices.label(alice, voice.id, {})).labels is None
    with pytest.raises(InvalidInput, match="labels"):
        await house.engine.voices.label(alice, voice.id, {str(number): "x" for number in range(51)})
    with pytest.raises(NotFound):
        await house.engine.voices.label(bob, voice.id, {"accent": "mine"})


async def test_only_its_user_gets_the_recording_of_a_voice(house: House, alice: User, bob: User) -> None:
    voice = await own_voice(house, alice, "Heard")
    assert await house.engine.voices.recording(alice, voice.id) == b"fLaC"
    for user, voice_id in ((bob, voice.id), (alice, "heart")):
        with pytest.raises(NotFound):
            await house.engine.voices.recording(user, voice_id)
    await house.objects.delete([voice.object_key])
    with pytest.raises(NotFound, match="no longer there"):
        await house.engine.voices.recording(alice, voice.id)
