"""The gateway of the local Discord: HELLO, IDENTIFY, READY, heartbeats, RESUME, zlib-stream."""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord.voice_states import VoiceStates
from tests.discord.world import PRIVILEGED, VOICES, Channel, Guild, World, member_of

DISPATCH, HEARTBEAT, IDENTIFY, VOICE_STATE, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 4, 6, 7, 9, 10, 11


@dataclass(eq=False)
class Session:
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sent: list[dict[str, Any]] = field(default_factory=list)  # every dispatch, to be replayed by RESUME
    socket: web.WebSocketResponse | None = None
    deflate: Any = None

    async def send(self, payload: dict[str, Any]) -> None:
        if self.socket is None or self.socket.closed:
            return
        data = self.deflate.compress(json.dumps(payload).encode()) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        try:
            await self.socket.send_bytes(data)
        except ConnectionError:
            self.socket = None

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        payload = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(payload)
        await self.send(payload)


class Gateway:
    def __init__(self, world: World, heartbeat_ms: int = 41_250) -> None:
        self.world = world
        self.heartbeat_ms = heartbeat_ms
        self.sessions: dict[str, Session] = {}
        self.identified = self.resumed = 0
        self.voice_states = VoiceStates(self)
        self.forget_sessions = False  # the next RESUME is answered by INVALID_SESSION

    @property
    def session(self) -> Session | None:
        return next(reversed(self.sessions.values()), None)

    @property
    def is_connected(self) -> bool:
        return self.session is not None and self.session.socket is not None and not self.session.socket.closed

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Kept for RESUME while the bot is away, as Discord does."""
        if self.session is not None:
            await self.session.dispatch(event, data)

    async def drop(self) -> None:
        """The line is cut."""
        if self.session and self.session.socket:
            socket, self.session.socket = self.session.socket, None
            await socket.close(code=4000)

    async def ask_to_reconnect(self) -> None:
        if self.session:
            await self.session.send({"op": RECONNECT, "d": None})

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        session = Session(socket=socket, deflate=zlib.compressobj())
        await session.send({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            payload = json.loads(frame.data)
            if payload["op"] == HEARTBEAT:
                await session.send({"op": ACK})
            elif payload["op"] == IDENTIFY:
                await self._identify(session, payload["d"])
            elif payload["op"] == RESUME:
                session = await self._resume(session, payload["d"])
            elif payload["op"] == VOICE_STATE:
                await self.voice_states.wish(payload["d"])
        self.world.tell()
        return socket

    async def _identify(self, session: Session, data: dict[str, Any]) -> None:
        assert session.socket is not None
        if data["token"] != self.world.token:
            await session.socket.close(code=4004, message=b"Authentication failed.")
            return
        if data["intents"] & PRIVILEGED and not self.world.intents_allowed:
            await session.socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        self.world.intents = data["intents"]
        self.sessions[session.id] = session
        self.identified += 1
        here = [guild for guild in self.world.guilds if guild.has_bot]
        await session.dispatch(
            "READY",
            {
                "v": 10,
                "user": self.world.bot.data(),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in here],
                "session_id": session.id,
                "resume_gateway_url": self.world.url.replace("http", "ws") + "/gateway",
                "application": {"id": str(self.world.bot.id), "flags": 0},
            },
        )
        for guild in here:
            await session.dispatch("GUILD_CREATE", self.guild_data(guild))
        self.world.tell()

    async def _resume(self, fresh: Session, data: dict[str, Any]) -> Session:
        known = self.sessions.get(data["session_id"])
        if known is None or self.forget_sessions:
            self.forget_sessions = False
            self.sessions.pop(data["session_id"], None)
            await fresh.send({"op": INVALID_SESSION, "d": False})
            return fresh
        known.socket, known.deflate = fresh.socket, fresh.deflate
        for payload in known.sent[data["seq"] :]:
            await known.send(payload)
        await known.dispatch("RESUMED", {})
        self.resumed += 1
        self.world.tell()
        return known

    def channel_data(self, channel: Channel) -> dict[str, Any]:
        """With what the bot may do in a voice channel, which a client reckons from roles and overwrites itself."""
        data = channel.data()
        if channel.type in VOICES:
            allowed = channel.bot_permissions
            own = {
                "id": str(self.world.bot.id),
                "type": 1,
                "allow": str(allowed),
                "deny": str(~allowed & (1 << 53) - 1),
            }
            data["permission_overwrites"] = [own]
        return data

    def guild_data(self, guild: Guild) -> dict[str, Any]:
        everyone = {"id": str(guild.id), "name": "@everyone", "permissions": "0", "position": 0, "color": 0}
        everyone |= {"colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}
        everyone |= {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
        channels = [channel for channel in self.world.channels.values() if channel.guild is guild]
        members = [*guild.members, self.world.bot]
        voice = [self.voice_states.data(guild, user) for user in guild.voice_states]
        return {
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(guild.owner.id),
            "roles": [everyone],
            "channels": [self.channel_data(channel) for channel in channels if channel.type != 11],
            "threads": [channel.data() for channel in channels if channel.type == 11],
            "members": [member_of(member, guild) for member in members],
            "member_count": len(members),
            "voice_states": voice,
            "unavailable": False,
            "emojis": [],
            "stickers": [],
            "features": [],
        }


async def settle() -> None:
    """Lets what was just sent arrive."""
    await asyncio.sleep(0)
