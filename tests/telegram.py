"""The Telegram bot in a house of the tests, against the local Bot API server, with the unmodified aiogram client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bernie import compose
from bernie.bench.botapi import BotApi, Person, running
from bots.telegram.client import TelegramBot
from engine import User
from engine.audio import Audio
from engine.codecs import decode, encode
from engine.offers import BuiltInVoice, Model, Offer
from tests.databases import fresh_database
from tests.house import OFFERS, VOICE, House, build
from tests.phrases import phrases

EMMA = BuiltInVoice(id="emma", name="Emma", description="a second tone", language="en-GB", model="tone")
TONES = Model(name="tone", revision="1", voices=(VOICE, EMMA), clones=True)
ALL_THREE = {
    "tts": Offer(capability="tts", models=(TONES,)),
    "vc": Offer(capability="vc", models=(TONES,)),
    "sfx": OFFERS["sfx"],
}


@dataclass
class Chatting:
    """A bot that answers. `person` makes people who use it."""

    api: BotApi
    house: House
    bot: TelegramBot

    def person(self, name: str, language: str = "en") -> Person:
        return Person(self.api, name, language)

    async def user(self, person: Person) -> User:
        return await self.house.engine.users.known_as("telegram", str(person.json["id"]))

    async def balance(self, person: Person) -> int:
        return await self.house.engine.credits.balance(await self.user(person))


@asynccontextmanager
async def chatting(folder: Path, *, works: bool = True, polls: bool = True, **options: Any) -> AsyncIterator[Chatting]:
    """`works`: jobs are run; `polls`: updates are fetched."""
    async with fresh_database("sqlite", folder) as db, running() as api:
        house = build(db, folder, offers=ALL_THREE)
        async with answering(api, house, works=works, polls=polls, **options) as bot:
            yield Chatting(api, house, bot)


@asynccontextmanager
async def answering(
    api: BotApi, house: House, *, works: bool = True, polls: bool = True, delivers: bool = True, **options: Any
) -> AsyncIterator[TelegramBot]:
    """A bot on that server and house, as one process would run it."""
    bot = TelegramBot(house.engine, phrases(), api.token, api_url=api.url, **options)
    stop = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            if polls:
                group.create_task(bot.run(stop))
            if works:
                group.create_task(house.worker.run(stop))
            if delivers:
                group.create_task(compose.outbox(house.engine, [bot.courier]).run(stop))
            try:
                yield bot
            finally:
                stop.set()
                house.engine.signals.wake_all()
    finally:
        await bot.close()


def tone(seconds: float, *, format: str = "ogg", pitch: float = 220) -> bytes:
    import numpy as np

    time = np.arange(round(seconds * 24_000)) / 24_000
    return encode(Audio((np.sin(2 * np.pi * pitch * time) / 2).astype(np.float32), 24_000), format)


def heard(data: bytes) -> Audio:
    return decode(data, max_seconds=600)
