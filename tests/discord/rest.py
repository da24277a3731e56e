"""The REST side of the local Discord: what discord.py calls, with Discord's refusals."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from discord import Permissions

from tests.discord import rules
from tests.discord.interactions import Interactions
from tests.discord.posting import as_json, body, check, fill
from tests.discord.rules import VOICE_MESSAGE, need
from tests.discord.world import DM, MESSAGE_CONTENT_FLAG, Channel, Message, Refused, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    def __init__(self, world: World) -> None:
        self.world = world
        self.interactions = Interactions(world)

    def routes(self) -> list[web.RouteDef]:
        api = "/api/v10"
        return [
            *self.interactions.routes(api),
            web.get(f"{api}/users/@me", self.me),
            web.get(f"{api}/oauth2/applications/@me", self.application),
            web.get(f"{api}/gateway", self.gateway),
            web.get(f"{api}/gateway/bot", self.gateway),
            web.put(f"{api}/applications/{{app}}/commands", self.sync),
            web.post(f"{api}/users/@me/channels", self.open_dm),
            web.get(f"{api}/channels/{{channel}}", self.channel),
            web.post(f"{api}/channels/{{channel}}/messages", self.send),
            web.get(f"{api}/channels/{{channel}}/messages", self.history),
            web.delete(f"{api}/channels/{{channel}}/messages/{{message}}", self.delete),
            web.put(f"{api}/channels/{{channel}}/messages/{{message}}/reactions/{{emoji}}/@me", self.react),
            web.get("/attachments/{channel}/{id}/{name}", self.cdn),
        ]

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Faults first, then the token, then what the handler says or refuses."""
        for halt in self.world.halts:
            await halt.hold(request.method, request.path, after=False)
        response = await self._answer(request, handler)
        for halt in self.world.halts:
            await halt.hold(request.method, request.path, after=True)
        self.world.requests.append((request.method, request.path, response.status))
        self.world.tell()
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        for fault in self.world.faults:
            if fault.matches(request.method, request.path):
                fault.times -= 1
                await request.read()
                return as_json(fault.body, fault.status, fault.headers)
        bare = ("/attachments/", "/api/v10/interactions/", "/api/v10/webhooks/", "/gateway")
        open_to_all = request.path == "/api/v10/gateway" or request.path.startswith(bare)
        if not open_to_all and request.headers.get("authorization") != f"Bot {self.world.token}":
            return as_json({"code": 0, "message": "401: Unauthorized"}, 401)
        try:
            return await handler(request)
        except Refused as refused:
            await request.read()
            return as_json({"code": refused.code, "message": refused.message}, refused.status)

    async def me(self, request: web.Request) -> web.Response:
        return as_json(self.world.bot.data())

    async def application(self, request: web.Request) -> web.Response:
        flags = MESSAGE_CONTENT_FLAG if self.world.intents_allowed else 0
        about = {"name": "Bernie", "description": "", "icon": None, "bot_public": True, "bot_require_code_grant": False}
        owner = self.world.guilds[0].owner if self.world.guilds else self.world.bot
        return as_json({"id": str(self.world.bot.id), "owner": owner.data(), "verify_key": "", "flags": flags} | about)

    async def gateway(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return as_json(
            {"url": self.world.url.replace("http", "ws") + "/gateway", "shards": 1, "session_start_limit": limit}
        )

    async def sync(self, request: web.Request) -> web.Response:
        given = await request.json()
        rules.commands(given)
        for number, command in enumerate(given, start=1):
            command |= {"id": str(1000 + number), "application_id": str(self.world.bot.id), "version": "1"}
            command.setdefault("description", "")
        self.world.commands = given
        self.world.syncs += 1
        return as_json(given)

    async def open_dm(self, request: web.Request) -> web.Response:
        account = self.world.accounts.get(int((await request.json())["recipient_id"]))
        if account is None:
            raise Refused(400, 50033, "Invalid Recipient(s)")
        return as_json(self.world.dm(account).data())

    def _place(self, request: web.Request, *permissions: str) -> Channel:
        channel = self.world.channels.get(int(request.match_info["channel"]))
        if channel is None or not channel.exists:
            raise Refused(404, 10003, "Unknown Channel")
        if channel.type == DM:
            need(channel.people[0].takes_dms, "Cannot send messages to this user", status=403, code=50007)
            return channel
        have = Permissions(channel.bot_permissions)
        need(channel.guild and channel.guild.has_bot and have.view_channel, "Missing Access", status=403, code=50001)
        need(all(getattr(have, name) for name in permissions), "Missing Permissions", status=403, code=50013)
        return channel

    async def channel(self, request: web.Request) -> web.Response:
        return as_json(self._place(request).data())

    async def send(self, request: web.Request) -> web.Response:
        channel = self._place(request, "send_messages")
        data, files = await body(request)
        if files:
            self._place(request, "send_messages", "attach_files")
        if data.get("flags", 0) & VOICE_MESSAGE:
            self._place(request, "send_messages", "send_voice_messages")
        check(self.world, data, files)
        nonce = data.get("nonce")
        if data.get("enforce_nonce") and nonce is not None:
            need(len(str(nonce)) <= 25, "nonce: 25")
            for message in channel.messages.values():
                if message.nonce == nonce and message.author is self.world.bot:
                    return as_json(message.data())
        message = self.world.post(channel, self.world.bot, flags=data.get("flags", 0), nonce=nonce)
        fill(self.world, message, data, files)
        return as_json(message.data())

    async def history(self, request: web.Request) -> web.Response:
        channel = self._place(request, "read_message_history")
        limit = int(request.query.get("limit", 50))
        newest = [
            message for message in reversed(channel.messages.values()) if not message.deleted and not message.only_for
        ]
        return as_json([self.seen_by_bot(message) for message in newest[:limit]])

    def seen_by_bot(self, message: Message) -> dict[str, Any]:
        """Without the message content intent the words and files of others are hidden, save in a DM and where they
        mention the bot.
        """
        data = message.data()
        named = {int(found) for found in re.findall(r"<@!?(\d+)>", message.content)}
        everybody = [*self.world.accounts.values(), self.world.bot]
        data["mentions"] = [account.data() for account in everybody if account.id in named]
        if self.world.bot.id in named:
            return data
        if not self.world.intents_allowed and message.author is not self.world.bot and message.channel.type != DM:
            data |= {"content": "", "attachments": [], "embeds": [], "components": []}
        return data

    async def delete(self, request: web.Request) -> web.Response:
        channel = self._place(request)
        message = channel.messages.get(int(request.match_info["message"]))
        if message is None or message.deleted:
            raise Refused(404, 10008, "Unknown Message")
        message.deleted = True
        return web.Response(status=204)

    async def react(self, request: web.Request) -> web.Response:
        channel = self._place(request, "add_reactions", "read_message_history")
        message = channel.messages.get(int(request.match_info["message"]))
        if message is None or message.deleted:
            raise Refused(404, 10008, "Unknown Message")
        message.reactions.append(request.match_info["emoji"])
        return web.Response(status=204)

    async def cdn(self, request: web.Request) -> web.Response:
        data = self.world.files.get(request.path)
        if data is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=data)
