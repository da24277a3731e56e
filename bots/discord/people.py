"""/credits, /settings, /link, /privacy and /help: what is a person's own."""

from __future__ import annotations

import io
from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str

from bots.discord.buttons import button, view_of
from bots.discord.desk import Desk
from bots.discord.groups import described, group, option
from bots.discord.likes import SURFACE
from bots.discord.reply import Refusal, Reply
from bots.discord.voice_choices import complete_voice
from bots.phrases import LANGUAGES
from engine import FormatName, Preferences

MOST_CREDITS = 10**9
Amount = Range[int, 1, MOST_CREDITS]


def credits_group(desk: Desk) -> app_commands.Group:
    credits = group(desk, "credits")

    @credits.command(name=locale_str("show"), description=described(desk, "credits-show"))
    async def show(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        lines = [reply.t("credits-have", credits=await desk.engine.credits.balance(await desk.user(interaction.user)))]
        if pool := await desk.pool(interaction):
            lines.append(reply.t("credits-pool", credits=await desk.engine.credits.balance(pool)))
        await reply.say("\n".join([*lines, reply.t("credits-prices")]))

    @credits.command(name=locale_str("give"), description=described(desk, "credits-give"))
    @app_commands.describe(member=option(desk, "member"), amount=option(desk, "amount"))
    async def give(interaction: discord.Interaction, member: discord.User, amount: Amount) -> None:
        reply = await desk.open(interaction)
        giver, taker = await desk.user(interaction.user), await desk.user(member)
        await desk.engine.credits.transfer(giver, taker, amount, key=f"discord:{interaction.id}")
        await reply.say(reply.t("credits-given", credits=amount, name=member.mention))

    @credits.command(name=locale_str("transfer"), description=described(desk, "credits-transfer"))
    @app_commands.describe(amount=option(desk, "amount"))
    async def transfer(interaction: discord.Interaction, amount: Amount) -> None:
        reply = await desk.open(interaction)
        if not interaction.is_guild_integration():
            raise Refusal(reply.t("error-only-here"))
        pool = await desk.engine.pools.of(SURFACE, str(interaction.guild_id))
        giver = await desk.user(interaction.user)
        await desk.engine.credits.transfer(giver, pool, amount, key=f"discord:{interaction.id}")
        await reply.say(reply.t("pool-balance", credits=await desk.engine.credits.balance(pool)))

    return credits


def commands(desk: Desk) -> list[app_commands.Command[Any, ..., Any]]:
    return [_settings(desk), _link(desk), _help(desk)]


def _settings(desk: Desk) -> app_commands.Command[Any, ..., Any]:
    @app_commands.command(name=locale_str("settings"), description=described(desk, "settings"))
    @app_commands.describe(
        voice=option(desk, "voice"),
        speed=option(desk, "speed"),
        format=option(desk, "format"),
        language=option(desk, "language"),
        private=option(desk, "private"),
        bubbles=option(desk, "bubbles"),
    )
    @app_commands.autocomplete(voice=complete_voice(desk))
    async def settings(
        interaction: discord.Interaction,
        voice: Range[str, 1, 100] | None = None,
        speed: Range[float, 0.5, 2.0] = None,  # type: ignore[assignment]  # a Range cannot be Optional
        format: FormatName | None = None,
        language: Literal[LANGUAGES] | None = None,  # type: ignore[valid-type]  # those there are files for
        private: bool | None = None,
        bubbles: bool | None = None,
    ) -> None:
        reply = await desk.open(interaction)
        user = await desk.user(interaction.user)
        given = {"voice": voice, "speed": speed, "format": format, "language": language}
        changes = {
            name: value
            for name, value in (given | {"private": private, "bubbles": bubbles}).items()
            if value is not None
        }
        chosen = await (
            desk.engine.preferences.change(user, **changes) if changes else desk.engine.preferences.get(user)
        )
        desk.likes.forget(interaction.user.id)
        reply.language = desk.phrases.language(chosen.language, interaction.locale.value)
        await reply.say(reply.t("settings-changed") if changes else "", embed=_settings_embed(reply, chosen))

    return settings


def _settings_embed(reply: Reply, chosen: Preferences) -> discord.Embed:
    embed = discord.Embed(title=reply.t("settings-title"))
    for name in ("voice", "speed", "format", "language", "private", "bubbles"):
        value = getattr(chosen, name)
        shown = reply.t("yes" if value else "no") if isinstance(value, bool) else value or reply.t("settings-default")
        embed.add_field(name=reply.t(f"settings-{name}"), value=str(shown))
    return embed


def _link(desk: Desk) -> app_commands.Command[Any, ..., Any]:
    @app_commands.command(name=locale_str("link"), description=described(desk, "link"))
    @app_commands.describe(code=option(desk, "code"))
    async def link(interaction: discord.Interaction, code: Range[str, 1, 20] | None = None) -> None:
        reply = await desk.open(interaction)
        user = await desk.user(interaction.user)
        if code is None:
            await reply.say(reply.t("link-code", code=await desk.engine.linking.link_code(user)))
            return
        now_one = await desk.engine.linking.redeem(user, code)
        desk.likes.forget(interaction.user.id)
        await reply.say(reply.t("link-done", credits=await desk.engine.credits.balance(now_one)))

    return link


def _help(desk: Desk) -> app_commands.Command[Any, ..., Any]:
    @app_commands.command(name=locale_str("help"), description=described(desk, "help"))
    async def help_(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        bot = interaction.client.user
        menus = {"speak": reply.t("menu-speak"), "convert": reply.t("menu-convert")}
        await reply.say(reply.t("help", bot=bot.name if bot else "Bernie", **menus))

    return help_


def privacy_group(desk: Desk) -> app_commands.Group:
    privacy = group(desk, "privacy")

    @privacy.command(name=locale_str("export"), description=described(desk, "privacy-export"))
    async def export(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        await _export(desk, reply)

    @privacy.command(name=locale_str("delete"), description=described(desk, "privacy-delete"))
    async def delete(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        yes = button(reply.t("privacy-delete-yes"), "forget:", danger=True)
        await reply.say(reply.t("privacy-delete-ask"), view=view_of(yes))

    return privacy


async def _export(desk: Desk, reply: Reply) -> None:
    """Never more in memory than may be attached."""
    user = await desk.user(reply.interaction.user)
    archive = io.BytesIO()
    async for piece in desk.engine.privacy.export(user):
        archive.write(piece)
        if archive.tell() > reply.interaction.filesize_limit:
            raise Refusal(reply.t("privacy-export-large"))
    archive.seek(0)
    await reply.say(reply.t("privacy-export"), file=discord.File(archive, "bernie-export.zip"))


async def forget(desk: Desk, reply: Reply, rest: str, values: list[str]) -> None:
    """The button under the question."""
    await desk.engine.privacy.delete(await desk.user(reply.interaction.user))
    desk.likes.forget(reply.interaction.user.id)
    await reply.say(reply.t("privacy-deleted"))
