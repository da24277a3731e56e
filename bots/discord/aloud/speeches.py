"""Messages that become sound: each an ordinary job of whoever wrote it, heard while it is made."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

import discord

from bots.discord.aloud.asides import Asides
from bots.discord.aloud.speakable import speakable
from bots.discord.aloud.voice import Line
from bots.discord.desk import Desk
from bots.discord.likes import SURFACE
from bots.discord.making import SPEECH, TEXT
from bots.discord.reply import Refusal
from engine import Place, User, UserError

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Speech:
    """`begun` is set with its first sound, and when there will be none."""

    message: discord.Message
    line: Line = field(default_factory=Line)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    making: asyncio.Task[None] | None = None

    def drop(self) -> None:
        """No more of it is heard; what is not made yet is not made, and not paid."""
        self.line.drop()
        self.begun.set()  # here too: a task that is cancelled before its first step has no last one
        if self.making is not None:
            self.making.cancel()


@dataclass(eq=False)
class Speaker:
    """`language`: of the words between what people write. `_last`: whose message was made last."""

    desk: Desk
    guild: discord.Guild
    language: str
    asides: Asides
    _last: int = 0

    async def make(self, speech: Speech) -> None:
        """Tells whoever wrote it why it cannot be heard, the first time."""
        try:
            await self._make(speech)
        except UserError as error:
            await self.asides.tell(speech.message, error)
        except Exception:
            log.exception("message not read aloud", extra={"message": speech.message.id})
        finally:
            speech.line.close()
            speech.begun.set()

    async def _make(self, speech: Speech) -> None:
        engine, message = self.desk.engine, speech.message
        place = await engine.places.get(SURFACE, str(self.guild.id))
        text = self._text(message, place)
        if not text:
            return
        user = await self._author(message)
        options = await engine.preferences.fill(user, SPEECH, {TEXT: text, "format": "ogg"})
        price = await engine.jobs.price(user, SPEECH, options)
        await engine.places.check(place, str(message.channel.id), user, SPEECH, price)
        pool = await engine.pools.find(SURFACE, str(self.guild.id))
        async with engine.streams.open(user, SPEECH, options, pool=pool) as stream:
            async for packets in stream.opus_packets():
                speech.line.put(packets)
                if packets:
                    speech.begun.set()

    def _text(self, message: discord.Message, place: Place) -> str:
        rules, phrases = place.rules, self.desk.phrases
        most = min(rules.reading_characters, rules.max_characters or rules.reading_characters)
        named = rules.reading_names and message.author.id != self._last

        def say(phrase: str, **values: object) -> str:
            return phrases(self.language, phrase, **values)

        text = speakable(message, say, characters=most, named=named)
        if text:
            self._last = message.author.id
        return text

    async def _author(self, message: discord.Message) -> User:
        """Who sits in a voice channel here is known from now on, as with a first command. Of others only those who have
        used the bot before: nobody gets an account by writing where they may not know of us.
        """
        author = message.author
        if isinstance(author, discord.Member) and author.voice is not None:
            return await self.desk.user(author)
        user = await self.desk.engine.users.find(SURFACE, str(author.id))
        if user is None:
            raise Refusal(self.desk.phrases(self.language, "aloud-unknown"))
        return user
