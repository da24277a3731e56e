"""How a clip is posted: as a voice note, never as a card with a file name, unless a file was asked for."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramEntityTooLarge
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, Message, ReplyParameters

from bots.phrases import Phrases
from bots.telegram.address import Address
from bots.telegram.keyboards import keyboard, short
from engine import FORMATS, Clip, Engine, Job

log = logging.getLogger(__name__)

MAX_CAPTION = 1024
MAX_UPLOAD_BYTES = 50_000_000
VOICE_FORMATS = ("ogg",)
AUDIO_FORMATS = ("mp3", "m4a")
REMEMBERED = 5000
NO_VOICE_NOTES = "VOICE_MESSAGES_FORBIDDEN"
"""Some people let nobody send them voice notes; they get an audio file."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A clip with the words and buttons below it."""

    clip: Clip
    caption: str = ""
    buttons: InlineKeyboardMarkup | None = None
    quiet: bool = False


@dataclass
class Clips:
    """`sent`: file ids by clip id, of what Telegram has from us and can show again without another upload."""

    bot: Bot
    engine: Engine
    max_bytes: int = MAX_UPLOAD_BYTES
    sent: OrderedDict[str, str] = field(default_factory=OrderedDict)

    async def post(self, to: Address, sound: Sound) -> Message | None:
        """None: it is larger than Telegram takes. Raises `NotFound` for a clip that is gone, and as aiogram does."""
        if sound.clip.bytes > self.max_bytes:
            return None
        try:
            return await self._post(to, sound)
        except TelegramEntityTooLarge:
            return None
        except TelegramBadRequest as error:
            if to.thread_id and "thread" in error.message.lower():
                # The topic was closed or deleted: better in the group than nowhere.
                return await self.post(replace(to, thread_id=None), sound)
            raise

    async def _post(self, to: Address, sound: Sound) -> Message:
        clip, common = sound.clip, _common(to, sound)
        if clip.format not in VOICE_FORMATS:
            return await self.post_file(to, sound, clip.format)
        known = self.sent.get(clip.id)
        voice = known or BufferedInputFile(await self.engine.clips.data(clip), self.engine.clips.filename(clip))
        try:
            message = await self.bot.send_voice(to.chat_id, voice, duration=max(1, round(clip.seconds)), **common)
        except TelegramBadRequest as error:
            if NO_VOICE_NOTES not in error.message:
                raise
            return await self.post_file(to, sound, "mp3")
        if message.voice is not None:
            self._remember(clip.id, message.voice.file_id)
        return message

    async def post_file(self, to: Address, sound: Sound, format: str) -> Message:
        """As a file of that format, which music players and editors take."""
        clip = sound.clip
        if format == clip.format:
            data = await self.engine.clips.data(clip)
        else:
            data = await self.engine.clips.data_as(clip, FORMATS[format])
        name = self.engine.clips.filename(clip).rpartition(".")[0]
        file = BufferedInputFile(data, f"{name}.{FORMATS[format].extension}")
        common = _common(to, sound)
        if format in AUDIO_FORMATS:
            return await self.bot.send_audio(to.chat_id, file, duration=max(1, round(clip.seconds)), **common)
        return await self.bot.send_document(to.chat_id, file, **common)

    def _remember(self, clip_id: str, file_id: str) -> None:
        self.sent[clip_id] = file_id
        while len(self.sent) > REMEMBERED:
            self.sent.popitem(last=False)


def _common(to: Address, sound: Sound) -> dict[str, Any]:
    """What every way of posting takes."""
    reply = ReplyParameters(message_id=to.message_id, allow_sending_without_reply=True)
    return {
        "caption": cut(sound.caption, MAX_CAPTION) or None,
        "message_thread_id": to.thread_id,
        "reply_parameters": reply if to.message_id else None,
        "reply_markup": sound.buttons,
        "disable_notification": sound.quiet or None,
    }


def cut(text: str, most: int) -> str:
    """At most so many UTF-16 units, which is what Telegram counts."""
    encoded = text.encode("utf-16-le")
    return text if len(encoded) <= 2 * most else encoded[: 2 * most - 2].decode("utf-16-le", "ignore") + "…"


def caption(phrases: Phrases, to: Address, job: Job, clip: Clip, notice: str) -> str:
    """Whose voice, how long, what it cost, and what else is to be known."""
    figures = {"seconds": round(clip.seconds, 1), "credits": job.price}
    if to.voice:
        line = phrases(to.language, "job-done", voice=to.voice, **figures)
    else:
        line = phrases(to.language, "job-done-sound", **figures)
    return f"{line}\n{notice}" if notice else line


def clip_buttons(phrases: Phrases, language: str, job: Job) -> InlineKeyboardMarkup:
    job_id = short(job.id)

    def button(phrase: str, verb: str) -> tuple[str, str]:
        return phrases(language, phrase), f"{verb}:{job_id}"

    first = [button("telegram-button-again", "again")]
    if "voice" in job.params:
        first.append((phrases(language, "telegram-button-voice"), f"other:{job_id}:0"))
    return keyboard([first, [button("telegram-button-file", "file"), button("telegram-button-delete", "delete")]])
