"""Reads one text channel aloud in one voice channel of a server, until it is told to stop or nobody is left.

The next message is made while one is heard. What is muted is not read and costs nothing.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import aiohttp
import discord

from bots.discord.aloud.asides import Asides
from bots.discord.aloud.line import Waiting
from bots.discord.aloud.speeches import Speaker, Speech
from bots.discord.aloud.voice import Voice
from bots.discord.desk import Desk

log = logging.getLogger(__name__)

AHEAD = 2
"""Messages under way: one that is heard, one that is made."""
LOOK_SECONDS = 1.0
NO_CONNECTION = (TimeoutError, discord.DiscordException, aiohttp.ClientError, OSError)
Vocal = discord.VoiceChannel | discord.StageChannel


@dataclass(kw_only=True)
class Patience:
    """In seconds. `first_sound`: for a message whose job does not begin; `pause`: between two messages."""

    alone: float = 60.0
    connect: float = 10.0
    hang_up: float = 3.0
    first_sound: float = 30.0
    pause: float = 0.3
    come_back: tuple[float, ...] = (1, 2, 4, 8, 16, 30)


class Reader:
    def __init__(self, desk: Desk, voice: Voice, text_channel_id: int, language: str, patience: Patience) -> None:
        self.guild, self.text_channel_id, self.language = voice.guild, text_channel_id, language
        self.voice = voice
        self.waiting = Waiting()
        self.changed = asyncio.Event()  # somebody came or went
        self.voice_channel_id = voice.channel.id
        self._speaker = Speaker(desk, voice.guild, language, Asides(desk, language))
        self._patience = patience
        self.ended = asyncio.Event()  # and noted
        self._over = asyncio.Event()
        self._room = asyncio.Semaphore(AHEAD)
        self._under_way: asyncio.Queue[Speech] = asyncio.Queue()
        self._all: list[Speech] = []

    @property
    def channel(self) -> Vocal | None:
        channel = self.guild.get_channel(self.voice_channel_id)
        return channel if isinstance(channel, Vocal) else None

    def take(self, message: discord.Message) -> None:
        """In the order in which Discord tells of them: nothing is awaited here."""
        if self.is_audible:
            self.waiting.add(message)

    @property
    def is_audible(self) -> bool:
        """Not while a moderator has muted us, or on a stage to which nobody has invited us."""
        me = self.guild.me.voice
        return me is None or not (me.mute or me.suppress)

    def skip(self) -> bool:
        """The message that is heard, or about to be. False: there is none."""
        if not self._all:
            return False
        self._all[0].drop()
        return True

    def stop(self) -> int:
        """That and all that wait; how many there were."""
        count = self.waiting.clear() + len(self._all)
        for speech in self._all:
            speech.drop()
        return count

    def take_back(self, message_id: int) -> None:
        """It was deleted."""
        self.waiting.remove(message_id)
        for speech in self._all:
            if speech.message.id == message_id:
                speech.drop()

    def leave(self) -> None:
        self._over.set()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                loops = [
                    group.create_task(loop(group)) for loop in (self._make, self._speak, self._stay, self._mind_company)
                ]
                await self._over.wait()
                for loop in [*loops, *(speech.making for speech in self._all)]:
                    if loop is not None:
                        loop.cancel()
        finally:
            await self._hang_up()

    async def _make(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._room.acquire()
            speech = Speech(await self.waiting.next())
            speech.making = group.create_task(self._speaker.make(speech))
            self._all.append(speech)
            self._under_way.put_nowait(speech)

    async def _speak(self, group: asyncio.TaskGroup) -> None:
        while True:
            speech = await self._under_way.get()
            try:
                was_heard = await self._hear(speech)
            finally:
                speech.drop()
                self._all.remove(speech)
                self._room.release()
            if was_heard:
                await asyncio.sleep(self._patience.pause)

    async def _hear(self, speech: Speech) -> bool:
        try:
            async with asyncio.timeout(self._patience.first_sound):
                await speech.begun.wait()
        except TimeoutError:
            log.warning("message not made in time", extra={"message": speech.message.id})
            return False
        was_heard = False
        while not speech.line.is_over:  # where the connection was lost, the rest is said once it is back
            was_heard |= await self._play(speech)
        return was_heard

    async def _play(self, speech: Speech) -> bool:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        voice = await self._connected()
        try:
            voice.play(speech.line, after=lambda error: _tell(loop, ended, error))
        except discord.ClientException as error:  # lost again, in this very moment
            log.info("not played", extra={"message": speech.message.id, "error": str(error)})
            await asyncio.sleep(self._patience.pause)
            return False
        await ended.wait()
        return True

    async def _connected(self) -> Voice:
        while not self.voice.is_connected():
            await asyncio.to_thread(self.voice.wait_until_connected, LOOK_SECONDS)
        return self.voice

    async def _stay(self, group: asyncio.TaskGroup) -> None:
        """Comes back where the connection was lost; leaves where a person hung up on us."""
        while not self._over.is_set():
            await self.voice.over.wait()
            if self.voice.was_put_out or not await self._come_back():
                self._over.set()

    async def _come_back(self) -> bool:
        for pause in self._patience.come_back:
            await asyncio.sleep(pause)
            channel = self.channel
            if channel is None or not company_in(channel):
                return False
            try:
                self.voice = await connect(channel, self._patience)
            except NO_CONNECTION as error:
                log.warning("voice channel not reached", extra={"guild": self.guild.id, "error": repr(error)})
            else:
                return True
        return False

    async def _mind_company(self, group: asyncio.TaskGroup) -> None:
        """Nobody listens: a minute later we are gone."""
        now = asyncio.get_running_loop().time
        until: float | None = None
        while True:
            self.changed.clear()
            channel = self.channel
            if channel is not None and company_in(channel):
                until = None
            elif until is None:
                until = now() + self._patience.alone
            try:
                async with asyncio.timeout_at(until):
                    await self.changed.wait()
            except TimeoutError:
                self._over.set()
                return

    async def _hang_up(self) -> None:
        if self.voice.over.is_set():
            return  # and Discord would not confirm that we leave where we are not
        try:
            async with asyncio.timeout(self._patience.hang_up):
                await self.voice.disconnect(force=True)
        except NO_CONNECTION as error:
            log.info("not hung up", extra={"guild": self.guild.id, "error": repr(error)})


async def connect(channel: Vocal, patience: Patience) -> Voice:
    """Raises one of `NO_CONNECTION`. Deaf: we have no business with what is said there.

    The library's own reconnecting is off: its reader thread goes on waiting at the old socket, half a minute where
    nothing arrives, and to the deaf nothing does. `Reader` makes a new client, with a reader of its own.
    """
    return await channel.connect(cls=Voice, timeout=patience.connect, reconnect=False, self_deaf=True)


def company_in(channel: Vocal) -> bool:
    """Whether a person is there. One whom we do not know more of is a person."""
    known = channel.guild.get_member
    return any((member := known(user_id)) is None or not member.bot for user_id in channel.voice_states)


def _tell(loop: asyncio.AbstractEventLoop, ended: asyncio.Event, error: Exception | None) -> None:
    """From the player's thread."""
    if error is not None:
        log.warning("playing broke off", extra={"error": repr(error)})
    loop.call_soon_threadsafe(ended.set)
