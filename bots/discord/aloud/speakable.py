"""What of a message can be said: names for mentions, a word for a link, nothing of a spoiler."""

from __future__ import annotations

import re
from collections.abc import Callable

import discord

Say = Callable[..., str]
"""A phrase by its id, in the language of the reading."""

COMMAND = re.compile(r"[!/$%&?;.+=>~-]{1,2}[a-z]", re.IGNORECASE)
"""How commands for other bots begin: `!play`, `/skip`, `.help`."""
LINK = re.compile(r"<?https?://[^\s>]+>?", re.IGNORECASE)
NAMED_LINK = re.compile(r"\[([^\]\n]+)\]\(<?https?://[^\s)]+\)", re.IGNORECASE)
CODE_BLOCK = re.compile(r"```.*?(```|$)", re.DOTALL)
SPOILER = re.compile(r"\|\|.+?\|\|", re.DOTALL)
EMOJI = re.compile(r"<a?:(\w+):\d+>")
COMMAND_MENTION = re.compile(r"</([^:>]+):\d+>")
TIME = re.compile(r"<t:-?\d+(:\w)?>")
MENTION = re.compile(r"<(@!|@&|@|#)(\d+)>")
LINE_MARKS = re.compile(r"^(\s*(#{1,3}|-#|>>>|>|[-*])\s+)", re.MULTILINE)
EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|~~|`)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
WORD_EMPHASIS = re.compile(r"(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)", re.DOTALL)
DRAWN_OUT = re.compile(r"(\w)\1{3,}|([^\w\s])\2{3,}")
KINDS = ("image", "video", "audio")


def is_command(message: discord.Message) -> bool:
    return COMMAND.match(message.content) is not None


def speakable(message: discord.Message, say: Say, *, characters: int, named: bool) -> str:
    """Nothing where nothing can be said. `characters` at most of what was written; `named`: with who wrote it."""
    text = shortened(words_of(message, say), characters, say("aloud-and-so-on"))
    name = message.author.display_name
    said = [say("aloud-says", name=name, text=text) if named else text] if _has_words(text) else []
    return " ".join([*said, *_shown(message, say, name)])


def words_of(message: discord.Message, say: Say) -> str:
    """The text of the message as one would read it to somebody."""
    text = CODE_BLOCK.sub(f" {say('aloud-code')} ", message.content)
    text = SPOILER.sub(f" {say('aloud-spoiler')} ", text)
    text = NAMED_LINK.sub(r"\1", text)
    text = LINK.sub(say("aloud-link"), text)
    text = EMOJI.sub(lambda found: f" {_spelled(found[1])} ", text)
    text = COMMAND_MENTION.sub(r"\1", text)
    text = TIME.sub(say("aloud-time"), text)
    text = MENTION.sub(lambda found: _named(message, found[1], int(found[2])), text)
    text = LINE_MARKS.sub("", text)
    for marks in (EMPHASIS, EMPHASIS):  # bold within italics
        text = marks.sub(r"\2", text)
    text = WORD_EMPHASIS.sub(r"\1", text)
    text = DRAWN_OUT.sub(lambda found: (found[1] or found[2]) * 3, text)
    return re.sub(r"\s+", " ", text).strip()


def shortened(text: str, characters: int, ending: str) -> str:
    """Cut between two words where it is too long."""
    if len(text) <= characters:
        return text
    room = characters - len(ending) - 1
    kept, _, _ = text[: room + 1].rpartition(" ")
    return f"{kept or text[:room]} {ending}"


def _named(message: discord.Message, kind: str, mentioned: int) -> str:
    """The bot itself is not called by name: whoever mentions it speaks to it, for it to be said."""
    guild = message.guild
    if kind == "#":
        channel = guild.get_channel_or_thread(mentioned) if guild else None
        return channel.name.replace("-", " ") if channel else ""
    if kind == "@&":
        role = guild.get_role(mentioned) if guild else None
        return role.name if role else ""
    if guild and guild.me and mentioned == guild.me.id:
        return ""
    return next((person.display_name for person in message.mentions if person.id == mentioned), "")


def _shown(message: discord.Message, say: Say, name: str) -> list[str]:
    """What came along: pictures, files, stickers. Of spoilers nothing."""
    counts: dict[str, int] = {}
    for attachment in message.attachments:
        kind = (attachment.content_type or "").partition("/")[0]
        kind = kind if kind in KINDS else "file"
        counts[kind] = counts.get(kind, 0) + 1
    sent = [say("aloud-sent", name=name, kind=kind, count=count) for kind, count in counts.items()]
    return sent + [say("aloud-sticker", name=name, sticker=sticker.name) for sticker in message.stickers]


def _spelled(name: str) -> str:
    """catJAM_wave as words: cat JAM wave."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)
