"""/join, /skip, /stop and /leave: a text channel read aloud in the voice channel of whoever asks."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots.discord.address import Interaction
from bots.discord.aloud.reader import NO_CONNECTION, Reader, Vocal, company_in
from bots.discord.aloud.readers import Readers
from bots.discord.desk import Desk
from bots.discord.groups import described
from bots.discord.likes import SURFACE
from bots.discord.making import SPEECH
from bots.discord.refusals import names_of
from bots.discord.reply import Refusal, Reply

log = logging.getLogger(__name__)

LIBRARIES = ("nacl", "davey")
"""What discord.py cannot enter a voice channel without."""
TO_SPEAK = ("view_channel", "connect", "speak")


def commands(desk: Desk, readers: Readers) -> list[app_commands.Command[Any, ..., Any]]:
    async def join(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction, private=False)
        await _join(desk, readers, reply)

    async def skip(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        was_speaking = _listened(readers, reply).skip()
        await reply.say(reply.t("aloud-skipped" if was_speaking else "aloud-nothing"))

    async def stop(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        count = _listened(readers, reply).stop()
        await reply.say(reply.t("aloud-stopped", count=count))

    async def leave(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction, private=False)
        await readers.leave(_listened(readers, reply))
        await reply.say(reply.t("aloud-left"))

    return [_command(desk, callback) for callback in (join, skip, stop, leave)]


def _command(
    desk: Desk, callback: Callable[[discord.Interaction], Awaitable[None]]
) -> app_commands.Command[Any, ..., Any]:
    app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)(callback)
    app_commands.allowed_installs(guilds=True, users=False)(callback)
    name: str = callback.__name__
    run: Any = callback
    return app_commands.Command(name=locale_str(name), description=described(desk, name), callback=run)


async def _join(desk: Desk, readers: Readers, reply: Reply) -> None:
    interaction = reply.interaction
    guild, channel = _where(reply)
    await _allowed(desk, interaction)
    _able(reply, guild, channel)
    reader = readers.of(guild.id)
    if reader and (reader.voice_channel_id, reader.text_channel_id) == (channel.id, interaction.channel_id):
        raise Refusal(reply.t("aloud-already", voice=channel.mention))
    if reader and reader.channel and company_in(reader.channel):
        _listens(reply, reader)  # they are not robbed of it by somebody elsewhere
    try:
        await readers.join(channel, interaction.channel_id or 0, reply.language)
    except NO_CONNECTION as error:
        log.warning("voice channel not reached", extra={"guild": guild.id, "error": repr(error)})
        raise Refusal(reply.t("aloud-unreachable", voice=channel.mention)) from error
    await reply.say(_joined(reply, guild, channel))


def _joined(reply: Reply, guild: discord.Guild, channel: Vocal) -> str:
    lines = [reply.t("aloud-joined", text=f"<#{reply.interaction.channel_id}>", voice=channel.mention)]
    if isinstance(channel, discord.StageChannel):
        lines.append(reply.t("aloud-stage"))
    if not reply.interaction.client.intents.message_content:
        lines.append(reply.t("aloud-mentions-only", bot=guild.me.mention))
    return "\n".join(lines)


def _where(reply: Reply) -> tuple[discord.Guild, Vocal]:
    """The server as the gateway tells of it, and where in it the one who asks sits."""
    interaction = reply.interaction
    if not interaction.is_guild_integration():
        raise Refusal(reply.t("error-only-here"))
    if not interaction.client.is_ready() and not interaction.client.guilds:
        raise Refusal(reply.t("aloud-no-gateway"))
    guild = interaction.client.get_guild(interaction.guild_id or 0)
    if guild is None:
        raise Refusal(reply.t("aloud-not-a-member"))
    asks = interaction.user
    channel = asks.voice.channel if isinstance(asks, discord.Member) and asks.voice else None
    if channel is None:
        raise Refusal(reply.t("aloud-join-first"))
    return guild, channel


async def _allowed(desk: Desk, interaction: Interaction) -> None:
    place = await desk.engine.places.get(SURFACE, str(interaction.guild_id))
    user = await desk.user(interaction.user)
    await desk.engine.places.check(place, str(interaction.channel_id), user, SPEECH, 0)


def _able(reply: Reply, guild: discord.Guild, channel: Vocal) -> None:
    """Whether we can be heard there, and can see what is written here."""
    if not all(find_spec(library) for library in LIBRARIES):
        raise Refusal(reply.t("aloud-no-library"))
    have = channel.permissions_for(guild.me)
    missing = [name for name in TO_SPEAK if not getattr(have, name)]
    if missing:
        raise Refusal(reply.t("aloud-permission", permissions=names_of(missing), channel=channel.mention))
    if not reply.interaction.app_permissions.view_channel:
        here = f"<#{reply.interaction.channel_id}>"
        raise Refusal(reply.t("aloud-permission", permissions=names_of(["view_channel"]), channel=here))
    others = [user_id for user_id in channel.voice_states if user_id != guild.me.id]
    if channel.user_limit and len(others) >= channel.user_limit and not have.move_members:
        raise Refusal(reply.t("aloud-full", voice=channel.mention))


def _listened(readers: Readers, reply: Reply) -> Reader:
    """The reading in this server, for somebody who may have a say in it."""
    reader = readers.of(reply.interaction.guild_id)
    if reader is None:
        raise Refusal(reply.t("aloud-not-reading"))
    _listens(reply, reader)
    return reader


def _listens(reply: Reply, reader: Reader) -> None:
    channel = reader.channel
    if channel is None or reply.interaction.user.id in channel.voice_states:
        return
    if not reply.interaction.permissions.move_members:
        raise Refusal(reply.t("aloud-listeners-only", voice=channel.mention))
