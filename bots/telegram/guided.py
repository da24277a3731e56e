"""Questions that take more than one message, such as a new voice: its name, the consent, the recording.

What is known so far stands in the bot's own question, as a link behind a word, and people answer by replying to it; so
nothing is lost with the process. While it runs, an answer that is no reply is understood too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from aiogram.types import Message, MessageEntity

STEPS = ("name", "consent", "clip")
MINUTES = 10


@dataclass(frozen=True, slots=True)
class Step:
    """`what` is asked for: the name of a new voice, its speaker's consent, or the clip after that."""

    what: str
    name: str = ""

    def entity(self, words: str, username: str, behind: str) -> MessageEntity:
        """A link behind the words `behind`, that carries this step."""
        offset = len(words[: words.index(behind)].encode("utf-16-le")) // 2
        length = len(behind.encode("utf-16-le")) // 2
        link = f"https://t.me/{username}?{urlencode({'step': self.what, 'name': self.name})}"
        return MessageEntity(type="text_link", offset=offset, length=length, url=link)


def step_in(message: Message | None, bot_id: int) -> Step | None:
    """What the bot asked for in that message."""
    if message is None or message.from_user is None or message.from_user.id != bot_id:
        return None
    for entity in message.entities or ():
        asked = parse_qs(urlsplit(entity.url or "").query)
        if entity.type == "text_link" and (what := asked.get("step", [""])[0]) in STEPS:
            return Step(what, asked.get("name", [""])[0])
    return None


@dataclass(frozen=True, slots=True)
class Expected:
    """By the person's id, what they were asked for in their private chat."""

    _steps: dict[int, tuple[Step, float]] = field(default_factory=dict)

    def ask(self, person: int, step: Step) -> None:
        if len(self._steps) > 1000:
            early = time.monotonic() - 60 * MINUTES
            for old in [key for key, (_, at) in self._steps.items() if at < early]:
                del self._steps[old]
        self._steps[person] = (step, time.monotonic())

    def of(self, person: int) -> Step | None:
        step, at = self._steps.get(person, (None, 0.0))
        return step if time.monotonic() - at < 60 * MINUTES else None

    def done(self, person: int) -> None:
        self._steps.pop(person, None)
