"""Every odd request for a sound effect is refused in a sentence before a credit moves, or made as ordered and paid."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import InvalidInput, NotFound, UserError
from engine import runners as models
from engine.batcher import Batcher
from engine.capabilities import SfxParams, Source, capability_named
from engine.codecs import decode
from engine.guessed_length import guessed_seconds
from engine.inputs import Inputs
from engine.passing import Passing
from engine.runners import LocalRunners
from engine.selection import offers
from engine.sfx.foley.ability import able
from engine.worker import Worker, WorkerOptions
from store import Database
from tests.databases import KINDS, fresh_database
from tests.house import House, build

WELCOME = 10_000
FOLEY = {"sfx": "foley"}
FULL = {"sfx": "make-an-audio"}


def with_foley(db: Database, folder: Path, choices: dict[str, str]) -> House:
    house = build(db, folder, offers=offers(choices, {"make-an-audio"}))
    local = LocalRunners(["sfx"], models.embedded())
    signals = house.engine.signals
    batcher = Batcher(local, Inputs(db, house.objects), house.objects, signals, Passing(db, signals), clip_days=30)
    worker = Worker(db, house.engine.signals, house.engine.settlement, batcher, WorkerOptions(lanes=1))
    return replace(house, worker=worker)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database("sqlite", tmp_path) as made:
        yield made


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return with_foley(db, tmp_path, FOLEY)


async def refused(house: House, raw: dict[str, Any]) -> UserError:
    """Given the request, and that nothing has happened."""
    user = await house.user("refused")
    with pytest.raises(UserError) as error:
        await house.engine.jobs.submit(user, "sfx", raw)
    assert error.value.message.endswith(".")
    assert await house.engine.credits.balance(user) == WELCOME
    assert await house.engine.jobs.page(user) == []
    return error.value


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("", "`prompt` is empty."),
        (" \t\n ", "`prompt` is empty."),
        ("rain " * 2000, "`prompt` is too long: at most 500 characters."),
        ("雨の音", "know none of the sounds in this prompt"),
        ("дождь и ветер", "know none of the sounds in this prompt"),
        ("مطر غزير", "know none of the sounds in this prompt"),
        ("🌧️🌩️", "know none of the sounds in this prompt"),
        ("\x00\x01\x07\x7f", "know none of the sounds in this prompt"),
        ("\u202e\u200b\ufeff", "know none of the sounds in this prompt"),
        ("\ud83d", "holds broken characters"),
        (7, "must be text"),
        (None, "must be text"),
    ],
)
async def test_a_prompt_without_a_sound_is_refused(house: House, prompt: object, sentence: str) -> None:
    error = await refused(house, {"prompt": prompt, "seconds": 1})
    assert sentence in error.message
    assert error.field == "prompt"


@pytest.mark.parametrize(
    "seconds",
    [0, -1, 0.49, 30.01, 31, 1e308, math.nan, math.inf, -math.inf, "NaN", "inf", "Infinity", "ten", "", [], {}],
)
async def test_a_length_that_is_none_is_refused(house: House, seconds: object) -> None:
    error = await refused(house, {"prompt": "rain", "seconds": seconds})
    assert isinstance(error, InvalidInput)
    assert error.field == "seconds"


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ({"prompt": "rain", "seconds": 0.5}, 0.5),
        ({"prompt": "rain", "seconds": "2.5"}, 2.5),
        ({"prompt": "rain", "seconds": 0.7001}, 0.7001),
        ({"prompt": "rain and thunder", "seconds": 30}, 30),
        ({"prompt": "a door slams"}, 2),
        ({"prompt": "a door slams", "seconds": None}, 2),
        ({"prompt": "1.5 seconds of heavy rain"}, 1.5),
        ({"prompt": "\x1b[31;1m RAIN\x1b[0m\x07 \u202e on a tin roof", "seconds": 1}, 1),
        ({"prompt": "雨 rain дождь", "seconds": 1}, 1),
        ({"prompt": "rain", "seconds": 1.2, "loop": True}, 1.2),
        ({"prompt": "rain", "seconds": 1, "guidance": 10, "quality": "best", "source": None}, 1),
    ],
)
async def test_what_can_be_made_has_its_exact_length_and_costs_its_price(
    house: House, raw: dict[str, Any], seconds: float
) -> None:
    user = await house.user("maker")
    job = await house.engine.jobs.submit(user, "sfx", raw | {"format": "wav"})
    price = math.ceil(40 * seconds)
    assert job.price == price
    await house.worker.run_until_idle()
    status = await house.engine.jobs.get(user, job.id)
    assert status.job.state == "succeeded", status.job.error_message
    assert status.clip is not None
    assert status.clip.model == "foley"
    heard = decode(await house.engine.clips.data(status.clip), max_seconds=60)
    assert len(heard.samples) == round(seconds * heard.sample_rate)
    assert await house.engine.credits.balance(user) == WELCOME - price
    await house.assert_books_exact()


@pytest.mark.parametrize("kind", KINDS)
async def test_control_characters_pass_through_every_database(kind: str, tmp_path: Path) -> None:
    async with fresh_database(kind, tmp_path) as db:
        house = with_foley(db, tmp_path, FOLEY)
        user = await house.user("maker")
        job = await house.engine.jobs.submit(user, "sfx", {"prompt": "rain\x00\x07\x1b", "seconds": 0.5})
        await house.worker.run_until_idle()
        assert (await house.engine.jobs.get(user, job.id)).job.state == "succeeded"
        await house.assert_books_exact()


@pytest.mark.parametrize(
    ("option", "cannot"),
    [
        ({"candidates": 2}, "cannot choose among candidates"),
        ({"negative": "thunder"}, "takes no negative prompt"),
    ],
)
async def test_what_the_synthesiser_cannot_do_is_said_with_the_way_to_the_full_model(
    house: House, option: dict[str, Any], cannot: str
) -> None:
    error = await refused(house, {"prompt": "rain"} | option)
    assert cannot in error.message
    assert "`bernie models pull sfx`" in error.message
    assert error.field == next(iter(option))


def test_the_synthesiser_says_that_it_cannot_start_from_a_clip() -> None:
    params = SfxParams(prompt="rain", source=Source(id="u", key="k", seconds=3))
    with pytest.raises(InvalidInput, match="cannot start from a clip"):
        able(params)


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ({"candidates": 0}, "candidates"),
        ({"candidates": 5}, "candidates"),
        ({"candidates": 1.5}, "candidates"),
        ({"guidance": 0.5}, "guidance"),
        ({"guidance": math.nan}, "guidance"),
        ({"quality": "perfect"}, "quality"),
        ({"strength": 0}, "strength"),
        ({"strength": math.nan}, "strength"),
        ({"negative": "x" * 501}, "negative"),
        ({"loop": "perhaps"}, "loop"),
        ({"source": "upload_of_somebody_else"}, "source"),
        ({"source": {"id": "u", "key": "secret.key", "seconds": 1}}, "source"),
        ({"duration": 3}, "duration"),
    ],
)
async def test_an_option_that_is_wrong_is_refused(house: House, option: dict[str, Any], field: str) -> None:
    assert (await refused(house, {"prompt": "rain"} | option)).field == field


@pytest.mark.parametrize("prompt", ["雨の音", "\x00\x07", "🌧️", "...", "a", "12345"])
async def test_the_full_model_refuses_what_it_cannot_read_before_a_credit_moves(
    db: Database, tmp_path: Path, prompt: str
) -> None:
    error = await refused(with_foley(db, tmp_path, FULL), {"prompt": prompt, "seconds": 1})
    assert "Describe the sound in English words." in error.message


async def test_candidates_are_paid_one_by_one_and_a_clip_to_start_from_gives_the_length(
    db: Database, tmp_path: Path
) -> None:
    house = with_foley(db, tmp_path, FULL)
    user = await house.user("maker")
    raw = {"prompt": "a café, ünusual", "seconds": 1.5, "candidates": 3}
    job = await house.engine.jobs.submit(user, "sfx", raw)
    assert (job.price, job.batch_key.split(":")[1]) == (180, "make-an-audio")
    with pytest.raises(NotFound, match="no such upload"):
        await house.engine.jobs.submit(user, "sfx", raw | {"source": "upload_1"})
    source = {"id": "u", "key": "k", "seconds": 4.4}
    assert capability_named("sfx").price(capability_named("sfx").parse({"prompt": "x", "source": source})) == 176


@pytest.mark.parametrize(
    ("prompt", "seconds"),
    [
        ("a single gunshot", 2),
        ("knocking on a door", 2),
        ("dogs barking", 2),
        ("dogs barking in the rain", 10),
        ("rain on a tin roof", 10),
        ("applause", 10),
        ("something that nobody has heard of", 10),
        ("5 seconds of thunder", 5),
        ("a 12s drone", 12),
        ("0 seconds", 0.5),
        ("900 seconds of wind", 30),
        ("", 10),
        ("3 dogs", 10),
        ("٣ seconds of rain", 10),
    ],
)
def test_a_length_is_guessed_from_the_prompt(prompt: str, seconds: float) -> None:
    assert guessed_seconds(prompt) == seconds


def test_the_clip_to_start_from_is_an_upload() -> None:
    assert capability_named("sfx").upload_fields() == ["source"]
