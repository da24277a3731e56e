"""The REST side of the local Discord: what discord.py calls, with Discord's refusals."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from discord import Permissions

from tests.discord import rules
from tests.discord.rules import EPHEMERAL, VOICE_MESSAGE, need
from tests.discord.world import (
    CALLBACK_SECONDS,
    DM,
    MESSAGE_CONTENT_FLAG,
    TOKEN_SECONDS,
    Channel,
    Interaction,
    Message,
    Refused,
    World,
)

Files = list[tuple[str, bytes, str]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ALLOWED_ANSWERS = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}


def as_json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # Exactly this content type, without a charset: discord.py compares it as a whole.
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"content-type": "application/json", **(headers or {})}
    )


class Rest:
    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[web.RouteDef]:
        api = "/api/v10"
        return [
            web.get(f"{api}/users/@me", self.me),
            web.get(f"{api}/oauth2/applications/@me", self.application),
            web.get(f"{api}/gateway", self.gateway),
            web.get(f"{api}/gateway/bot", self.gateway),
            web.put(f"{api}/applications/{{app}}/commands", self.sync),
            web.post(f"{api}/interactions/{{id}}/{{token}}/callback", self.callback),
            web.post(f"{api}/webhooks/{{app}}/{{token}}", self.followup),
            web.get(f"{api}/webhooks/{{app}}/{{token}}/messages/{{message}}", self.webhook_message),
            web.patch(f"{api}/webhooks/{{app}}/{{token}}/messages/{{message}}", self.edit_by_webhook),
            web.delete(f"{api}/webhooks/{{app}}/{{token}}/messages/{{message}}", self.delete_by_webhook),
            web.post(f"{api}/users/@me/channels", self.open_dm),
            web.get(f"{api}/channels/{{channel}}", self.channel),
            web.post(f"{api}/channels/{{channel}}/messages", self.send),
            web.get(f"{api}/channels/{{channel}}/messages", self.history),
            web.delete(f"{api}/channels/{{channel}}/messages/{{message}}", self.delete),
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

    async def callback(self, request: web.Request) -> web.Response:
        asked = self.world.interactions.get(request.match_info["token"])
        fields, files = await _body(request)
        if asked is None or (asked.response is None and asked.age() > CALLBACK_SECONDS):
            raise Refused(404, 10062, "Unknown interaction")
        need(asked.response is None, "Interaction has already been acknowledged.", code=40060)
        kind, data = fields["type"], fields.get("data") or {}
        need(kind in ALLOWED_ANSWERS[asked.kind], f"type {kind} does not answer an interaction of type {asked.kind}")
        self._first_answer(asked, kind, data, files)
        asked.response, asked.answered_after = kind, asked.age()
        state = {"id": str(asked.id), "type": asked.kind}
        if asked.original is not None:
            state |= {
                "response_message_id": str(asked.original.id),
                "response_message_loading": asked.thinking,
                "response_message_ephemeral": asked.ephemeral,
            }
        return as_json({"interaction": state})

    def _first_answer(self, asked: Interaction, kind: int, data: dict[str, Any], files: Files) -> None:
        if kind == 8:
            rules.choices(data["choices"])
            asked.choices = data["choices"]
        elif kind == 9:
            rules.modal(data)
            asked.modal = data
        elif kind in (6, 7):
            asked.original = asked.source
            if kind == 7 and asked.source is not None:
                self._change(asked.source, data, files)
        else:
            asked.ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
            asked.thinking = kind == 5
            if kind == 4:
                self._check(data, files)
            only_for = asked.user if asked.ephemeral else None
            asked.original = self.world.post(
                asked.channel, self.world.bot, flags=data.get("flags", 0), only_for=only_for
            )
            if kind == 4:
                self._fill(asked.original, data, files)

    def _check(self, data: dict[str, Any], files: Files) -> None:
        rules.files_fit(self.world, files)
        if data.get("flags", 0) & VOICE_MESSAGE:
            rules.voice_message(data, files)
        else:
            rules.message(data, files)

    def _fill(self, message: Message, data: dict[str, Any], files: Files) -> None:
        message.content = data.get("content") or ""
        message.embeds = data.get("embeds") or []
        message.components = data.get("components") or []
        message.attachments = self._attach(message.channel, data.get("attachments") or [], files)
        self.world.tell()

    def _attach(self, channel: Channel, described: list[dict[str, Any]], files: Files) -> list[dict[str, Any]]:
        more = {str(part["id"]): part for part in described}
        made = []
        for number, (name, data, content_type) in enumerate(files):
            about = {
                key: more[str(number)][key] for key in ("duration_secs", "waveform") if key in more.get(str(number), {})
            }
            made.append(self.world.upload(channel, name, data, content_type, **about))
        return made

    def _change(self, message: Message, data: dict[str, Any], files: Files) -> None:
        rules.files_fit(self.world, files)
        rules.message(data, files, kept=rules.kept_by(message, data))
        message.past.append(message.content)
        if "content" in data:
            message.content = data["content"] or ""
        message.embeds = (data["embeds"] or []) if "embeds" in data else message.embeds
        message.components = (data["components"] or []) if "components" in data else message.components
        if "attachments" in data or files:
            ids = {str(part["id"]) for part in data.get("attachments") or []}
            kept = [part for part in message.attachments if part["id"] in ids]
            message.attachments = kept + self._attach(message.channel, data.get("attachments") or [], files)
        self.world.tell()

    def _webhook(self, request: web.Request) -> Interaction:
        asked = self.world.interactions.get(request.match_info["token"])
        if asked is None or asked.response is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if asked.expired or asked.age() > TOKEN_SECONDS:
            raise Refused(401, 50027, "Invalid Webhook Token")
        need(asked.channel.exists, "Unknown Channel", status=404, code=10003)
        return asked

    def _message_of(self, asked: Interaction, request: web.Request) -> Message:
        wanted = request.match_info["message"]
        known = [*asked.followups, *([asked.original] if asked.original else [])]
        if wanted == "@original":
            known = [asked.original] if asked.original else []
        else:
            known = [message for message in known if str(message.id) == wanted]
        if not known or known[0].deleted:
            raise Refused(404, 10008, "Unknown Message")
        return known[0]

    async def followup(self, request: web.Request) -> web.Response:
        asked = self._webhook(request)
        data, files = await _body(request)
        if asked.thinking and asked.original and not asked.original.deleted:
            # The first one takes the place of "is thinking", and its visibility.
            asked.thinking = False
            self._check(data | {"flags": 0}, files)
            self._fill(asked.original, data, files)
            return as_json(asked.original.data())
        need(not data.get("flags", 0) & VOICE_MESSAGE, "flags: a followup cannot be a voice message")
        need(not asked.installed_for_user_only or len(asked.followups) < 5, "too many followups", code=40094)
        self._check(data, files)
        hidden = bool(data.get("flags", 0) & EPHEMERAL)
        message = self.world.post(
            asked.channel, self.world.bot, flags=data.get("flags", 0), only_for=asked.user if hidden else None
        )
        self._fill(message, data, files)
        asked.followups.append(message)
        return as_json(message.data())

    async def webhook_message(self, request: web.Request) -> web.Response:
        return as_json(self._message_of(self._webhook(request), request).data())

    async def edit_by_webhook(self, request: web.Request) -> web.Response:
        asked = self._webhook(request)
        message = self._message_of(asked, request)
        data, files = await _body(request)
        need(not data.get("flags", 0) & VOICE_MESSAGE, "flags: a message cannot become a voice message")
        self._change(message, data, files)
        asked.thinking = False
        return as_json(message.data())

    async def delete_by_webhook(self, request: web.Request) -> web.Response:
        asked = self._webhook(request)
        self._message_of(asked, request).deleted = True
        asked.thinking = False
        return web.Response(status=204)

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
        data, files = await _body(request)
        if files:
            self._place(request, "send_messages", "attach_files")
        if data.get("flags", 0) & VOICE_MESSAGE:
            self._place(request, "send_messages", "send_voice_messages")
        self._check(data, files)
        nonce = data.get("nonce")
        if data.get("enforce_nonce") and nonce is not None:
            need(len(str(nonce)) <= 25, "nonce: 25")
            for message in channel.messages.values():
                if message.nonce == nonce and message.author is self.world.bot:
                    return as_json(message.data())
        message = self.world.post(channel, self.world.bot, flags=data.get("flags", 0), nonce=nonce)
        self._fill(message, data, files)
        return as_json(message.data())

    async def history(self, request: web.Request) -> web.Response:
        channel = self._place(request, "read_message_history")
        limit = int(request.query.get("limit", 50))
        newest = [
            message for message in reversed(channel.messages.values()) if not message.deleted and not message.only_for
        ]
        return as_json([self.seen_by_bot(message) for message in newest[:limit]])

    def seen_by_bot(self, message: Message) -> dict[str, Any]:
        """Without the message content intent the words and files of others are hidden, save in a DM."""
        data = message.data()
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

    async def cdn(self, request: web.Request) -> web.Response:
        data = self.world.files.get(request.path)
        if data is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=data)


async def _body(request: web.Request) -> tuple[dict[str, Any], Files]:
    if not request.content_type.startswith("multipart/"):
        return (await request.json() if request.can_read_body else {}), []
    fields: dict[str, Any] = {}
    files: Files = []
    async for part in await request.multipart():
        data = bytes(await part.read())
        if part.name == "payload_json":
            fields = json.loads(data)
        else:
            files.append((part.filename or "", data, part.headers.get("content-type", "")))
    return fields, files
