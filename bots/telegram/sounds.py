"""Sound that people send: which file it is, whether the bot may fetch it, and its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Message

from bots.telegram.asked import Asked
from engine import ClipTooLong

MAX_DOWNLOAD_BYTES = 20_000_000
SOURCE_SECONDS = 300
DOWNLOAD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Sound:
    """`seconds` as the sender states it, 0 where it is not stated."""

    file_id: str
    bytes: int
    seconds: int


def sound_in(message: Message | None) -> Sound | None:
    """A voice note, audio, video note, video, or a document that says it is audio or video."""
    if message is None:
        return None
    for media in (message.voice, message.audio, message.video_note, message.video):
        if media is not None:
            return Sound(media.file_id, media.file_size or 0, media.duration)
    document = message.document
    if document is not None and (document.mime_type or "").startswith(("audio/", "video/")):
        return Sound(document.file_id, document.file_size or 0, 0)
    return None


def check(ask: Asked, sound: Sound, *, most_seconds: int = SOURCE_SECONDS) -> None:
    """Raises a `UserError` for a file that Telegram hands to no bot, or that is said to be too long."""
    if sound.bytes > MAX_DOWNLOAD_BYTES:
        raise too_large(ask, sound)
    if sound.seconds > most_seconds:
        raise ClipTooLong(ask.t("telegram-too-long", seconds=sound.seconds, most=most_seconds))


async def data_of(ask: Asked, sound: Sound, *, most_seconds: int = SOURCE_SECONDS) -> bytes:
    """Raises as `check` does, and for a file that is gone."""
    check(ask, sound, most_seconds=most_seconds)
    try:
        return await _fetched(ask.desk.bot, sound)
    except TelegramBadRequest as error:
        if "too big" in error.message:
            raise too_large(ask, sound) from error
        raise ask.refusal("error-attachment-gone") from error


def too_large(ask: Asked, sound: Sound) -> ClipTooLong:
    megabytes, most = round(sound.bytes / 1e6, 1), MAX_DOWNLOAD_BYTES // 1_000_000
    return ClipTooLong(ask.t("error-attachment-large", megabytes=megabytes, most=most))


async def _fetched(bot: Bot, sound: Sound) -> bytes:
    file = await bot.get_file(sound.file_id)
    assert file.file_path is not None, "Telegram gives a path with every file that it hands out"
    read = await bot.download_file(file.file_path, timeout=DOWNLOAD_SECONDS)
    assert read is not None
    return read.read()
