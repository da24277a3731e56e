"""The methods that post, edit and delete."""

from __future__ import annotations

from typing import Any

from bernie.bench.botapi import checks
from bernie.bench.botapi.checks import bad, text
from bernie.bench.botapi.rates import Rates
from bernie.bench.botapi.world import BOT, JSON, Chat, Refusal, World


class Posting:
    def __init__(self, world: World, rates: Rates) -> None:
        self.world, self.rates = world, rates

    async def send_message(self, params: JSON) -> JSON:
        return self._post(params, lambda chat: {"text": text(params.get("text"))})

    async def send_voice(self, params: JSON) -> JSON:
        return self._post(params, lambda chat: self._voice(chat, params))

    async def send_audio(self, params: JSON) -> JSON:
        return self._post(params, lambda chat: self._file(params, "audio") | self._captioned(params))

    async def send_document(self, params: JSON) -> JSON:
        return self._post(params, lambda chat: self._file(params, "document") | self._captioned(params))

    async def send_invoice(self, params: JSON) -> JSON:
        return self._post(params, lambda chat: {"invoice": invoice(params)})

    async def send_chat_action(self, params: JSON) -> bool:
        chat = self.world.chat(params.get("chat_id"))
        checks.thread(chat, params.get("message_thread_id"))
        if params.get("action") not in checks.ACTIONS:
            raise bad("wrong parameter action in request")
        return True

    async def edit_message_text(self, params: JSON) -> JSON:
        chat, message = self._own(params)
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        return self._changed(chat, message, {"text": text(params.get("text"))}, params)

    async def edit_message_caption(self, params: JSON) -> JSON:
        chat, message = self._own(params)
        return self._changed(chat, message, self._captioned(params), params)

    async def edit_message_reply_markup(self, params: JSON) -> JSON:
        chat, message = self._own(params)
        return self._changed(chat, message, {}, params)

    async def delete_message(self, params: JSON) -> bool:
        chat, message = self._own(params, verb="delete")
        del chat.messages[message["message_id"]]
        chat.deleted.append(message["message_id"])
        return True

    def _post(self, params: JSON, content: Any) -> JSON:
        chat = self.world.chat(params.get("chat_id"))
        thread = checks.thread(chat, params.get("message_thread_id"))
        reply = checks.replied(chat, params.get("reply_parameters"))
        keyboard = checks.markup(params.get("reply_markup"))
        made = content(chat)
        self.rates.count(chat)
        marked = {"entities": entities} if (entities := checks.parsed(params.get("entities"), "entities")) else {}
        keys = {"reply_markup": keyboard} if keyboard else {}
        return self.world.post(chat, made | reply | keys | marked, thread=thread)

    def _voice(self, chat: Chat, params: JSON) -> JSON:
        if chat.no_voice_notes:
            raise Refusal(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
        data, name, file_id = checks.upload(self.world, params, "voice")
        seconds = checks.voice_seconds(data)
        stated = params.get("duration")
        if not file_id and (stated is None or abs(float(stated) - seconds) > 1):
            raise bad(f"the duration is stated as {stated} and is {seconds:.1f} s")
        file_id = file_id or self.world.store(data, "voice", name.rpartition(".")[2]).id
        voice = {"file_id": file_id, "file_unique_id": file_id, "duration": round(seconds), "file_size": len(data)}
        return {"voice": voice} | self._captioned(params)

    def _file(self, params: JSON, field: str) -> JSON:
        data, name, file_id = checks.upload(self.world, params, field)
        if field == "audio" and not name.endswith((".mp3", ".m4a")):
            raise bad("an audio must be in the MP3 or M4A format")
        file_id = file_id or self.world.store(data, field, name.rpartition(".")[2]).id
        stated: JSON = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(data), "file_name": name}
        return {field: stated | ({"duration": int(params.get("duration", 0))} if field == "audio" else {})}

    @staticmethod
    def _captioned(params: JSON) -> JSON:
        given = params.get("caption", "")
        return {"caption": text(given, checks.MAX_CAPTION, "message caption", empty=True)} if given else {}

    def _own(self, params: JSON, verb: str = "edit") -> tuple[Chat, JSON]:
        chat = self.world.chat(params.get("chat_id"))
        message = chat.messages.get(checks.whole(params.get("message_id"), "message id"))
        if message is None:
            raise bad(f"message to {verb} not found")
        if message["from"]["id"] != BOT["id"]:
            raise bad(f"message can't be {verb}ed".replace("eed", "ed"))
        return chat, message

    def _changed(self, chat: Chat, message: JSON, change: JSON, params: JSON) -> JSON:
        keyboard = checks.markup(params.get("reply_markup"))
        if entities := checks.parsed(params.get("entities"), "entities"):
            change = change | {"entities": entities}
        after = {name: value for name, value in message.items() if name != "reply_markup"} | change
        after |= {"reply_markup": keyboard} if keyboard else {}
        if after == message:
            raise bad("message is not modified: specified new message content and reply markup are exactly the same")
        self.rates.count(chat)
        chat.messages[message["message_id"]] = after
        return after


def invoice(params: JSON) -> JSON:
    """For Stars: no provider, exactly one price."""
    text(params.get("title"), 32, "title")
    text(params.get("description"), 255, "description")
    if not 1 <= len(str(params.get("payload", "")).encode()) <= 128:
        raise Refusal(400, "Bad Request: INVOICE_PAYLOAD_INVALID")
    if params.get("currency") != "XTR" or params.get("provider_token"):
        raise Refusal(400, "Bad Request: CURRENCY_INVALID")
    prices = checks.parsed(params.get("prices"), "prices")
    if len(prices) != 1 or not 1 <= int(prices[0]["amount"]) <= 100_000:
        raise Refusal(400, "Bad Request: STARS_INVOICE_INVALID")
    return {
        "title": params["title"],
        "description": params["description"],
        "start_parameter": "",
        "currency": "XTR",
        "total_amount": int(prices[0]["amount"]),
    }
