"""How soon the Telegram bot shows that it has understood, 100 chats at once, and whether it keeps Telegram's rates.

The bot, its engine on a fresh SQLite, a worker that makes nothing (each clip is there already) and a strict local Bot
API server share one process, so the figures are the worst that one core gives.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

from bernie import compose
from bernie.bench.botapi import BotApi, Person, running
from bernie.bench.figures import Figure, percentile
from bernie.bench.queue import NoOp
from bots.phrases import Phrases
from bots.telegram.client import TelegramBot
from engine import BuiltInVoice, Clip, Engine, Model, Offer, assemble
from engine.audio import Audio
from engine.batcher import Batcher, Running
from engine.signals import Signals
from engine.worker import Worker, WorkerOptions
from store import connect, schema
from store.folder import Folder

PEOPLE, MESSAGES = 100, 5
LONGEST_SECONDS = 300


class ReadyClips(NoOp):
    """Every job succeeds at once with the same half second of sound."""

    def __init__(self, objects: Folder, sound: bytes) -> None:
        super().__init__(objects)
        self._sound = sound

    async def generate(self, batch: Sequence[Running]) -> list[Clip]:
        clips = [replace(clip, bytes=len(self._sound), seconds=0.5) for clip in await super().generate(batch)]
        for clip in clips:
            await self.objects.put(clip.object_key, self._sound, clip.content_type)
        return clips


def half_a_second() -> bytes:
    import numpy as np

    from engine.codecs import encode

    tone = np.sin(np.arange(12_000) / 20).astype(np.float32) * np.float32(0.5)
    return encode(Audio(tone, 24_000), "ogg")


async def measure(folder: Path) -> list[Figure]:
    """`folder` should lie on the disk that the service uses."""
    db = connect(f"sqlite:///{folder / 'bench.db'}")
    await schema.upgrade(db)
    objects = Folder(folder / "objects", "", b"a secret for the bench only")
    voice = BuiltInVoice(id="none", name="None", description="", language="", model="no-op")
    offers = {"tts": Offer(capability="tts", models=(Model(name="no-op", voices=(voice,)),))}
    engine = assemble(db, objects, offers, Signals())
    batcher = cast(Batcher, ReadyClips(objects, half_a_second()))
    worker = Worker(db, engine.signals, engine.settlement, batcher, WorkerOptions())
    try:
        async with running() as api:
            return await _with_bot(api, engine, worker)
    finally:
        await db.close()


async def _with_bot(api: BotApi, engine: Engine, worker: Worker) -> list[Figure]:
    bot = TelegramBot(engine, Phrases(), api.token, api_url=api.url)
    stop = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            for loop in (bot.run, worker.run, compose.outbox(engine, [bot.courier]).run):
                group.create_task(loop(stop))
            await api.until(lambda: api.calls("deleteWebhook"))
            await _burst(api, [Person(api, "Somebody")], 3)  # warm
            one_each = await _burst(api, [Person(api, f"Person {number}") for number in range(PEOPLE)], 1)
            many = await _burst(api, [Person(api, f"Other {number}") for number in range(PEOPLE)], MESSAGES)
            stop.set()
            engine.signals.wake_all()
    finally:
        await bot.close()
    return [
        *_figures(f"{PEOPLE} chats, a message each", one_each),
        *_figures(f"{PEOPLE} chats, {PEOPLE * MESSAGES} messages", many),
        Figure("posts that Telegram refused for their rate (429)", api.rates.refused, "", "0"),
    ]


def _figures(what: str, measured: tuple[list[float], int, float]) -> list[Figure]:
    waits, lost, seconds = measured
    return [
        Figure(f"{what}: update to first chat action, p50", percentile(waits, 0.5) * 1e3, "ms"),
        Figure(f"{what}: update to first chat action, p99", percentile(waits, 0.99) * 1e3, "ms", "at most 500"),
        Figure(f"{what}: without their voice note", lost, "", "0"),
        Figure(f"{what}: until the last voice note", seconds, "s", "30 posts a second at most"),
    ]


async def _burst(api: BotApi, people: list[Person], messages: int) -> tuple[list[float], int, float]:
    """Seconds from each chat's first update to its first chat action; messages unanswered; seconds in all."""
    posts = [(person, number) for person in people for number in range(messages)]
    random.Random(7).shuffle(posts)  # noqa: S311  the same order each time
    asked: dict[int, float] = {}
    begun = time.monotonic()
    for person, number in posts:
        asked.setdefault(person.home.chat.id, time.monotonic())
        await person.says(f"This is message {number}.")
    chats = [person.home.chat for person in people]

    def answered() -> bool:
        return all(sum("voice" in message for message in chat.messages.values()) >= messages for chat in chats)

    with suppress(AssertionError):
        await api.until(answered, LONGEST_SECONDS)
    lost = sum(messages - sum("voice" in message for message in chat.messages.values()) for chat in chats)
    shown: dict[int, float] = {}
    for call in api.calls("sendChatAction"):
        shown.setdefault(int(call.params["chat_id"]), call.at)
    waits = [shown.get(chat_id, begun + LONGEST_SECONDS) - at for chat_id, at in asked.items()]
    return waits, lost, time.monotonic() - begun
