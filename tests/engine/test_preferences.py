"""What users like, and the voices that they find, name and hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine import BuiltInVoice, Conflict, InvalidInput, Model, NotFound, Offer, Preferences, User
from tests.house import VOICE, House, fresh_house
from tests.people import own_voice, rows_of, spoken

BELL = BuiltInVoice(
    id="bf_bell", name="Bell (Tone)", description="British English, female", language="en-GB", model="tone"
)
HEARTH = BuiltInVoice(id="hearth", name="Hearth", description="a low hum", language="de", model="tone")
MODEL = Model(name="tone", revision="1", voices=(VOICE, BELL, HEARTH), clones=True)
OFFERS = {
    "tts": Offer(capability="tts", models=(MODEL,)),
    "vc": Offer(capability="vc", models=(MODEL,)),
    "sfx": Offer(capability="sfx", models=(Model(name="tone", revision="1"),)),
}


@pytest.fixture
async def cloning(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose model has three voices and takes users' own."""
    async with fresh_house("sqlite", tmp_path, offers=OFFERS) as house:
        yield house


@pytest.fixture
async def ann(cloning: House) -> User:
    return await cloning.user("ann")


async def voice_of(house: House, user: User, **options: object) -> str:
    job = await house.engine.jobs.submit(user, "tts", {"text": "Hello", **options})
    return str(job.params["voice"])


async def test_nothing_is_chosen_at_first_and_each_change_keeps_the_others(house: House, alice: User) -> None:
    change = house.engine.preferences.change
    assert await house.engine.preferences.get(alice) == Preferences(user_id=alice.id)
    await change(alice, language="pt-br", speed="1.25", bubbles=True)
    chosen = await change(alice, format="mp3", private=True, voice="HEART", speed=None)
    assert chosen == await house.engine.preferences.get(alice)
    assert chosen == Preferences(
        user_id=alice.id, language="pt-BR", voice="heart", format="mp3", private=True, bubbles=True
    )


async def test_two_changes_at_once_both_count(house: House, alice: User) -> None:
    change = house.engine.preferences.change
    await asyncio.gather(change(alice, speed=0.5), change(alice, private=True), change(alice, format="wav"))
    chosen = await house.engine.preferences.get(alice)
    assert (chosen.speed, chosen.private, chosen.format) == (0.5, True, "wav")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"speed": 7}, "at most 2"),
        ({"speed": float("nan")}, "speed"),
        ({"format": "exe"}, "must be one of"),
        ({"language": "English, please"}, "tag such as"),
        ({"language": "e"}, "tag such as"),
        ({"language": "en-" + "x" * 40}, "too long"),
        ({"voice": "nobody"}, "no voice called 'nobody'"),
        ({"shoe_size": 43}, "not an option"),
        ({"private": "perhaps"}, "private"),
    ],
)
async def test_what_cannot_be_chosen_is_refused_in_a_sentence(
    house: House, alice: User, change: dict[str, object], words: str
) -> None:
    with pytest.raises((InvalidInput, NotFound), match=words) as refused:
        await house.engine.preferences.change(alice, **change)
    assert str(refused.value).endswith(".")
    assert "preferences" not in await rows_of(house.engine.db, alice)


async def test_speed_and_format_fill_in_where_a_request_says_nothing(house: House, alice: User) -> None:
    await house.engine.preferences.change(alice, speed=1.5, format="flac")
    fill = house.engine.preferences.fill
    assert await fill(alice, "tts", {"text": "Hi"}) == {"text": "Hi", "speed": 1.5, "format": "flac"}
    assert await fill(alice, "tts", {"text": "Hi", "speed": 1.0, "format": None}) == {
        "text": "Hi",
        "speed": 1.0,
        "format": "flac",
    }
    assert await fill(alice, "sfx", {"prompt": "rain"}) == {"prompt": "rain", "format": "flac"}


async def test_the_preferred_voice_speaks_when_none_is_named_until_it_is_gone(cloning: House, ann: User) -> None:
    mum = await own_voice(cloning, ann, "Mum")
    assert await voice_of(cloning, ann) == "heart"
    await cloning.engine.preferences.change(ann, voice="mum")
    assert await voice_of(cloning, ann) == mum.id
    assert await voice_of(cloning, ann, voice="bf_bell") == "bf_bell"
    await cloning.engine.voices.delete(ann, mum.id)
    assert await voice_of(cloning, ann) == "heart"


async def test_a_preferred_voice_that_the_model_cannot_take_is_passed_over(tmp_path: Path) -> None:
    offers = dict(OFFERS)
    async with fresh_house("sqlite", tmp_path, offers=offers) as house:
        ann = await house.user("ann")
        await own_voice(house, ann, "Mum")
        await house.engine.preferences.change(ann, voice="Mum")
        offers["tts"] = Offer(capability="tts", models=(Model(name="tone", voices=(HEARTH,)),))
        assert await voice_of(house, ann) == "hearth"
        offers["tts"] = Offer(capability="tts", models=(Model(name="tone", clones=True),))
        assert (await voice_of(house, ann)).startswith("voice_")
        await house.engine.preferences.change(ann, voice=None)
        with pytest.raises(InvalidInput, match="no voice of its own"):
            await voice_of(house, ann)


async def test_somebody_elses_voice_can_neither_be_preferred_nor_touched(cloning: House, ann: User) -> None:
    ben = await cloning.user("ben")
    mum = await own_voice(cloning, ann, "Mum")
    voices = cloning.engine.voices
    for touch in (
        cloning.engine.preferences.change(ben, voice=mum.id),
        voices.rename(ben, mum.id, "Mine"),
        voices.describe(ben, mum.id, "mine"),
        voices.info(ben, mum.id),
        voices.sample(ben, mum.id),
    ):
        with pytest.raises(NotFound):
            await touch
    assert await voices.mine(ann) == [mum]


async def test_a_request_sent_again_is_the_same_though_the_preferred_voice_changed(cloning: House, ann: User) -> None:
    submit, request = cloning.engine.jobs.submit, {"text": "Hello"}
    first = await submit(ann, "tts", request, idempotency_key="k")
    await cloning.engine.preferences.change(ann, voice="bf_bell")
    assert (await submit(ann, "tts", request, idempotency_key="k")).id == first.id
    with pytest.raises(Conflict):
        await submit(ann, "tts", {**request, "voice": "bf_bell"}, idempotency_key="k")


async def test_a_voice_is_renamed_and_described(cloning: House, ann: User) -> None:
    mum, dad = await own_voice(cloning, ann, "Mum"), await own_voice(cloning, ann, "Dad")
    voices = cloning.engine.voices
    renamed = await voices.rename(ann, mum.id, "  mum ")
    assert (renamed.name, renamed.consent_by, renamed.consent_at) == ("mum", mum.consent_by, mum.consent_at)
    for taken in ("DAD", "heart", "Bell (tone)"):
        with pytest.raises(Conflict):
            await voices.rename(ann, mum.id, taken)
    with pytest.raises(InvalidInput):
        await voices.rename(ann, mum.id, " ")
    described = await voices.describe(ann, dad.id, " a tired baritone ", language="de")
    assert (described.description, described.language) == ("a tired baritone", "de")
    assert {voice.name for voice in await voices.mine(ann)} == {"mum", "Dad"}


async def test_a_voice_is_found_by_what_is_typed_beginnings_first(cloning: House, ann: User) -> None:
    await own_voice(cloning, ann, "Sweetheart", description="my aunt from Kent")
    await own_voice(cloning, ann, "Mum")
    search = cloning.engine.voices.search

    async def names(text: str, **options: object) -> list[str]:
        return [voice.name for voice in await search(ann, text, **options)]  # type: ignore[arg-type]

    assert await names("") == ["Heart", "Bell (Tone)", "Hearth", "Mum", "Sweetheart"]
    assert await names("heart") == ["Heart", "Hearth", "Sweetheart"]
    assert await names("HEARTH") == ["Hearth"]
    assert await names("british fem") == ["Bell (Tone)"]
    assert await names("kent") == ["Sweetheart"]
    assert await names("bf_bell") == ["Bell (Tone)"]
    assert await names("en-gb") == ["Bell (Tone)"]
    assert await names("zebra") == []
    assert await names("", limit=2) == ["Heart", "Bell (Tone)"]
    [mum] = await search(ann, "mum")
    assert await search(ann, mum.id) == [mum]
    assert await search(await cloning.user("ben"), "mum") == []


async def test_only_voices_that_can_be_used_are_found_for_a_capability(house: House, alice: User) -> None:
    await own_voice(house, alice, "Mum")
    assert [voice.name for voice in await house.engine.voices.search(alice, "", capability="tts")] == ["Heart"]
    assert [voice.name for voice in await house.engine.voices.search(alice, "")] == ["Heart", "Mum"]


async def test_what_a_voice_is_and_how_it_sounds(cloning: House, ann: User) -> None:
    voices = cloning.engine.voices
    mum = await own_voice(cloning, ann, "Mum")
    await cloning.engine.preferences.change(ann, voice="Mum")
    info = await voices.info(ann, "mum")
    assert (info.voice, info.mine, info.usable_for, info.is_default) == (mum, True, ("tts", "vc"), True)
    built_in = await voices.info(ann, "bf_bell")
    assert (built_in.voice, built_in.mine, built_in.usable_for, built_in.is_default) == (
        BELL,
        False,
        ("tts", "vc"),
        False,
    )
    link = await voices.sample(ann, mum.id)
    assert link is not None
    assert mum.object_key in link
    assert await voices.sample(ann, "bf_bell") is None
    text = voices.preview_text(BELL)
    await cloning.engine.preferences.change(ann, voice="bf_bell")
    assert "Bell." in text
    assert (await spoken(cloning, ann, text)).seconds > 0


async def test_of_a_hundred_voices_the_best_are_offered(cloning: House, ann: User) -> None:
    for number in range(100):
        await own_voice(cloning, ann, f"Voice {number}", description=f"number {number}")
    names = [voice.name for voice in await cloning.engine.voices.search(ann, "number 7")]
    assert names[:2] == ["Voice 7", "Voice 70"]
    assert set(names) == {"Voice 7"} | {f"Voice 7{digit}" for digit in range(10)} | {
        f"Voice {digit}7" for digit in range(1, 10)
    }
    assert len(await cloning.engine.voices.search(ann, "voice")) == 25
