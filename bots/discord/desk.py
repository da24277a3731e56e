"""What every command works with: the engine, the phrases, who asks and what they like, and how a job is ordered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import discord

from bots.discord.address import Interaction
from bots.discord.likes import SURFACE, Likes
from bots.discord.progress import Progress
from bots.discord.reply import Reply
from bots.phrases import Phrases
from engine import Conflict, Engine, Job, Rules, User

AT_ONCE = 4
"""Orders that are placed at a time: more of them would keep the next acknowledgements waiting for the database."""


@dataclass(frozen=True, slots=True)
class Desk:
    engine: Engine
    phrases: Phrases
    progress: Progress
    likes: Likes
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def reply(self, interaction: Interaction) -> Reply:
        """The one of this interaction."""
        if "reply" not in interaction.extras:
            interaction.extras["reply"] = Reply(interaction, self.phrases)
        reply: Reply = interaction.extras["reply"]
        return reply

    async def open(self, interaction: Interaction, *, private: bool | None = True) -> Reply:
        """Acknowledged, and from here on in the reader's language. `private` None: as they like it."""
        reply = self.reply(interaction)
        if private is None:
            likes = await self.likes.of(interaction.user.id)
            # Where it cannot be found out, it is better that too few can read it.
            await reply.acknowledge(private=likes is None or likes.private)
        else:
            await reply.acknowledge(private=private)
            likes = await self.likes.of(interaction.user.id)
        if likes is not None:
            reply.language = self.phrases.language(likes.language, interaction.locale.value)
            reply.bubble = likes.bubbles
        return reply

    async def user(self, who: discord.User | discord.Member) -> User:
        """Made when seen for the first time."""
        return await self.engine.users.known_as(SURFACE, str(who.id), name=who.display_name)

    async def pool(self, interaction: Interaction) -> User | None:
        """What this server has to spend; None in a direct message, and where nobody put anything in."""
        if not interaction.is_guild_integration():
            return None
        return await self.engine.pools.find(SURFACE, str(interaction.guild_id))

    async def order(self, reply: Reply, capability: str, raw: Mapping[str, Any]) -> None:
        """A job whose outcome comes back to this reply. The same interaction makes it once."""
        async with self.turn:
            await self._order(reply, capability, raw)

    async def _order(self, reply: Reply, capability: str, raw: Mapping[str, Any]) -> None:
        interaction = reply.interaction
        user = await self.user(interaction.user)
        options = await self.engine.preferences.fill(user, capability, raw)
        await self._check_place(interaction, user, capability, options)
        try:
            job = await self.engine.jobs.submit(
                user,
                capability,
                options,
                reply_to=reply.address().pack(),
                idempotency_key=f"discord:{interaction.id}",
                pool=await self.pool(interaction),
            )
        except Conflict:
            if reply.is_repeated:
                return  # it was taken the first time, with an upload of its own
            raise
        self._follow(user, job, reply)

    def _follow(self, user: User, job: Job, reply: Reply) -> None:
        if not job.is_final:
            self.progress.follow(user, job, reply)

    async def _check_place(
        self, interaction: Interaction, user: User, capability: str, options: Mapping[str, Any]
    ) -> None:
        if not interaction.is_guild_integration():
            return
        place = await self.engine.places.get(SURFACE, str(interaction.guild_id))
        if place.rules == Rules():
            return
        price = await self.engine.jobs.price(user, capability, options)
        characters = len(str(options.get("text") or ""))
        channel = str(interaction.channel_id)
        await self.engine.places.check(place, channel, user, capability, price, characters=characters)
