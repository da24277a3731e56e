"""/hook: addresses to which other services post, and whose clips come into the channel where they were made."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str

from bots.discord.address import Interaction
from bots.discord.desk import Desk
from bots.discord.groups import described, group, option
from bots.discord.likes import SURFACE
from bots.discord.making import SPEECH, TEXT
from bots.discord.refusals import NEEDED, missing, names_of
from bots.discord.reply import Refusal, Reply
from bots.discord.voice_choices import complete_voice
from engine import Chat, Hook

WHOLE_TEXT = "{/text}"
LISTED = 25


def hook_group(desk: Desk) -> app_commands.Group:
    hook = group(desk, "hook")
    _making(desk, hook)
    _ending(desk, hook)
    return hook


def _making(desk: Desk, hook: app_commands.Group) -> None:
    @hook.command(name=locale_str("create"), description=described(desk, "hook-create"))
    @app_commands.describe(
        template=option(desk, "template"), voice=option(desk, "voice"), name=option(desk, "hook-purpose")
    )
    @app_commands.autocomplete(voice=complete_voice(desk))
    async def create(
        interaction: discord.Interaction,
        template: Range[str, 1, 1000] = WHOLE_TEXT,
        voice: Range[str, 1, 100] | None = None,
        name: Range[str, 1, 100] = "",
    ) -> None:
        reply = await desk.open(interaction)
        options = {"voice": voice} if voice else {}
        await _create(desk, reply, template, options, name)

    @hook.command(name=locale_str("list"), description=described(desk, "hook-list"))
    async def listing(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        found = await desk.engine.hooks.mine(await desk.user(interaction.user))
        if not found:
            raise Refusal(reply.t("hook-none"))
        lines = [
            reply.t("hook-line", name=_name(one), accepted=one.accepted, refused=one.refused) for one in found[:LISTED]
        ]
        await reply.say("\n".join(lines))


def _ending(desk: Desk, hook: app_commands.Group) -> None:
    async def complete_hook(interaction: Interaction, text: str) -> list[app_commands.Choice[str]]:
        found = await desk.engine.hooks.mine(await desk.user(interaction.user))
        named = [app_commands.Choice(name=_name(one)[:100], value=one.id) for one in found]
        return [choice for choice in named if text.casefold() in choice.name.casefold()][:LISTED]

    @hook.command(name=locale_str("delete"), description=described(desk, "hook-delete"))
    @app_commands.describe(hook=option(desk, "hook"))
    @app_commands.autocomplete(hook=complete_hook)
    async def delete(interaction: discord.Interaction, hook: Range[str, 1, 40]) -> None:
        reply = await desk.open(interaction)
        await desk.engine.hooks.delete(await desk.user(interaction.user), hook)
        await reply.say(reply.t("hook-deleted"))


async def _create(desk: Desk, reply: Reply, template: str, options: dict[str, Any], name: str) -> None:
    """The address is shown to the one who asked only; the clips are for all who read the channel."""
    interaction = reply.interaction
    _require_right(reply)
    guild = str(interaction.guild_id) if interaction.is_guild_integration() else None
    address = reply.address().unasked()
    chat = Chat(SURFACE, address.pack(), place_id=guild, channel=str(interaction.channel_id))
    user = await desk.user(interaction.user)
    _, token = await desk.engine.hooks.create(
        user, capability=SPEECH, template={TEXT: template}, options=options, name=name, chat=chat
    )
    await reply.say(reply.t("hook-made", url=desk.engine.hooks.address(token)))


def _require_right(reply: Reply) -> None:
    """Nobody has the bot post where they could not post by webhooks of their own."""
    interaction = reply.interaction
    if not interaction.is_guild_integration():
        if interaction.context.dm_channel:
            return
        raise Refusal(reply.t("hook-not-here"))
    held, in_thread = interaction.permissions, isinstance(interaction.channel, discord.Thread)
    may_write = held.send_messages_in_threads if in_thread else held.send_messages
    if not (held.manage_webhooks and may_write):
        raise Refusal(reply.t("hook-not-allowed"))
    needed = ("view_channel", "send_messages_in_threads" if in_thread else "send_messages", *NEEDED[2:])
    if not all(getattr(interaction.app_permissions, one) for one in needed):
        lacking = names_of(missing(interaction.app_permissions.value, *needed))
        raise Refusal(reply.t("permission-missing", permissions=lacking))


def _name(hook: Hook) -> str:
    return hook.name or f"{hook.hint}…"
