"""What a Telegram server remembers: chats, messages, files, and the updates that a bot has not confirmed yet."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Literal

JSON = dict[str, Any]
BOT: JSON = {
    "id": 42,
    "is_bot": True,
    "first_name": "Bernie",
    "username": "bernie_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}


class Refusal(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class Chat:
    """`gone`: why nothing can be posted, as Telegram says it. `threads`: open topics of a forum."""

    id: int
    type: Literal["private", "group", "supergroup"] = "private"
    title: str = ""
    threads: set[int] | None = None
    gone: tuple[int, str] | None = None
    migrated_to: int | None = None
    no_voice_notes: bool = False
    admins: set[int] = field(default_factory=set)
    messages: dict[int, JSON] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return self.type != "private"

    def as_json(self) -> JSON:
        names = {"title": self.title} if self.is_group else {"first_name": self.title}
        return {"id": self.id, "type": self.type, **names, **({"is_forum": True} if self.threads is not None else {})}


@dataclass(frozen=True)
class StoredFile:
    id: str
    path: str
    data: bytes
    stated_bytes: int


@dataclass
class Call:
    """One request of the bot, as it came in."""

    method: str
    params: JSON
    at: float
    status: int = 200


@dataclass
class World:
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    commands: dict[str, list[JSON]] = field(default_factory=dict)
    callbacks: dict[str, float] = field(default_factory=dict)
    answers: dict[str, JSON] = field(default_factory=dict)  # by id of the query
    charges: dict[str, JSON] = field(default_factory=dict)  # Stars, by charge id
    updates: list[JSON] = field(default_factory=list)
    webhook: JSON | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))
    update_numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(700_000))

    async def tell(self) -> None:
        """Whoever waits looks again."""
        async with self.changed:
            self.changed.notify_all()

    async def queue(self, kind: str, content: JSON) -> int:
        """An update for the bot; its id."""
        number = next(self.update_numbers)
        self.updates.append({"update_id": number, kind: content})
        await self.tell()
        return number

    def chat(self, chat_id: Any) -> Chat:
        """Where the bot may post. Raises `Refusal` as Telegram does."""
        try:
            chat = self.chats[int(chat_id)]
        except (KeyError, TypeError, ValueError):
            raise Refusal(400, "Bad Request: chat not found") from None
        if chat.migrated_to is not None:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, text, migrate_to_chat_id=chat.migrated_to)
        if chat.gone is not None:
            raise Refusal(*chat.gone)
        return chat

    def post(self, chat: Chat, content: JSON, *, sender: JSON | None = None, thread: int | None = None) -> JSON:
        """A new message, the bot's unless it has another sender."""
        message = {
            "message_id": next(self.numbers),
            "date": int(time.time()),
            "chat": chat.as_json(),
            "from": sender or BOT,
            **({"message_thread_id": thread, "is_topic_message": True} if thread else {}),
            **content,
        }
        chat.messages[message["message_id"]] = message
        return message

    def store(self, data: bytes, folder: str, suffix: str, *, stated_bytes: int | None = None) -> StoredFile:
        number = next(self.numbers)
        file = StoredFile(
            f"file-{number}-{folder}", f"{folder}/file_{number}.{suffix}", data, stated_bytes or len(data)
        )
        self.files[file.id] = file
        return file


def length(text: str) -> int:
    """As Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
