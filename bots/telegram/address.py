"""Where an outcome goes: all that the courier needs, in the job's `reply_to`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from aiogram.types import Message

COURIER = "telegram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`message_id`: what is answered, 0 for nothing; `thread_id`: the topic of a forum; `voice`: the name of the voice,
    where there is one; `status_id`: the message that said how far it is, to be taken away.
    """

    chat_id: int
    user_id: int
    message_id: int = 0
    thread_id: int | None = None
    language: str = "en"
    voice: str = ""
    status_id: int = 0

    def pack(self) -> dict[str, Any]:
        return {"courier": COURIER, **asdict(self)}

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> Address:
        """Also that of a person, and one that another version packed: what it does not say has its default."""
        if "person" in packed:
            person = int(packed["person"])
            return cls(chat_id=person, user_id=person, language=packed.get("language") or "en")
        return cls(**{name: packed[name] for name in cls.__slots__ if name in packed})

    @property
    def place(self) -> tuple[int, int | None]:
        return self.chat_id, self.thread_id


def place_of(message: Message) -> tuple[int, int | None]:
    """Its chat, and its topic in a forum."""
    return message.chat.id, message.message_thread_id if message.is_topic_message else None


def address_of(message: Message, user_id: int, *, language: str) -> Address:
    """Of an answer to that message."""
    chat_id, thread_id = place_of(message)
    return Address(
        chat_id=chat_id,
        user_id=user_id,
        message_id=message.message_id,
        thread_id=thread_id,
        language=language,
    )
