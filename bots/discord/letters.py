"""What is posted about an outcome: words, a file or a link, and buttons."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import discord

from bots.discord.address import Address
from bots.discord.buttons import clip_view
from bots.phrases import Phrases
from engine import Clip, Outcome

MOST_CHARACTERS = 2000
ROOM_BYTES = 16 * 1024
"""Of a request beside its file."""
Read = Callable[[Clip], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`data`: the clip, where it fits. `is_clip`: it may be read by all who read the channel."""

    text: str
    data: bytes | None = None
    filename: str = ""
    link: str | None = None
    view: discord.ui.View | None = None
    is_clip: bool = False

    def files(self) -> list[discord.File]:
        return [discord.File(io.BytesIO(self.data), self.filename)] if self.data is not None else []

    def without_file(self, sentence: str) -> Letter:
        """For where no file can be attached."""
        return replace(self, data=None, text=joined(self.text, sentence))

    def begun_with(self, *lines: str) -> Letter:
        return replace(self, text=joined(*lines, self.text))


def joined(*lines: str) -> str:
    return "\n".join(filter(None, lines))[:MOST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Writer:
    """`voices`: names of built-in voices by id; `read` fetches a clip; `name` gives a clip its file name."""

    phrases: Phrases
    read: Read
    name: Callable[[Clip], str]
    voices: Mapping[str, str]

    async def letter(self, address: Address, outcome: Outcome) -> Letter:
        """What became of the job, in the reader's language."""
        job = outcome.job
        if outcome.event == "job.cancelled":
            return Letter(text=self.phrases(address.language, "job-cancelled", credits=job.price))
        if outcome.event == "job.failed":
            unexpected = self.phrases(address.language, "error-unexpected", reference=job.id)
            return Letter(text=self.phrases.sentence(address.language, job.error_message or unexpected))
        clip = outcome.clip
        if clip is None:  # purged, or deleted by its owner, before it could be delivered
            return Letter(text=self.phrases(address.language, "job-gone"))
        letter = Letter(
            text=joined(self._headline(address, outcome, clip), outcome.notice),
            link=outcome.link,
            filename=self.name(clip),
            view=clip_view(self.phrases, address.language, job.capability, job.id),
            is_clip=True,
        )
        if clip.bytes > address.size_limit - ROOM_BYTES:
            return letter.without_file(self.too_large(address, letter, clip.bytes))
        return replace(letter, data=await self.read(clip))

    def too_large(self, address: Address, letter: Letter, size: int) -> str:
        megabytes = round(size / 1e6, 1)
        return self.phrases(address.language, "clip-too-large", megabytes=megabytes, link=letter.link or "")

    def _headline(self, address: Address, outcome: Outcome, clip: Clip) -> str:
        figures = {"seconds": round(clip.seconds, 1), "credits": outcome.job.price}
        voice = outcome.job.params.get("voice")
        if not voice:
            return self.phrases(address.language, "job-done-sound", **figures)
        name = self.voices.get(voice) or self.phrases(address.language, "voice-of-yours")
        return self.phrases(address.language, "job-done", voice=name, **figures)
