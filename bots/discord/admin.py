"""/admin, for those who manage a server: its credits, its limits, where the bot may be used, who spent what.

Credits come out of nothing only from whoever owns the application at Discord; a server's own administrators hand out
what its pool has.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str

from bots.discord.address import Interaction
from bots.discord.desk import Desk
from bots.discord.groups import described, group, option
from bots.discord.likes import SURFACE
from bots.discord.people import Amount
from bots.discord.reply import Refusal, Reply

USAGE_DAYS = 30
MOST_LINES = 25
MANAGER = discord.Permissions(manage_guild=True)


def admin_group(desk: Desk) -> app_commands.Group:
    admin = group(desk, "admin", only_for=MANAGER)
    app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)(admin)
    app_commands.allowed_installs(guilds=True, users=False)(admin)
    _credits(desk, admin)
    _rules(desk, admin)
    _reading(desk, admin)
    return admin


async def _open(desk: Desk, interaction: Interaction) -> tuple[Reply, str]:
    """The reply and the server's id. Administrators can let others see the command: the right is checked again."""
    reply = await desk.open(interaction)
    if not interaction.is_guild_integration():
        raise Refusal(reply.t("error-only-here"))
    if not interaction.permissions.manage_guild:
        raise Refusal(reply.t("error-only-admins"))
    return reply, str(interaction.guild_id)


def _owns_the_bot(interaction: Interaction) -> bool:
    about = interaction.client.application
    if about is None:
        return False
    owners = [member.id for member in about.team.members] if about.team else [about.owner.id]
    return interaction.user.id in owners


def _credits(desk: Desk, admin: app_commands.Group) -> None:
    @admin.command(name=locale_str("grant"), description=described(desk, "admin-grant"))
    @app_commands.describe(amount=option(desk, "amount"), member=option(desk, "member"))
    async def grant(interaction: discord.Interaction, amount: Amount, member: discord.Member | None = None) -> None:
        reply, guild = await _open(desk, interaction)
        pool = await desk.engine.pools.of(SURFACE, guild)
        key = f"discord:{interaction.id}"
        receiver = await desk.user(member) if member else pool
        if _owns_the_bot(interaction):
            await desk.engine.credits.grant(receiver, amount, key=key, note=f"granted in server {guild}")
        elif member is not None:
            await desk.engine.credits.transfer(pool, receiver, amount, key=key)
        else:
            raise Refusal(reply.t("error-only-owner"))
        name = member.mention if member else reply.t("this-server")
        await reply.say(reply.t("credits-granted", credits=amount, name=name))

    @admin.command(name=locale_str("pool"), description=described(desk, "admin-pool"))
    async def pool(interaction: discord.Interaction) -> None:
        reply, guild = await _open(desk, interaction)
        account = await desk.engine.pools.of(SURFACE, guild)
        await reply.say(reply.t("pool-balance", credits=await desk.engine.credits.balance(account)))

    @admin.command(name=locale_str("usage"), description=described(desk, "admin-usage"))
    @app_commands.describe(days=option(desk, "days"))
    async def usage(interaction: discord.Interaction, days: Range[int, 1, 365] = USAGE_DAYS) -> None:
        reply, guild = await _open(desk, interaction)
        since = datetime.now(UTC) - timedelta(days=days)
        account = await desk.engine.pools.of(SURFACE, guild)
        members = await desk.engine.pools.members(account, since=since, limit=MOST_LINES)
        if not members:
            raise Refusal(reply.t("usage-empty"))
        lines = [reply.t("usage-line", name=member.name, credits=member.credits) for member in members]
        await reply.say(embed=discord.Embed(title=reply.t("usage-title", days=days), description="\n".join(lines)))


def _rules(desk: Desk, admin: app_commands.Group) -> None:
    @admin.command(name=locale_str("limits"), description=described(desk, "admin-limits"))
    @app_commands.describe(characters=option(desk, "characters"), daily=option(desk, "daily"))
    async def limits(
        interaction: discord.Interaction,
        characters: Range[int, 0, 5000] = None,  # type: ignore[assignment]  # a Range cannot be Optional
        daily: Range[int, 0, 10**9] = None,  # type: ignore[assignment]
    ) -> None:
        reply, guild = await _open(desk, interaction)
        given = {"max_characters": characters, "daily_credits": daily}
        changes = {name: value or None for name, value in given.items() if value is not None}
        place = await desk.engine.places.change(SURFACE, guild, **changes)
        shown = {"characters": place.rules.max_characters, "daily": place.rules.daily_credits}
        words = {name: f"{value:,}" if value is not None else reply.t("limits-none") for name, value in shown.items()}
        await reply.say(reply.t("limits-now", **words))

    @admin.command(name=locale_str("channels"), description=described(desk, "admin-channels"))
    @app_commands.describe(channel=option(desk, "channel"), allowed=option(desk, "allowed"))
    async def channels(
        interaction: discord.Interaction,
        channel: app_commands.AppCommandChannel | app_commands.AppCommandThread,
        allowed: bool,
    ) -> None:
        reply, guild = await _open(desk, interaction)
        rules = (await desk.engine.places.get(SURFACE, guild)).rules
        denied = {*rules.denied_channels} - {str(channel.id)} if allowed else {*rules.denied_channels, str(channel.id)}
        await desk.engine.places.change(SURFACE, guild, denied_channels=tuple(sorted(denied)))
        await reply.say(reply.t("channel-allowed" if allowed else "channel-denied", channel=channel.mention))


def _reading(desk: Desk, admin: app_commands.Group) -> None:
    @admin.command(name=locale_str("reading"), description=described(desk, "admin-reading"))
    @app_commands.describe(characters=option(desk, "reading-characters"), names=option(desk, "reading-names"))
    async def reading(
        interaction: discord.Interaction,
        characters: Range[int, 20, 2000] = None,  # type: ignore[assignment]
        names: bool | None = None,
    ) -> None:
        reply, guild = await _open(desk, interaction)
        given = {"reading_characters": characters, "reading_names": names}
        changes = {name: value for name, value in given.items() if value is not None}
        rules = (await desk.engine.places.change(SURFACE, guild, **changes)).rules
        named = "yes" if rules.reading_names else "no"
        await reply.say(reply.t("reading-now", characters=rules.reading_characters, names=named))
