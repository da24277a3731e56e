"""Parts of the Telegram bot that need no Telegram: options, buttons, captions, the pace of posts."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import SendMessage
from hypothesis import given
from hypothesis import strategies as st

from bots.phrases import Phrases
from bots.telegram.address import Address
from bots.telegram.clips import cut
from bots.telegram.keyboards import keyboard, voice_rows
from bots.telegram.options import names, split
from bots.telegram.pace import Pace
from engine import CAPABILITIES, BuiltInVoice, capability_named
from store.columns import new_id

TTS = capability_named("tts")


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda capability: capability.name)
def test_every_option_can_be_written_in_a_word_and_is_one_of_the_capability(capability: Any) -> None:
    offered = names(capability)
    assert offered
    assert set(offered) <= set(capability.params.model_fields)
    assert not {"text", "prompt", "source", "pronunciations", "dictionaries"} & set(offered)


@given(st.text(max_size=60))
def test_words_that_are_no_options_are_left_as_they_are(words: str) -> None:
    raw, rest = split(TTS, f"speed=1.5 {words}")
    assert raw["speed"] == "1.5"
    assert rest in words


@pytest.mark.parametrize(
    ("words", "raw", "rest"),
    [
        ("voice=emma Hello", {"voice": "emma"}, "Hello"),
        ('voice="Grandma Ruth" SPEED=1 Hi', {"voice": "Grandma Ruth", "speed": "1"}, "Hi"),
        ("a=b voice=emma", {}, "a=b voice=emma"),
        ("text=sneaky", {}, "text=sneaky"),
        ("voice=", {}, "voice="),
    ],
)
def test_options_end_where_the_text_begins(words: str, raw: dict[str, str], rest: str) -> None:
    assert split(TTS, words) == (raw, rest)


@given(st.text(max_size=400), st.integers(2, 200))
def test_what_is_cut_fits_as_telegram_counts(text: str, most: int) -> None:
    assert len(cut(text, most).encode("utf-16-le", "surrogatepass")) // 2 <= most


def test_a_button_that_changes_the_voice_of_a_clip_fits_also_for_a_voice_of_ones_own() -> None:
    job = new_id("job").removeprefix("job_")
    voice = BuiltInVoice(id=new_id("voice"), name="Mine", description="", language="en", model="")
    rows = voice_rows([voice] * 20, 1, lambda name: f"use:{job}:{name}", lambda page: f"other:{job}:{page}")
    made = keyboard(rows).inline_keyboard
    assert [len(row) for row in made] == [2, 2, 2, 2, 2]


def test_an_address_of_another_version_is_understood() -> None:
    packed = Address(chat_id=1, user_id=2, voice="Emma").pack()
    del packed["status_id"]
    assert Address.unpack(packed | {"later": True}) == Address(chat_id=1, user_id=2, voice="Emma")


@pytest.mark.parametrize("language", Phrases().languages)
def test_every_phrase_of_the_bot_is_there_in_every_language(language: str) -> None:
    phrases = Phrases()
    for name in _named("en"):
        assert name in _named(language), f"{name} is missing in {language}"
        if name.startswith("telegram-command-"):
            assert len(phrases(language, name)) <= 256


def _named(language: str) -> list[str]:
    from bots.phrases import LOCALES

    lines = (LOCALES / language / "telegram.ftl").read_text("utf-8").splitlines()
    return [line.partition(" =")[0] for line in lines if line.startswith("telegram-")]


async def test_posts_keep_the_pace_of_a_chat_and_of_all_and_obey_a_refusal() -> None:
    pace, sent, refused = Pace(), [], [True]

    async def request(bot: Bot, method: Any) -> Any:
        if method.chat_id == 3 and refused:
            refused.clear()
            raise TelegramRetryAfter(method, "Too Many Requests", retry_after=1)
        sent.append((time.monotonic(), method.chat_id))

    async def post(chat_id: int) -> None:
        await pace(request, cast(Bot, None), SendMessage(chat_id=chat_id, text="x"))

    begun = time.monotonic()
    await asyncio.gather(
        *(post(1) for _ in range(3)), *(post(3) for _ in range(1)), *(post(100 + n) for n in range(40))
    )
    assert len(sent) == 44
    times = sorted(at for at, _ in sent)
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[30:], strict=False))
    mine = [at for at, chat_id in sent if chat_id == 1]
    assert mine[2] - mine[0] >= 1
    assert next(at for at, chat_id in sent if chat_id == 3) - begun >= 1
    assert pace.backlog(1) == 0
