"""What of a message is said, as discord.py has it from Discord."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bots.discord.aloud.line import is_for_ears
from bots.discord.aloud.speakable import is_command, speakable, words_of
from tests.discord.gateway import Gateway
from tests.discord.rest import Rest
from tests.discord.world import Message, World, snowflake
from tests.phrases import phrases

WORLD = World(bot=World().bot)
OLGA = WORLD.person("olga")
GUILD = WORLD.guild("Here", OLGA)
GENERAL = WORLD.channel("general-talk", GUILD)
# Drawn anew in each process, so they stay out of the names of tests.
IDS = {"olga": OLGA.id, "bot": WORLD.bot.id, "general": GENERAL.id, "everyone": GUILD.id}


def message(content: str, **more: Any) -> discord.Message:
    """Of Olga, in #general-talk."""
    client = discord.Client(intents=discord.Intents.none())
    state: Any = client._connection
    state.user = discord.ClientUser(state=state, data=WORLD.bot.data())  # type: ignore[arg-type]
    guild = discord.Guild(data=Gateway(WORLD).guild_data(GUILD), state=state)  # type: ignore[arg-type]
    state._guilds = {guild.id: guild}
    data: Any = Rest(WORLD).seen_by_bot(Message(snowflake(), GENERAL, OLGA, content)) | more
    channel: Any = guild.get_channel(GENERAL.id)
    return discord.Message(state=state, channel=channel, data=data)


def say(phrase: str, **values: Any) -> str:
    return phrases()("en", phrase, **values)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Hello there", "Hello there"),
        ("  two\n\nlines ", "two lines"),
        ("see https://example.org/a?b=c#d now", "see a link now"),
        ("<https://example.org>", "a link"),
        ("[the docs](https://example.org/docs) help", "the docs help"),
        ("run ```py\nprint('x')\n``` first", "run code first"),
        ("an open ```block", "an open code"),
        ("run `make test` first", "run make test first"),
        ("he is ||the murderer|| indeed", "he is a spoiler indeed"),
        ("nice <:catJAM_wave:123456789012345678> yes", "nice cat JAM wave yes"),
        ("<a:party:123456789012345678>", "party"),
        (
            "**bold** and *slanted* and ***both*** and __under__ and ~~gone~~",
            "bold and slanted and both and under and gone",
        ),
        ("**bold with *slanted* within**", "bold with slanted within"),
        ("a snake_case_name stays", "a snake_case_name stays"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("> quoted\nanswer", "quoted answer"),
        ("# Title\n-# small\n- item", "Title small item"),
        ("nooooooooo!!!!!!!", "nooo!!!"),
        ("at <t:1700000000:R>", "at a time"),
        ("try </voice add:123456789012345678>", "try voice add"),
        ("<@{olga}> look", "Olga look"),
        ("<@{bot}> say this", "say this"),
        ("in <#{general}>", "in general talk"),
        ("hey <@&{everyone}>", "hey @everyone"),
        ("<@123456789012345678> who?", "who?"),
    ],
)
def test_a_message_is_made_words(written: str, said: str) -> None:
    assert words_of(message(written.format_map(IDS)), say) == said


@pytest.mark.parametrize("nothing", ["", "🎉🎉", "…", "<@123456789012345678>", "||"])
def test_where_nothing_can_be_said_nothing_is(nothing: str) -> None:
    assert speakable(message(nothing), say, characters=300, named=True) == ""


def test_a_long_message_ends_between_two_words() -> None:
    said = speakable(message("word " * 100), say, characters=40, named=False)
    assert said == "word word word word word word and so on"
    assert len(speakable(message("wo" * 50), say, characters=40, named=False)) == 40


def test_the_name_comes_first_where_it_is_wished() -> None:
    assert speakable(message("hello"), say, characters=300, named=True) == "Olga says: hello"


def test_pictures_files_and_stickers_are_told_of() -> None:
    files = [WORLD.upload(GENERAL, f"{n}.png", b"png", "image/png") for n in range(2)]
    files.append(WORLD.upload(GENERAL, "a.zip", b"zip", "application/zip"))
    sticker = {"id": "1", "name": "Wave", "format_type": 1}
    with_all = message("look", attachments=files, sticker_items=[sticker])
    said = speakable(with_all, say, characters=300, named=False)
    assert said == "look Olga sent 2 pictures. Olga sent a file. Olga sent a sticker: Wave."


@pytest.mark.parametrize(
    ("written", "command"),
    [("!play this", True), ("/tts hi", True), (".help", True), ("... well", False), ("-5", False)],
)
def test_commands_for_other_bots_are_known_by_how_they_begin(written: str, command: bool) -> None:
    assert is_command(message(written)) is command


@pytest.mark.parametrize(
    "more", [{"type": 7}, {"webhook_id": "5"}, {"id": "175928847299117063"}], ids=["joined", "webhook", "years old"]
)
def test_what_nobody_wrote_just_now_is_not_for_ears(more: dict[str, Any]) -> None:
    assert is_for_ears(message("hello"))
    assert not is_for_ears(message("hello", **more))
