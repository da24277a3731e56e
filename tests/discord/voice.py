"""A voice server of the local Discord: the web socket in version 8 over TLS, IP discovery and sound over UDP."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord.certificates import certificate
from tests.discord.dave import ANNOUNCE_COMMIT, COMMIT_WELCOME, EXTERNAL_SENDER, KEY_PACKAGE, PROPOSALS, Dave
from tests.discord.hearing import Hearing, Utterance
from tests.discord.world import Channel, Guild, World

IDENTIFY, SELECT_PROTOCOL, READY, HEARTBEAT, SESSION_DESCRIPTION, SPEAKING, ACK, RESUME, HELLO, RESUMED = range(10)
MODE = "aead_xchacha20_poly1305_rtpsize"


@dataclass(eq=False)
class Call:
    """One bot in one channel, from the moment the gateway told it where to go."""

    guild: Guild
    channel: Channel
    user_id: int
    session_id: str
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    hearing: Hearing = field(default_factory=lambda: Hearing(secrets.randbelow(2**31) + 1, secrets.token_bytes(32)))
    socket: web.WebSocketResponse | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)
    is_open: bool = False
    speaking: list[int] = field(default_factory=list)
    heartbeats: list[int] = field(default_factory=list)  # the sequence numbers that they acknowledged
    resumed: int = 0
    dave: Dave | None = None

    async def send_binary(self, op: int, data: bytes) -> None:
        assert self.socket is not None
        message = {"op": op}
        self.sent.append(message)
        await self.socket.send_bytes(struct.pack(">HB", len(self.sent), op) + data)

    async def send(self, op: int, data: Any, *, numbered: bool = True) -> None:
        assert self.socket is not None
        message = {"op": op, "d": data}
        if numbered:
            message["seq"] = len(self.sent) + 1
            self.sent.append(message)
        await self.socket.send_json(message)


class VoiceServer(asyncio.DatagramProtocol):
    def __init__(self, world: World) -> None:
        self.world = world
        self.calls: list[Call] = []
        self.refused: list[int] = []  # codes of sockets that were closed
        self.endpoint = ""
        self.listener_id: int | None = None  # with one, calls are encrypted from end to end
        self._udp_port = 0

    @property
    def call(self) -> Call | None:
        """The latest."""
        return self.calls[-1] if self.calls else None

    @property
    def is_connected(self) -> bool:
        call = self.call
        return call is not None and call.is_open and call.socket is not None and not call.socket.closed

    async def heard(self, count: int, seconds: float = 15) -> list[Utterance]:
        """All that was said, once so many have been heard to their end."""
        await self.world.until(lambda: sum(call.hearing.ended for call in self.calls) >= count, seconds)
        return [utterance for call in self.calls for utterance in call.hearing.utterances()]

    def problems(self) -> list[str]:
        return [problem for call in self.calls for problem in call.hearing.problems]

    def admit(self, guild: Guild, channel: Channel, user_id: int, session_id: str) -> dict[str, Any]:
        """What the gateway tells a bot that it may go there."""
        call = Call(guild, channel, user_id, session_id)
        if self.listener_id is not None:
            call.dave = call.hearing.dave = Dave(channel.id, self.listener_id)
            call.hearing.sender = user_id
        self.calls.append(call)
        return {"token": call.token, "guild_id": str(guild.id), "endpoint": self.endpoint}

    async def cut(self, code: int) -> None:
        call = self.call
        assert call is not None
        if code != 4015:  # after a crash of the server the session can be resumed
            call.is_open = False
        if call.socket is not None:
            await call.socket.close(code=code)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[VoiceServer]:
        app = web.Application()
        app.add_routes([web.get("/", self.handle)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate().context())
        await site.start()
        self.endpoint = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._udp, self._udp_port = transport, transport.get_extra_info("sockname")[1]
        try:
            yield self
        finally:
            transport.close()
            for call in self.calls:
                if call.socket is not None:
                    await call.socket.close(code=4014)
            await runner.cleanup()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        kind, length, ssrc = struct.unpack_from(">HHI", data)
        if (kind, length, len(data)) == (1, 70, 74):
            answer = struct.pack(">HHI64sH", 2, 70, ssrc, address[0].encode(), address[1])
            self._udp.sendto(answer, address)
            return
        call = self.call
        if call is not None and call.is_open:
            call.hearing.receive(data)
            self.world.tell()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if request.query.get("v") != "8":
            await self._refuse(socket, 4012)
            return socket
        await socket.send_json({"op": HELLO, "d": {"v": 8, "heartbeat_interval": 13_750}})
        call: Call | None = None
        async for frame in socket:
            if frame.type is WSMsgType.BINARY and call is not None and call.dave is not None:
                await self._agree(call, call.dave, frame.data[0], frame.data[1:])
                self.world.tell()
            if frame.type is not WSMsgType.TEXT:
                continue
            message = frame.json()
            if message["op"] in (IDENTIFY, RESUME):
                call = await self._enter(socket, message)
            elif call is None:
                await self._refuse(socket, 4003)
            else:
                await self._take(call, message["op"], message["d"])
            self.world.tell()
        self.world.tell()
        return socket

    async def _agree(self, call: Call, dave: Dave, op: int, data: bytes) -> None:
        """On the keys of a call that we cannot hear ourselves."""
        if op == KEY_PACKAGE:
            await call.send_binary(EXTERNAL_SENDER, dave.external_sender())
            await call.send_binary(PROPOSALS, dave.proposals())
        elif op == COMMIT_WELCOME:
            await call.send_binary(ANNOUNCE_COMMIT, dave.committed(data))

    async def _refuse(self, socket: web.WebSocketResponse, code: int) -> None:
        self.refused.append(code)
        await socket.close(code=code)

    async def _enter(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> Call | None:
        data, call = message["d"], self.call
        if call is None or (data["server_id"], data["token"]) != (str(call.guild.id), call.token):
            await self._refuse(socket, 4004)
            return None
        if data["session_id"] != call.session_id or (message["op"] == RESUME and not call.is_open):
            await self._refuse(socket, 4006)
            return None
        call.socket = socket
        if message["op"] == RESUME:
            call.resumed += 1
            for missed in call.sent[max(0, data["seq_ack"]) :]:
                await socket.send_json(missed)
            await call.send(RESUMED, None, numbered=False)
            return call
        if data["user_id"] != str(call.user_id):
            await self._refuse(socket, 4004)
            return None
        ready = {"ssrc": call.hearing.ssrc, "ip": "127.0.0.1", "port": self._udp_port}
        await call.send(READY, ready | {"modes": ["aead_aes256_gcm_rtpsize", MODE], "experiments": []})
        return call

    async def _take(self, call: Call, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            call.heartbeats.append(data["seq_ack"])
            await call.send(ACK, {"t": data["t"]}, numbered=False)
        elif op == SELECT_PROTOCOL:
            if data["protocol"] != "udp" or data["data"]["mode"] != MODE:
                assert call.socket is not None
                await self._refuse(call.socket, 4016)
                return
            call.is_open = True
            described = {"mode": MODE, "secret_key": list(call.hearing.key)}
            described["dave_protocol_version"] = 1 if call.dave else 0
            await call.send(SESSION_DESCRIPTION, described | {"audio_codec": "opus", "media_session_id": "m"})
        elif op == SPEAKING:
            call.speaking.append(data["speaking"])
            call.hearing.may_speak = call.hearing.may_speak or data["ssrc"] == call.hearing.ssrc
