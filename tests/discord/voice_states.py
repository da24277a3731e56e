"""Who sits in which voice channel: what the gateway of the local Discord tells of it, and lets the bot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import Permissions

from tests.discord.voice import VoiceServer
from tests.discord.world import STAGE, Account, Channel, Guild, member_of

if TYPE_CHECKING:
    from tests.discord.gateway import Gateway

FLAGS = ("deaf", "mute", "self_deaf", "self_mute", "self_video", "suppress")


class VoiceStates:
    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.server: VoiceServer | None = None
        self._session = ""  # through which the bot came in
        self.flags: dict[int, dict[str, bool]] = {}  # account -> those that are set

    async def put(self, account: Account, channel: Channel | None, guild: Guild | None = None) -> None:
        """The bot too: a moderator moves it, or hangs up on it."""
        guild = guild or (channel.guild if channel else None)
        assert guild is not None
        if channel is None:
            guild.voice_states.pop(account.id, None)
        else:
            guild.voice_states[account.id] = channel.id
            self.flags[account.id] = {"suppress": channel.type == STAGE}
        await self.tell(guild, account)
        if account is self.gateway.world.bot and self.server is not None:
            if channel is not None:
                await self._admit(guild, channel)
            elif self.server.call is not None:
                await self.server.cut(4014)

    async def flag(self, account: Account, guild: Guild, **flags: bool) -> None:
        self.flags[account.id] = self.flags.get(account.id, {}) | flags
        await self.tell(guild, account)

    async def wish(self, wanted: dict[str, Any]) -> None:
        """Of the bot. Where it may not go nothing happens, and it is told nothing, as at Discord."""
        world = self.gateway.world
        guild = next(guild for guild in world.guilds if str(guild.id) == str(wanted["guild_id"]))
        session = self.gateway.session
        before = guild.voice_states.get(world.bot.id), self._session
        if wanted["channel_id"] is None:
            if guild.voice_states.pop(world.bot.id, None):
                await self.tell(guild, world.bot)
            return
        channel = world.channels.get(int(wanted["channel_id"]))
        if channel is None or not self._may_enter(channel):
            return
        guild.voice_states[world.bot.id] = channel.id
        self.flags[world.bot.id] = {"self_deaf": wanted["self_deaf"], "suppress": channel.type == STAGE}
        await self.tell(guild, world.bot)
        self._session = session.id if session else ""
        if before != (channel.id, self._session):  # what an earlier session has left counts for nothing
            await self._admit(guild, channel)

    def _may_enter(self, channel: Channel) -> bool:
        have = Permissions(channel.bot_permissions)
        assert channel.guild is not None
        there = sum(1 for where in channel.guild.voice_states.values() if where == channel.id)
        full = channel.user_limit and there >= channel.user_limit and not have.move_members
        return channel.exists and have.view_channel and have.connect and not full

    async def _admit(self, guild: Guild, channel: Channel) -> None:
        session = self.gateway.session
        if self.server is not None and session is not None:
            update = self.server.admit(guild, channel, self.gateway.world.bot.id, session.id)
            await self.gateway.dispatch("VOICE_SERVER_UPDATE", update)

    async def tell(self, guild: Guild, account: Account) -> None:
        await self.gateway.dispatch("VOICE_STATE_UPDATE", self.data(guild, account.id))
        self.gateway.world.tell()

    def data(self, guild: Guild, user_id: int) -> dict[str, Any]:
        channel, session = guild.voice_states.get(user_id), self.gateway.session
        world = self.gateway.world
        account = world.bot if user_id == world.bot.id else world.accounts[user_id]
        own = session.id if session and account is world.bot else "of another"
        state: dict[str, Any] = dict.fromkeys(FLAGS, False) | self.flags.get(user_id, {})
        state |= {"user_id": str(user_id), "guild_id": str(guild.id), "session_id": own}
        return state | {"channel_id": str(channel) if channel else None, "member": member_of(account, guild)}
