"""The whole service reads a channel aloud: understood by an independent ear, killed, and back where it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.audio import join
from tests.discord.certificates import certificate
from tests.discord.lounge import town
from tests.discord.person import Person
from tests.journeys.test_discord_service import connected, service
from tests.listening import transcribe, word_error_rate

pytestmark = pytest.mark.slow
FIRST, SECOND = "The birch canoe slid on the smooth planks.", "Rice is often served in round bowls."


async def test_a_channel_is_read_in_order_and_read_on_by_the_process_after_a_killed_one(tmp_path: Path) -> None:
    trusted = {"SSL_CERT_FILE": str(certificate().path)}
    async with town() as discord:
        guild = discord.world.guilds[0]
        named = {channel.name: channel for channel in discord.world.channels.values()}
        ann = Person(discord, guild.owner, named["general"])
        async with service(tmp_path / "data", discord, **trusted) as first:
            await connected(discord)
            await discord.world.until(lambda: discord.world.commands, 60)
            await discord.enter(ann.account, named["lounge"])
            await (await ann.run("join")).until(lambda message: "/leave" in message.content, 60)
            await ann.say("**Look:** ||nobody may hear this||")
            await ann.say(FIRST)
            await discord.voice.heard(2, 60)
            first.kill()
        await ann.say("This was written while nobody was there.")
        async with service(tmp_path / "data", discord, **trusted):
            await discord.world.until(lambda: len(discord.voice.calls) == 2 and discord.voice.is_connected, 60)
            await asyncio.sleep(0.5)
            await ann.say(SECOND)
            spoken = await discord.voice.heard(3, 60)
    assert discord.voice.problems() == []
    assert max(call.hearing.hurry() for call in discord.voice.calls) <= 15
    expected = f"Look: a spoiler. {FIRST} {SECOND}"
    understood = await asyncio.to_thread(transcribe, join([one.audio for one in spoken]))
    assert word_error_rate(expected, understood) <= 0.25, understood
