"""The methods that answer: queries, payments, files, and what a bot says of itself."""

from __future__ import annotations

import re
import time

from bernie.bench.botapi import checks
from bernie.bench.botapi.checks import bad, text
from bernie.bench.botapi.world import BOT, JSON, Refusal, World

ANSWER_SECONDS = 10.0
"""For inline and pre-checkout queries."""
CALLBACK_SECONDS = 30.0


class Answering:
    def __init__(self, world: World) -> None:
        self.world = world

    async def get_me(self, params: JSON) -> JSON:
        return BOT

    async def get_chat_member(self, params: JSON) -> JSON:
        chat, person = self.world.chat(params.get("chat_id")), int(params["user_id"])
        about = {"id": person, "is_bot": False, "first_name": "Somebody"}
        if person in chat.admins:
            return {"status": "creator", "user": about, "is_anonymous": False}
        return {"status": "member", "user": about}

    async def set_my_commands(self, params: JSON) -> bool:
        commands = checks.parsed(params.get("commands"), "commands")
        if not 1 <= len(commands) <= 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
            text(command["description"], 256, "command description")
        self.world.commands[params.get("language_code", "")] = commands
        return True

    async def get_file(self, params: JSON) -> JSON:
        if (file := self.world.files.get(str(params.get("file_id")))) is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if file.stated_bytes > checks.MAX_DOWNLOAD:
            raise bad("file is too big")
        return {"file_id": file.id, "file_unique_id": file.id, "file_size": len(file.data), "file_path": file.path}

    async def answer_callback_query(self, params: JSON) -> bool:
        self._in_time(params, "callback_query_id", CALLBACK_SECONDS)
        text(params.get("text", ""), 200, "callback answer", empty=True)
        return await self._answered(params, "callback_query_id")

    async def answer_inline_query(self, params: JSON) -> bool:
        self._in_time(params, "inline_query_id", ANSWER_SECONDS)
        results = checks.parsed(params.get("results") or "[]", "results")
        if len(results) > 50 or len({result["id"] for result in results}) != len(results):
            raise Refusal(400, "Bad Request: RESULTS_TOO_MUCH")
        for result in results:
            self._result(result)
        if button := checks.parsed(params.get("button"), "button"):
            text(button.get("text"), 64, "button")
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "")):
                raise Refusal(400, "Bad Request: START_PARAM_INVALID")
        return await self._answered(params | {"results": results, "button": button}, "inline_query_id")

    def _result(self, result: JSON) -> None:
        if not 1 <= len(result["id"].encode()) <= 64:
            raise Refusal(400, "Bad Request: RESULT_ID_INVALID")
        if result["type"] != "voice" or result.get("voice_file_id") not in self.world.files:
            raise Refusal(400, "Bad Request: VOICE_CONTENT_URL_EMPTY")
        text(result.get("title"), 256, "title")
        text(result.get("caption", ""), checks.MAX_CAPTION, "caption", empty=True)

    async def answer_pre_checkout_query(self, params: JSON) -> bool:
        self._in_time(params, "pre_checkout_query_id", ANSWER_SECONDS)
        if params.get("ok") not in ("true", "True", True) and not params.get("error_message"):
            raise bad("an error message must be given")
        return await self._answered(params, "pre_checkout_query_id")

    async def refund_star_payment(self, params: JSON) -> bool:
        charge = self.world.charges.get(str(params.get("telegram_payment_charge_id")))
        if charge is None or charge["user_id"] != checks.whole(params.get("user_id"), "user id"):
            raise Refusal(400, "Bad Request: CHARGE_NOT_FOUND")
        if charge["refunded"]:
            raise Refusal(400, "Bad Request: CHARGE_ALREADY_REFUNDED")
        charge["refunded"] = True
        return True

    def _in_time(self, params: JSON, field: str, seconds: float) -> None:
        asked = self.world.callbacks.get(str(params.get(field)))
        if asked is None or time.monotonic() - asked > seconds:
            raise bad("query is too old and response timeout expired or query ID is invalid")

    async def _answered(self, params: JSON, field: str) -> bool:
        self.world.answers[params[field]] = params
        if field != "callback_query_id":
            del self.world.callbacks[params[field]]  # these can be answered once
        await self.world.tell()
        return True
