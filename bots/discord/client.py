"""The bot: discord.py's client, its commands, and where presses and windows arrive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.discord import admin, history, making, people, presses, voices
from bots.discord.address import Interaction
from bots.discord.aloud import commands as aloud
from bots.discord.aloud.readers import Readers
from bots.discord.buttons import Choose, Press
from bots.discord.courier import DiscordCourier
from bots.discord.desk import Desk
from bots.discord.hooks import hook_group
from bots.discord.letters import Writer
from bots.discord.likes import Likes
from bots.discord.progress import Progress
from bots.discord.translator import Translator
from bots.phrases import Phrases
from engine import Engine, ServiceError

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


def repoint(api_url: str | None, gateway_url: str | None) -> None:
    """For a server other than Discord's own. The library keeps both addresses in its classes."""
    if api_url:
        Route.BASE = api_url.rstrip("/")
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


class Tree(app_commands.CommandTree["Bot"]):
    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Every command ends here when it cannot do what was asked."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        reply = interaction.extras.get("reply") or self.client.desk.reply(interaction)
        try:
            await reply.explain(cause)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as unheard:
            log.warning("nobody could be told", extra={"interaction": interaction.id, "error": str(unheard)})


class BadToken(Exception):
    """Discord does not know it."""


class Bot(discord.Client):
    """`log_in`, then `run_until` the stop event, then `close`."""

    def __init__(self, engine: Engine, phrases: Phrases, token: str) -> None:
        self._token = token
        # The library keeps this very object: what the application may have is added once it is known.
        self._wanted = discord.Intents(guilds=True, voice_states=True, guild_messages=True)
        super().__init__(intents=self._wanted, allowed_mentions=discord.AllowedMentions.none(), max_messages=None)
        self.desk = Desk(engine, phrases, Progress(engine), Likes(engine))
        self.readers = Readers(self.desk)
        self.tree = Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self._presses: set[asyncio.Task[None]] = set()
        self.add_dynamic_items(Press, Choose)
        for declared in (making.commands, making.menus, history.commands, people.commands):
            for command in declared(self.desk):
                self.tree.add_command(command)
        for command in aloud.commands(self.desk, self.readers):
            self.tree.add_command(command)
        for grouped in (voices.voice_group, people.credits_group, people.privacy_group, hook_group, admin.admin_group):
            self.tree.add_command(grouped(self.desk))

    def courier(self) -> DiscordCourier:
        clips, voices = self.desk.engine.clips, self.desk.engine.voices
        names = {voice.id: voice.name for voice in voices.built_in()}
        writer = Writer(self.desk.phrases, clips.data, clips.filename, names)
        return DiscordCourier(self, writer, self.desk.progress)

    async def log_in(self) -> None:
        """Raises `BadToken`. While Discord does not answer it is left to `run_until`."""
        if self.user is not None or not await self._is_reachable():
            return
        try:
            await self.login(self._token)
        except discord.LoginFailure as error:
            raise BadToken from error

    async def _is_reachable(self) -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{Route.BASE}/gateway") as answer:
                return answer.status == HTTPStatus.OK
        except (aiohttp.ClientError, OSError) as error:
            log.warning("Discord does not answer", extra={"error": str(error)})
            return False

    async def run_until(self, stop: asyncio.Event, *, gateway: bool) -> None:
        """Logs in when that was not possible before, and listens at the gateway if so wished."""
        while self.user is None and not stop.is_set():
            await self.log_in()
            if self.user is None:
                await _wait(stop, RETRY_SECONDS)
        connected = asyncio.create_task(self.connect()) if gateway and not stop.is_set() else None
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopped, connected} if connected else {stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            await self.readers.stop()  # while the gateway still listens: leaving is confirmed by it
            if connected:
                connected.cancel()
        if connected and connected.done():
            await connected  # raises why it ended by itself

    async def setup_hook(self) -> None:
        if (flags := self.application_flags).gateway_message_content or flags.gateway_message_content_limited:
            self._wanted.dm_messages = self._wanted.message_content = True
        else:
            log.warning("the message content intent is off: audio in a channel is not found, only mentions read aloud")
        await self.tree.set_translator(Translator(self.desk.phrases))
        await self.tree.sync()

    def receive(self, payload: Mapping[str, Any]) -> None:
        """An interaction that came over HTTP goes the way of those from the gateway, for which discord.py has no
        public door. Raises `ServiceError` before we are logged in.
        """
        if self.user is None:
            raise ServiceError("not logged in at Discord yet", retryable=True)
        self._connection.parsers["INTERACTION_CREATE"](payload)

    async def pressed(self, interaction: Interaction, verb: str, rest: str, values: list[str]) -> None:
        await presses.pressed(self.desk, interaction, verb, rest, values)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Windows: the library knows only those that this very process opened."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        verb, _, carried = str(data["custom_id"]).partition(":")
        if verb == making.WINDOW:
            try:
                await making.filled_in(self.desk, interaction, carried, filled(data["components"]))
            except Exception as error:
                await self.desk.reply(interaction).explain(error)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self.readers.restore(guild)

    async def on_message(self, message: discord.Message) -> None:
        self.readers.heard(message)

    async def on_raw_message_delete(self, deleted: discord.RawMessageDeleteEvent) -> None:
        self.readers.deleted(deleted.guild_id, deleted.message_id)

    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        await self.readers.moved(member, after)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.readers.gone(channel.guild.id, channel.id)

    async def on_raw_thread_delete(self, deleted: discord.RawThreadDeleteEvent) -> None:
        self.readers.gone(deleted.guild_id, deleted.thread_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.readers.gone(guild.id)

    async def close(self) -> None:
        await self.desk.progress.stop()
        await super().close()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


def filled(rows: list[dict[str, Any]]) -> dict[str, str]:
    """What stands in the fields of a window, by their ids."""
    fields = [field for row in rows for field in row.get("components", [row.get("component")])]
    return {field["custom_id"]: field.get("value", "") for field in fields if field}
