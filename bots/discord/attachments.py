"""Files that people bring: fetched from Discord, a text read as text, the last audio in a channel found."""

from __future__ import annotations

import logging

import discord

from bots.discord.reply import Refusal, Reply
from engine import MAX_UPLOAD_BYTES

log = logging.getLogger(__name__)

SEARCHED_MESSAGES = 50
TEXT_BYTES = 100_000
AUDIO_SUFFIXES = (".ogg", ".oga", ".opus", ".mp3", ".wav", ".flac", ".m4a", ".aac", ".webm", ".mp4", ".wma", ".amr")


def is_audio(attachment: discord.Attachment) -> bool:
    """By what Discord says of it or by its name; what is really in it, the engine finds out."""
    kind = attachment.content_type or ""
    return kind.startswith(("audio/", "video/")) or attachment.filename.lower().endswith(AUDIO_SUFFIXES)


async def data_of(reply: Reply, attachment: discord.Attachment, *, most: int = MAX_UPLOAD_BYTES) -> bytes:
    """Raises `Refusal` for a file that is too large, before it is fetched, or whose link has expired."""
    if attachment.size > most:
        sizes = {"megabytes": round(attachment.size / 1e6, 1), "most": round(most / 1e6, 1)}
        raise Refusal(reply.t("error-attachment-large", **sizes))
    try:
        return await attachment.read()
    except discord.HTTPException as error:
        log.info("attachment not fetched", extra={"attachment": attachment.id, "error": str(error)})
        raise Refusal(reply.t("error-attachment-gone")) from error


async def text_of(reply: Reply, attachment: discord.Attachment) -> str:
    """Raises `Refusal` for a file that is no text."""
    data = await data_of(reply, attachment, most=TEXT_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(reply.t("error-text-file")) from error


def audio_in(message: discord.Message) -> discord.Attachment | None:
    return next((attachment for attachment in message.attachments if is_audio(attachment)), None)


def _is_hidden(message: discord.Message) -> bool:
    """Without the message content intent what others write comes without words and files."""
    return not (message.content or message.attachments or message.embeds or message.stickers)


async def last_audio(reply: Reply) -> discord.Attachment:
    """Of the last messages where the command was given. Raises `Refusal` that says what is missing."""
    interaction = reply.interaction
    channel = interaction.channel
    if not isinstance(channel, discord.abc.Messageable):
        raise Refusal(reply.t("error-no-audio-here"))
    hidden = False
    try:
        async for message in channel.history(limit=SEARCHED_MESSAGES):
            if found := audio_in(message):
                return found
            hidden = hidden or (message.author != interaction.client.user and _is_hidden(message))
    except discord.HTTPException as error:
        raise Refusal(reply.t("permission-read")) from error
    raise Refusal(reply.t("permission-content" if hidden else "error-no-audio-here"))
