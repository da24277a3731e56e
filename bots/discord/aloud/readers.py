"""All readings of this process, one a server at most. That there is one stands in the rules of the server, so that it
goes on after a restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict

import discord

from bots.discord.aloud.reader import NO_CONNECTION, Patience, Reader, Vocal, company_in, connect
from bots.discord.desk import Desk
from bots.discord.likes import SURFACE
from engine import Reading

log = logging.getLogger(__name__)


class Readers:
    def __init__(self, desk: Desk) -> None:
        self.patience = Patience()
        self._desk = desk
        self._readers: dict[int, Reader] = {}  # by server
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # by server
        self._looking = asyncio.Lock()
        self._remembered: dict[str, Reading] | None = None
        self._stopping = False

    def of(self, guild_id: int | None) -> Reader | None:
        return self._readers.get(guild_id or 0)

    async def join(self, channel: Vocal, text_channel_id: int, language: str) -> Reader:
        """In place of what was read in this server before. Raises one of `NO_CONNECTION`."""
        async with self._turns[channel.guild.id]:
            if before := self.of(channel.guild.id):
                await self._end(before)
            await self._note(channel, text_channel_id, language)
            try:
                voice = await connect(channel, self.patience)
            except BaseException:
                await self._forget(channel.guild.id)
                raise
            reader = Reader(self._desk, voice, text_channel_id, language, self.patience)
            self._readers[channel.guild.id] = reader
            task = asyncio.create_task(self._run(reader))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return reader

    async def leave(self, reader: Reader) -> None:
        async with self._turns[reader.guild.id]:
            await self._end(reader)

    async def stop(self) -> None:
        """The process ends; what is read is read on by the next one."""
        self._stopping = True
        for reader in self._readers.values():
            reader.leave()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self.patience.hang_up + 1)
            for task in late:
                task.cancel()

    async def _end(self, reader: Reader) -> None:
        reader.leave()
        await reader.ended.wait()

    async def _run(self, reader: Reader) -> None:
        try:
            await reader.run()
        except Exception:
            log.exception("reading aloud broke off", extra={"guild": reader.guild.id})
        finally:
            try:
                if not self._stopping:
                    await self._forget(reader.guild.id)
            finally:
                del self._readers[reader.guild.id]
                reader.ended.set()

    async def _note(self, channel: Vocal, text_channel_id: int, language: str) -> None:
        reading = Reading(text_channel=str(text_channel_id), voice_channel=str(channel.id), language=language)
        await self._desk.engine.places.change(SURFACE, str(channel.guild.id), reading=reading.model_dump())

    async def _forget(self, guild_id: int) -> None:
        await self._desk.engine.places.change(SURFACE, str(guild_id), reading=None)

    async def restore(self, guild: discord.Guild) -> None:
        """Goes on where another process was reading, while somebody is there. What was written since is not read."""
        reading = (await self._memory()).pop(str(guild.id), None)
        if reading is None or self.of(guild.id):
            return
        for pause in (0.0, *self.patience.come_back):
            await asyncio.sleep(pause)
            channel = guild.get_channel(int(reading.voice_channel))
            if self.of(guild.id) or self._stopping:
                return
            if not (isinstance(channel, Vocal) and company_in(channel)):
                break
            try:
                await self.join(channel, int(reading.text_channel), reading.language)
            except NO_CONNECTION as error:
                log.warning("not read on yet", extra={"guild": guild.id, "error": repr(error)})
            else:
                return
        await self._forget(guild.id)

    async def _memory(self) -> dict[str, Reading]:
        """What was read when this process began: one look for all servers."""
        async with self._looking:
            if self._remembered is None:
                places = await self._desk.engine.places.reading(SURFACE)
                self._remembered = {place.place_id: place.rules.reading for place in places if place.rules.reading}
        return self._remembered

    # What Discord tells.

    def heard(self, message: discord.Message) -> None:
        """Nothing is awaited, so that messages keep their order."""
        reader = self.of(message.guild.id if message.guild else None)
        if reader and message.channel.id == reader.text_channel_id:
            reader.take(message)

    def deleted(self, guild_id: int | None, message_id: int) -> None:
        if reader := self.of(guild_id):
            reader.take_back(message_id)

    async def moved(self, member: discord.Member, after: discord.VoiceState) -> None:
        """Somebody came or went; or we were taken along to another channel."""
        reader = self.of(member.guild.id)
        if reader is None:
            return
        reader.changed.set()
        if member == member.guild.me and after.channel and after.channel.id != reader.voice_channel_id:
            reader.voice_channel_id = after.channel.id
            await self._note(after.channel, reader.text_channel_id, reader.language)

    def gone(self, guild_id: int, channel_id: int | None = None) -> None:
        """A channel was deleted, or the whole server is out of our reach."""
        reader = self.of(guild_id)
        if reader and channel_id in (None, reader.text_channel_id, reader.voice_channel_id):
            reader.leave()
