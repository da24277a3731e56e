"""How interactions are answered at the local Discord: the callback, then the application's webhook."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.discord import rules
from tests.discord.posting import Files, as_json, body, change, check, fill
from tests.discord.rules import EPHEMERAL, VOICE_MESSAGE, need
from tests.discord.world import CALLBACK_SECONDS, TOKEN_SECONDS, Interaction, Message, Refused, World

ALLOWED_ANSWERS = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}


class Interactions:
    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self, api: str) -> list[web.RouteDef]:
        message = f"{api}/webhooks/{{app}}/{{token}}/messages/{{message}}"
        return [
            web.post(f"{api}/interactions/{{id}}/{{token}}/callback", self.callback),
            web.post(f"{api}/webhooks/{{app}}/{{token}}", self.followup),
            web.get(message, self.webhook_message),
            web.patch(message, self.edit_by_webhook),
            web.delete(message, self.delete_by_webhook),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        asked = self.world.interactions.get(request.match_info["token"])
        fields, files = await body(request)
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
                change(self.world, asked.source, data, files)
        else:
            asked.ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
            asked.thinking = kind == 5
            if kind == 4:
                check(self.world, data, files)
            only_for = asked.user if asked.ephemeral else None
            asked.original = self.world.post(
                asked.channel, self.world.bot, flags=data.get("flags", 0), only_for=only_for
            )
            if kind == 4:
                fill(self.world, asked.original, data, files)

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
        data, files = await body(request)
        if asked.thinking and asked.original and not asked.original.deleted:
            # The first one takes the place of "is thinking", and its visibility.
            asked.thinking = False
            check(self.world, data | {"flags": 0}, files)
            fill(self.world, asked.original, data, files)
            return as_json(asked.original.data())
        need(not data.get("flags", 0) & VOICE_MESSAGE, "flags: a followup cannot be a voice message")
        need(not asked.installed_for_user_only or len(asked.followups) < 5, "too many followups", code=40094)
        check(self.world, data, files)
        hidden = bool(data.get("flags", 0) & EPHEMERAL)
        message = self.world.post(
            asked.channel, self.world.bot, flags=data.get("flags", 0), only_for=asked.user if hidden else None
        )
        fill(self.world, message, data, files)
        asked.followups.append(message)
        return as_json(message.data())

    async def webhook_message(self, request: web.Request) -> web.Response:
        return as_json(self._message_of(self._webhook(request), request).data())

    async def edit_by_webhook(self, request: web.Request) -> web.Response:
        asked = self._webhook(request)
        message = self._message_of(asked, request)
        data, files = await body(request)
        need(not data.get("flags", 0) & VOICE_MESSAGE, "flags: a message cannot become a voice message")
        change(self.world, message, data, files)
        asked.thinking = False
        return as_json(message.data())

    async def delete_by_webhook(self, request: web.Request) -> web.Response:
        asked = self._webhook(request)
        self._message_of(asked, request).deleted = True
        asked.thinking = False
        return web.Response(status=204)
