"""The whole service with its Discord bot, as a process: recognised by an independent ear, killed, started again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.discord.house import KEY, signed
from tests.discord.person import Person
from tests.discord.server import Discord
from tests.discord.world import Halt
from tests.listening import transcribe, word_error_rate
from tests.service import Service, start

pytestmark = pytest.mark.slow
SENTENCE = "The birch canoe slid on the smooth planks."


def settings(discord: Discord, **more: str) -> dict[str, str]:
    return {
        "BERNIE_DISCORD__TOKEN": discord.world.token,
        "BERNIE_DISCORD__API_URL": discord.api_url,
        "BERNIE_DISCORD__GATEWAY_URL": discord.gateway_url,
        **more,
    }


@asynccontextmanager
async def service(data: Path, discord: Discord, **more: str) -> AsyncIterator[Service]:
    started = await asyncio.to_thread(start, data, extra_env=settings(discord, **more))
    try:
        yield started
    finally:
        if started.process.poll() is None:
            await asyncio.to_thread(started.stop)
        assert started.process.stdout is not None
        started.process.stdout.close()


def somebody(discord: Discord) -> Person:
    owner = discord.world.person("olga")
    return Person(discord, owner, discord.world.channel("general", discord.world.guild("Here", owner)))


async def connected(discord: Discord) -> None:
    await discord.world.until(lambda: discord.gateway.is_connected, 60)


async def test_what_is_posted_is_understood_by_an_ear_that_knows_nothing_of_us(tmp_path: Path) -> None:
    async with Discord().running() as discord:
        person = somebody(discord)
        async with service(tmp_path / "data", discord):
            await connected(discord)
            asked = await person.run("tts", text=SENTENCE)
            message = await asked.until(lambda message: message.attachments, 90)
    heard = await asyncio.to_thread(transcribe, discord.world.file_of(message.attachments[0]))
    assert word_error_rate(SENTENCE, heard) <= 0.25


@pytest.mark.parametrize("after", [False, True], ids=["before Discord has it", "before we know that Discord has it"])
async def test_a_reply_whose_bot_was_killed_is_there_once_after_the_restart(tmp_path: Path, after: bool) -> None:
    data = tmp_path / "data"
    async with Discord().running() as discord:
        person = somebody(discord)
        async with service(data, discord) as first:
            await connected(discord)
            halt = Halt("PATCH", r"/webhooks/.*/messages/\d+$", after=after)
            discord.world.halts.append(halt)
            asked = await person.run("tts", text="Hello")
            await asyncio.wait_for(halt.reached.wait(), 60)
            first.kill()
        discord.world.halts.clear()
        halt.let_go.set()
        async with service(data, discord):
            await connected(discord)
            # The process before has claimed the delivery for a minute; the one that owns the folder does not wait.
            message = await asked.until(lambda message: message.attachments, 20)
            await until_delivered(data)
            again = await person.press(message, "Again")
            await again.clip()
    clips = [m for m in person.channel.messages.values() if m.attachments and m is not again.original]
    assert clips == [asked.original]
    assert len(message.attachments) == 1


async def until_delivered(data: Path) -> None:
    async with asyncio.timeout(30):
        while True:
            with sqlite3.connect(data / "bernie.db") as db:
                if not db.execute("select count(*) from deliveries where delivered_at is null").fetchone()[0]:
                    return
            await asyncio.sleep(0.1)


async def test_an_interactions_url_takes_only_what_discord_has_signed(tmp_path: Path) -> None:
    key = KEY.verify_key.encode().hex()
    async with Discord().running() as discord:
        person = somebody(discord)
        async with service(tmp_path / "data", discord, BERNIE_DISCORD__PUBLIC_KEY=key) as running:
            await connected(discord)

            async def post(payload: dict[str, object]) -> None:
                body, headers = signed(payload)
                async with running_client(running) as client:
                    answer = await client.post("/discord/interactions", content=body, headers=headers)
                assert answer.status_code == 202

            discord.transport = post
            asked = await person.run("tts", text="Hello")
            await asked.until(lambda message: message.attachments, 60)


def running_client(running: Service):  # type: ignore[no-untyped-def]
    import httpx

    return httpx.AsyncClient(base_url=running.url, timeout=30)


async def test_a_token_that_discord_does_not_know_is_said_at_the_start(tmp_path: Path) -> None:
    async with Discord().running() as discord:
        wrong = settings(discord) | {"BERNIE_DISCORD__TOKEN": "of another bot"}
        with pytest.raises(AssertionError, match=r"(?s)exit status 1.*Discord does not know this token"):
            await asyncio.to_thread(start, tmp_path / "data", extra_env=wrong)


async def test_a_bot_that_starts_while_discord_is_away_comes_in_later(tmp_path: Path) -> None:
    discord = Discord()
    async with discord.running():
        port = int(discord.world.url.rsplit(":", 1)[1])
    async with service(tmp_path / "data", discord) as running:
        async with running_client(running) as client:
            assert (await client.get("/healthz")).status_code == 200
        person = somebody(discord)
        async with discord.running(port):
            await connected(discord)
            await (await person.run("tts", text="Hello")).until(lambda message: message.attachments, 60)
