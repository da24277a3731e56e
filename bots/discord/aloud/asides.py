"""What one person should know and nobody else: why their messages are not heard. Once, lest it become a nuisance."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import discord

from bots.discord.desk import Desk
from engine import UserError

log = logging.getLogger(__name__)

NOT_HEARD = "🔇"


@dataclass(eq=False)
class Asides:
    """For one reading. `language`: of those who chose none."""

    desk: Desk
    language: str
    _told: set[int] = field(default_factory=set)

    async def tell(self, message: discord.Message, error: UserError) -> None:
        """As a direct message; who takes none finds a mark under what they wrote."""
        author = message.author
        if author.id in self._told:
            return
        self._told.add(author.id)
        phrases = self.desk.phrases
        likes = await self.desk.likes.of(author.id)
        language = phrases.language(likes.language if likes else None, self.language)
        reason = phrases.sentence(language, error.message)
        words = phrases(language, "aloud-not-read", where=message.jump_url, reason=reason)
        try:
            await author.send(words)
        except discord.HTTPException as refused:
            log.info("no direct message", extra={"user": author.id, "error": str(refused)})
            await self._mark(message)

    async def _mark(self, message: discord.Message) -> None:
        try:
            await message.add_reaction(NOT_HEARD)
        except discord.HTTPException as refused:
            log.info("nobody could be told", extra={"message": message.id, "error": str(refused)})
