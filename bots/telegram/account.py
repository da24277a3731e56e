"""What people have and what they like: /credits, /queue, /cancel, /link, /settings, /language, /privacy, /help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from tempfile import NamedTemporaryFile
from typing import Any

from aiogram.filters import CommandObject
from aiogram.types import FSInputFile, Message
from babel import Locale

from bots.telegram.asked import Asked
from bots.telegram.clips import MAX_UPLOAD_BYTES
from bots.telegram.keyboards import keyboard
from engine import Conflict, Status

WAITING = ("queued", "running")
LISTED = 10
SPEEDS = ("0.8", "1.0", "1.2", "1.5")


async def credits(message: Message, ask: Asked) -> None:
    have = await ask.engine.credits.balance(ask.user)
    words = [ask.t("credits-have", credits=have), ask.t("credits-prices")]
    if ask.desk.stars is not None:
        words.append(ask.t("telegram-topup-hint"))
    await ask.say("\n".join(words))


async def waiting(ask: Asked) -> list[Status]:
    return await ask.engine.jobs.page(ask.user, states=WAITING, limit=100)


async def queue(message: Message, ask: Asked) -> None:
    """Oldest first, each with a button that cancels it."""
    found = (await waiting(ask))[::-1]
    if not found:
        raise ask.refusal("queue-empty")
    lines, rows = [ask.t("queue-title")], []
    for number, status in enumerate(found[:LISTED], 1):
        lines.append(f"{number}. {summary(status)}")
        rows.append((f"✖ {number}", f"stop:{status.job.id}"))
    if len(found) > LISTED:
        lines.append(ask.t("queue-more", count=len(found) - LISTED))
    await ask.say("\n".join(lines), keyboard([rows[:5], rows[5:]]))


def summary(status: Status) -> str:
    """In a few words, what was asked for."""
    params = status.job.params
    words = str(params.get("text") or params.get("prompt") or params.get("voice") or "")
    return words if len(words) <= 60 else f"{words[:59]}…"


async def cancel(message: Message, ask: Asked) -> None:
    """All that waits and runs, and any question that is open."""
    ask.desk.expected.done(ask.sender.id)
    found = await waiting(ask)
    if not found:
        raise ask.refusal("queue-empty")
    cancelled = 0
    for status in found:
        try:
            await ask.engine.jobs.cancel(ask.user, status.job.id)
            cancelled += 1
        except Conflict:  # it ended meanwhile
            continue
    await ask.say(ask.t("cancelled-many", count=cancelled))


async def link(message: Message, command: CommandObject, ask: Asked) -> None:
    """/link gives a code; /link CODE takes one from elsewhere. In private: whoever reads the code can use it."""
    if message.chat.type != "private":
        raise ask.refusal("telegram-in-private")
    if not (code := (command.args or "").strip()):
        await ask.say(ask.t("link-code", code=await ask.engine.linking.link_code(ask.user)))
        return
    user = await ask.engine.linking.redeem(ask.user, code)
    await ask.say(ask.t("link-done", credits=await ask.engine.credits.balance(user)))


async def settings(message: Message, ask: Asked) -> None:
    await show_settings(ask)


async def show_settings(ask: Asked) -> None:
    likes = await ask.engine.preferences.get(ask.user)
    voice = ask.t("settings-default")
    if likes.voice is not None:
        voice = (await ask.engine.voices.info(ask.user, likes.voice)).voice.name
    language = named(likes.language) if likes.language else ask.t("settings-default")
    words = [
        ask.t("settings-title"),
        f"{ask.t('settings-voice')}: {voice}",
        f"{ask.t('settings-speed')}: {likes.speed if likes.speed is not None else ask.t('settings-default')}",
        f"{ask.t('settings-language')}: {language}",
    ]
    rows = [
        [(ask.t("settings-voice"), "voices:0"), (ask.t("settings-language"), "languages:")],
        [(f"{speed}×", f"speed:{speed}") for speed in SPEEDS],
        [(f"↺ {ask.t('settings-default')}", "speed:")],
    ]
    await ask.show("\n".join(words), keyboard(rows))


async def choose_speed(ask: Asked, rest: str) -> None:
    await ask.engine.preferences.change(ask.user, speed=float(rest) if rest else None)
    await show_settings(ask)


async def language(message: Message, ask: Asked) -> None:
    await show_languages(ask, "")


async def show_languages(ask: Asked, rest: str) -> None:
    tags = ask.desk.phrases.languages
    rows = [[(named(tag), f"language:{tag}")] for tag in tags]
    await ask.show(ask.t("settings-language"), keyboard([*rows, [(ask.t("settings-default"), "language:")]]))


def named(tag: str) -> str:
    """As its own speakers call it."""
    return str(Locale.parse(tag, sep="-").get_display_name(tag.partition("-")[0]) or tag).title()


async def choose_language(ask: Asked, rest: str) -> None:
    await ask.engine.preferences.change(ask.user, language=rest or None)
    spoken = ask.desk.phrases.language(rest or None, ask.sender.language_code)
    await ask.note(ask.desk.phrases(spoken, "settings-changed"))


async def privacy(message: Message, ask: Asked) -> None:
    if message.chat.type != "private":
        raise ask.refusal("telegram-in-private")
    rows = [
        [(ask.t("telegram-privacy-export"), "export:")],
        [(ask.t("privacy-delete-yes"), "forget:")],
    ]
    await ask.say(ask.t("telegram-privacy"), keyboard(rows))


async def export(ask: Asked, rest: str) -> None:
    """A zip, by way of a file: it may be larger than should be in memory."""
    with NamedTemporaryFile(suffix=".zip") as file:
        written = 0
        async for piece in ask.engine.privacy.export(ask.user):
            written += len(piece)
            if written > MAX_UPLOAD_BYTES:
                raise ask.refusal("privacy-export-large")
            file.write(piece)
        file.flush()
        await ask.desk.bot.send_document(
            ask.to.chat_id, FSInputFile(file.name, "bernie-export.zip"), caption=ask.t("privacy-export")
        )


async def ask_whether_to_forget(ask: Asked, rest: str) -> None:
    rows = [[(ask.t("privacy-delete-yes"), "forgotten:")], [(ask.t("button-cancel"), "close")]]
    await ask.show(ask.t("privacy-delete-ask"), keyboard(rows))


async def forget(ask: Asked, rest: str) -> None:
    await ask.engine.privacy.delete(ask.user)
    ask.desk.expected.done(ask.sender.id)
    await ask.show(ask.t("privacy-deleted"))


async def help_(message: Message, ask: Asked) -> None:
    me = await ask.desk.bot.me()
    await ask.say(ask.t("telegram-help", bot=f"@{me.username}"))


async def unknown(message: Message, ask: Asked) -> None:
    """A command that there is not, or a message without words or sound, such as a sticker."""
    raise ask.refusal("telegram-unknown" if message.text else "telegram-no-words")


VERBS: dict[str, Callable[[Asked, str], Awaitable[Any]]] = {
    "speed": choose_speed,
    "languages": show_languages,
    "language": choose_language,
    "export": export,
    "forget": ask_whether_to_forget,
    "forgotten": forget,
}
