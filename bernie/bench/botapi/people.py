"""People who use the bot, and places where they meet it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bernie.bench.botapi.server import BotApi
from bernie.bench.botapi.world import BOT, JSON, Chat


@dataclass(frozen=True)
class Posted:
    """A message of the bot as it stands."""

    api: BotApi
    json: JSON

    @property
    def id(self) -> int:
        return int(self.json["message_id"])

    @property
    def text(self) -> str:
        return str(self.json.get("text") or self.json.get("caption") or "")

    @property
    def kind(self) -> str:
        return next((kind for kind in ("voice", "audio", "document", "invoice") if kind in self.json), "text")

    @property
    def data(self) -> bytes:
        """Of the file in it."""
        return self.api.world.files[self.json[self.kind]["file_id"]].data

    @property
    def buttons(self) -> dict[str, str]:
        """What is written on them, and what they send or open."""
        rows = self.json.get("reply_markup", {}).get("inline_keyboard", [])
        return {b["text"]: b.get("callback_data") or b.get("url") or "" for row in rows for b in row}


@dataclass
class Place:
    """A chat as one of its people sees it. `seen`: the bot's messages that a test has taken."""

    api: BotApi
    chat: Chat
    seen: set[int] = field(default_factory=set)

    def posted(self) -> list[Posted]:
        """All that is there of the bot's."""
        mine = [message for message in self.chat.messages.values() if message["from"]["id"] == BOT["id"]]
        return [Posted(self.api, message) for message in mine]

    async def next(self, kind: str = "", containing: str = "", *, seconds: float = 20) -> Posted:
        """The first message that was not taken yet, of that kind and with those words; also one that was edited."""

        def found() -> Posted | None:
            for posted in self.posted():
                fits = kind in ("", posted.kind) and containing in posted.text
                if posted.id not in self.seen and fits:
                    return posted
            return None

        posted: Posted = await self.api.until(found, seconds)
        self.seen.add(posted.id)
        return posted

    async def becomes(self, posted: Posted, true: Callable[[Posted], Any]) -> Posted:
        """That message once it was edited so that this holds."""

        def now() -> Posted | None:
            if (json := self.chat.messages.get(posted.id)) is None:
                return None
            return Posted(self.api, json) if true(Posted(self.api, json)) else None

        changed: Posted = await self.api.until(now)
        return changed


@dataclass
class TelegramPerson:
    """`home` is the private chat with the bot."""

    api: BotApi
    name: str
    language: str = "en"
    json: JSON = field(init=False)
    home: Place = field(init=False)

    def __post_init__(self) -> None:
        number = next(self.api.world.numbers)
        self.json = {"id": number, "is_bot": False, "first_name": self.name, "language_code": self.language}
        chat = Chat(number, title=self.name)
        self.api.world.chats[number] = chat
        self.home = Place(self.api, chat)

    def group(self, title: str, *, threads: set[int] | None = None) -> Place:
        """A new group with the bot in it; a forum where it has threads."""
        chat = Chat(-next(self.api.world.numbers), "supergroup", title, threads)
        self.api.world.chats[chat.id] = chat
        return Place(self.api, chat)

    async def says(self, words: str, *, at: Place | None = None, **more: Any) -> JSON:
        return await self.sends({"text": words, "entities": _entities(words)}, at=at, **more)

    async def sends(
        self,
        content: JSON,
        *,
        at: Place | None = None,
        reply_to: Posted | JSON | None = None,
        thread: int | None = None,
    ) -> JSON:
        """Any message; its update is on its way to the bot. Returns the message."""
        chat = (at or self.home).chat
        if reply_to is not None:
            content |= {"reply_to_message": reply_to.json if isinstance(reply_to, Posted) else reply_to}
        message = self.api.world.post(chat, content, sender=self.json, thread=thread)
        await self.api.world.queue("message", message)
        return message

    async def sends_sound(
        self, data: bytes, kind: str = "voice", *, duration: int = 1, caption: str = "", name: str = "sound.ogg",
        stated_bytes: int | None = None, at: Place | None = None, **more: Any,
    ) -> JSON:  # fmt: skip
        """A voice, audio, video_note or document."""
        file = self.api.world.store(data, kind, name.rpartition(".")[2], stated_bytes=stated_bytes)
        about: JSON = {"file_id": file.id, "file_unique_id": file.id, "file_size": file.stated_bytes}
        about |= {"duration": duration} if kind != "document" else {}
        about |= {"length": 240} if kind == "video_note" else {}
        about |= {"file_name": name, "mime_type": "audio/ogg"} if kind in ("document", "audio") else {}
        content: JSON = {kind: about}
        if caption:
            content |= {"caption": caption, "caption_entities": _entities(caption)}
        return await self.sends(content, at=at, **more)

    async def presses(self, posted: Posted, label: str, *, at: Place | None = None) -> JSON:
        """The button with that in its text or its data; what the bot answered to it."""
        place = at or self.home
        posted = Posted(self.api, place.chat.messages.get(posted.id, posted.json))
        data = next((data for text, data in posted.buttons.items() if label in text or data.startswith(label)), None)
        assert data is not None, f"no button {label!r} among {list(posted.buttons)}"
        query = self._asked({"message": posted.json, "data": data, "chat_instance": str(place.chat.id)})
        await self.api.world.queue("callback_query", query)
        return await self._answer(query)

    async def asks_inline(self, words: str) -> JSON:
        query = self._asked({"query": words, "offset": ""})
        await self.api.world.queue("inline_query", query)
        return await self._answer(query)

    async def pays(self, posted: Posted, *, amount: int | None = None) -> JSON:
        """The answer to the pre-checkout query; where it was yes, the payment has been made."""
        invoice = posted.json["invoice"]
        payload = next(
            call.params["payload"] for call in reversed(self.api.calls("sendInvoice")) if call.params["chat_id"]
        )
        terms = {"currency": "XTR", "total_amount": amount or invoice["total_amount"], "invoice_payload": payload}
        query = self._asked(terms)
        await self.api.world.queue("pre_checkout_query", query)
        answer = await self._answer(query)
        if answer.get("ok") in ("true", "True"):
            charge = f"stxCharge{query['id']}"
            self.api.world.charges[charge] = {"user_id": self.json["id"], "refunded": False, "stars": terms}
            paid = terms | {"telegram_payment_charge_id": charge, "provider_payment_charge_id": ""}
            await self.sends({"successful_payment": paid})
        return answer

    def _asked(self, content: JSON) -> JSON:
        number = str(next(self.api.world.numbers))
        self.api.world.callbacks[number] = time.monotonic()
        return {"id": number, "from": self.json, **content}

    async def _answer(self, query: JSON) -> JSON:
        answer: JSON = await self.api.until(lambda: self.api.world.answers.get(query["id"]))
        return answer

    async def quiet(self, seconds: float = 0.5) -> None:
        """Waits, where a test wants to see that nothing happens."""
        await asyncio.sleep(seconds)


def _entities(words: str) -> list[JSON]:
    """Commands and mentions, as the server marks them."""
    marks = []
    for found in re.finditer(r"(?<!\S)/\w+(?:@\w+)?|@\w{3,}", words):
        kind = "bot_command" if found[0].startswith("/") else "mention"
        offset = len(words[: found.start()].encode("utf-16-le")) // 2
        marks.append({"type": kind, "offset": offset, "length": len(found[0])})
    return marks
