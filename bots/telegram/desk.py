"""What every handler works with: the engine, the phrases, the bot, and who follows a job until its end."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardMarkup, Message, ReplyParameters

from bots.phrases import Phrases
from bots.telegram.address import Address
from bots.telegram.clips import Clips, cut
from bots.telegram.guided import Expected
from bots.telegram.pace import Pace
from bots.telegram.progress import Progress
from engine import Conflict, Engine, Job, Preferences, User, UserError, capability_named

log = logging.getLogger(__name__)

SURFACE = "telegram"
MOST_WAITING = 5
"""Refusals that may wait for their turn in a chat: whoever is refused more often than that has read it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """`stars`: what 1,000 credits cost in Telegram Stars; None: nothing is sold."""

    engine: Engine
    phrases: Phrases
    bot: Bot
    pace: Pace
    progress: Progress
    clips: Clips
    expected: Expected
    stars: int | None

    async def user(self, subject: int, name: str) -> User:
        """Made when seen for the first time."""
        return await self.engine.users.known_as(SURFACE, str(subject), name=name)

    async def likes(self, user: User) -> Preferences:
        return await self.engine.preferences.get(user)

    def tell(self, to: Address, words: str) -> None:
        """Without waiting for its turn, so that a flood of mistakes delays nothing but its own answers."""
        if self.pace.backlog(to.chat_id) < MOST_WAITING:
            self.progress.spawn(self._tell(to, words))

    async def _tell(self, to: Address, words: str) -> None:
        try:
            await self.say(to, words)
        except TelegramAPIError as error:
            log.info("answer not posted", extra={"chat": to.chat_id, "error": str(error)})

    async def say(self, to: Address, words: str, buttons: InlineKeyboardMarkup | None = None, **more: Any) -> Message:
        reply = ReplyParameters(message_id=to.message_id, allow_sending_without_reply=True)
        return await self.bot.send_message(
            to.chat_id,
            cut(words, 4096),
            message_thread_id=to.thread_id,
            reply_parameters=reply if to.message_id else None,
            reply_markup=more.pop("reply_markup", buttons),
            **more,
        )

    async def order(self, user: User, capability: str, raw: Mapping[str, Any], to: Address, key: str) -> Job | None:
        """A job whose outcome goes to that address. The same key makes it once; None: it made another one before."""
        self.progress.show(to.place)
        to = replace(to, voice=await self.voice_name(user, capability, raw))
        try:
            job = await self.engine.jobs.submit(user, capability, raw, reply_to=to.pack(), idempotency_key=key)
        except Conflict as error:
            log.info("update came again", extra={"key": key, "error": error.message})
            return None
        self.progress.follow(user, job, to)
        return job

    async def voice_name(self, user: User, capability: str, raw: Mapping[str, Any]) -> str:
        """For the words below the clip. Empty where there is none, and where the request will be refused anyway."""
        if capability_named(capability).voice_field() is None or self.engine.offers[capability].unavailable:
            return ""
        try:
            voice_id = await self.engine.voices.resolve(user, capability, raw.get("voice"))
            return (await self.engine.voices.info(user, voice_id)).voice.name
        except UserError:
            return ""
