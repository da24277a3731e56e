"""A local Discord on a free port: REST, gateway and CDN, with Discord's rules. Never anything outside this machine.

`python -m tests.discord` runs it alone, for measurements.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiohttp import web

from tests.discord.gateway import Gateway
from tests.discord.rest import Rest
from tests.discord.voice import VoiceServer
from tests.discord.world import Account, Channel, Guild, Interaction, Message, World, member_of


class Transport(Protocol):
    """How an interaction reaches the bot."""

    async def __call__(self, payload: dict[str, Any]) -> None: ...


class Discord:
    def __init__(self) -> None:
        self.world = World()
        self.rest = Rest(self.world)
        self.gateway = Gateway(self.world)
        self.voice = VoiceServer(self.world)
        self.transport: Transport | None = None  # None: the gateway

    @property
    def api_url(self) -> str:
        return self.world.url + "/api/v10"

    @property
    def gateway_url(self) -> str:
        return self.world.url.replace("http", "ws") + "/gateway"

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[Discord]:
        app = web.Application(middlewares=[self.rest.answer], client_max_size=200 * 2**20)
        app.add_routes([*self.rest.routes(), web.get("/gateway", self.gateway.handle)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        assert site._server is not None
        self.world.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
        try:
            yield self
        finally:
            await self.gateway.drop()
            await runner.cleanup()

    async def ask(self, asked: Interaction) -> None:
        """Hands the interaction to the bot; again when it was handed before."""
        self.world.interactions[asked.token] = asked
        payload = self.payload(asked)
        if self.transport is not None:
            await self.transport(payload)
        else:
            await self.gateway.dispatch("INTERACTION_CREATE", payload)

    def payload(self, asked: Interaction) -> dict[str, Any]:
        guild, world = asked.channel.guild, self.world
        installed = {} if asked.installed_for_user_only or guild is None else {"0": str(guild.id)}
        data: dict[str, Any] = {
            "id": str(asked.id),
            "application_id": str(world.bot.id),
            "type": asked.kind,
            "token": asked.token,
            "version": 1,
            "data": asked.payload,
            "channel_id": str(asked.channel.id),
            "channel": asked.channel.data() | {"permissions": str(asked.channel.bot_permissions)},
            "app_permissions": str(asked.channel.bot_permissions),
            "locale": asked.user.locale,
            "entitlements": [],
            "authorizing_integration_owners": installed or {"1": str(asked.user.id)},
            "context": 0
            if guild
            else (1 if world.bot in asked.channel.people or len(asked.channel.people) == 1 else 2),
            "attachment_size_limit": world.size_limit,
        }
        if asked.source is not None:
            data["message"] = asked.source.data()
        if guild is None:
            return data | {"user": asked.user.data()}
        return data | {
            "guild_id": str(guild.id),
            "guild_locale": "en-US",
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "member": member_of(asked.user, guild),
        }

    @asynccontextmanager
    async def with_voice(self) -> AsyncIterator[VoiceServer]:
        """Voice channels can be joined."""
        async with self.voice.running():
            self.gateway.voice_states.server = self.voice
            yield self.voice

    async def enter(self, account: Account, channel: Channel) -> None:
        await self.gateway.voice_states.put(account, channel)

    async def go(self, account: Account, guild: Guild) -> None:
        """Out of the voice channel they sit in."""
        await self.gateway.voice_states.put(account, None, guild)

    async def say(
        self, account: Account, channel: Channel, content: str = "", *files: tuple[str, bytes, str]
    ) -> Message:
        """A message of a person, which the bot sees as its intents allow."""
        attachments = [self.world.upload(channel, *file) for file in files]
        message = self.world.post(channel, account, content=content, attachments=attachments)
        data = self.rest.seen_by_bot(message)
        if channel.guild is not None:
            data |= {"guild_id": str(channel.guild.id), "member": member_of(account, channel.guild)}
        await self.gateway.dispatch("MESSAGE_CREATE", data)
        return message
