"""A place with a voice channel in which the member sits, and tones that tell the messages apart."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio import Audio
from engine.generation import Task
from engine.offers import BuiltInVoice, Model, Offer
from store import Database
from tests.discord.certificates import trust
from tests.discord.hearing import Utterance
from tests.discord.house import Place, place
from tests.discord.person import Asked
from tests.discord.server import Discord
from tests.discord.world import TEXT, VOICE, Channel
from tests.house import OFFERS, tone
from tests.house import VOICE as HEART

ALTO = BuiltInVoice(id="alto", name="Alto", description="a deeper tone", language="en", model="tone")
SPEAKS = OFFERS | {"tts": Offer(capability="tts", models=(Model(name="tone", revision="1", voices=(HEART, ALTO)),))}


@dataclass
class Lounge:
    """`channel`: where people speak; what they write goes to `here.channel`."""

    here: Place
    channel: Channel
    other: Channel  # another voice channel
    elsewhere: Channel  # another text channel

    @property
    def discord(self) -> Discord:
        return self.here.discord

    async def join(self) -> Asked:
        asked = await self.here.member.run("join")
        await asked.words("/leave")
        assert self.discord.voice.is_connected
        return asked

    async def utterances(self, count: int) -> list[Utterance]:
        return await self.discord.voice.heard(count)

    async def heard_packets(self, count: int) -> None:
        call = self.discord.voice.call
        assert call is not None
        await self.discord.world.until(lambda: len(call.hearing.packets) >= count)

    async def update(self) -> None:
        """The bot is told of what has changed about the channel."""
        await self.discord.gateway.dispatch("CHANNEL_UPDATE", self.discord.gateway.channel_data(self.channel))

    async def is_left(self, seconds: float = 10) -> None:
        """By the bot, and it is written down nowhere."""
        bot, readers, guild = self.discord.world.bot.id, self.here.bot.readers, self.here.guild
        await self.discord.world.until(lambda: bot not in guild.voice_states, seconds)
        await soon(lambda: readers.of(guild.id) is None)
        async with asyncio.timeout(10):
            while await self.is_kept():  # noqa: ASYNC110  a row
                await asyncio.sleep(0.02)

    async def is_reading(self) -> None:
        await soon(lambda: self.here.bot.readers.of(self.here.guild.id) is not None)

    async def is_withdrawn(self) -> None:
        """The job of the member's last message, while it runs."""
        user = await self.here.user(self.here.member)
        async with asyncio.timeout(10):
            while not (await self.here.house.engine.jobs.page(user))[0].job.cancel_requested:  # noqa: ASYNC110  a row
                await asyncio.sleep(0.02)

    async def is_kept(self) -> bool:
        rules = (await self.here.house.engine.places.get("discord", str(self.here.guild.id))).rules
        return rules.reading is not None


@asynccontextmanager
async def lounge(db: Database, folder: Path, *, type: int = VOICE, intents: bool = True) -> AsyncIterator[Lounge]:
    async with town(type=type, intents=intents) as discord, sitting(db, folder, discord) as made:
        await discord.enter(made.here.member.account, made.channel)
        yield made


@asynccontextmanager
async def town(*, type: int = VOICE, intents: bool = True) -> AsyncIterator[Discord]:
    """A Discord with voice, and a server in it; no bot yet."""
    trust()
    discord = Discord()
    discord.world.intents_allowed = intents
    async with discord.running(), discord.with_voice():
        guild = discord.world.guild("Here", discord.world.person("olga"))
        for name, kind in {"general": TEXT, "lounge": type, "balcony": VOICE, "elsewhere": TEXT}.items():
            discord.world.channel(name, guild, kind)
        yield discord


@asynccontextmanager
async def sitting(db: Database, folder: Path, discord: Discord) -> AsyncIterator[Lounge]:
    """The bot, until it is stopped."""
    async with place(db, folder, offers=SPEAKS, discord=discord) as here:
        here.house.runner.sound = spoken
        here.bot.readers.patience.pause = 0.05
        await discord.world.until(lambda: discord.world.commands)
        named = {channel.name: channel for channel in discord.world.channels.values()}
        yield Lounge(here, named["lounge"], named["balcony"], named["elsewhere"])


def spoken(task: Task) -> Audio:
    """A number in the text is the pitch, `for 2.5` how many seconds it lasts. Alto is an octave lower."""
    text: str = getattr(task.params, "text", "")
    pitch, seconds = re.search(r"\d+", text), re.search(r"for ([\d.]+)", text)
    octave = 2 if getattr(task.params, "voice", None) == ALTO.id else 1
    return tone(float(pitch[0]) / octave if pitch else 300, float(seconds[1]) if seconds else 0.2)


def pitch_of(utterance: Utterance) -> float:
    samples = utterance.audio.samples
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return float(np.argmax(spectrum) * utterance.audio.sample_rate / (1 << 18))


async def soon(condition: Callable[[], bool]) -> None:
    """For what nobody tells of."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
