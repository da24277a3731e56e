"""Voices: /voices with previews, /voice for the one that speaks, /addvoice step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram.filters import CommandObject
from aiogram.types import Message

from bots.telegram.asked import Asked
from bots.telegram.guided import Step, step_in
from bots.telegram.keyboards import keyboard, voice_rows
from engine import NotFound

LISTED = 500


async def list_voices(message: Message, command: CommandObject, ask: Asked) -> None:
    """/voices, or /voices german."""
    await show_page(ask, 0, (command.args or "").strip())


async def show_page(ask: Asked, page: int, text: str = "") -> None:
    found = await ask.engine.voices.search(ask.user, text, limit=LISTED)
    if not found:
        raise ask.refusal("voices-none", text=text)
    rows = voice_rows(found, page, lambda voice: f"voice:{voice}", lambda at: f"voices:{at}")
    await ask.show(ask.t("voices-title"), keyboard(rows))


async def show_voice(ask: Asked, voice_id: str) -> None:
    """What is known of it, to be heard, chosen or deleted."""
    info = await ask.engine.voices.info(ask.user, voice_id)
    voice = info.voice
    words = " · ".join(filter(None, (voice.name, voice.language, voice.description)))
    if info.is_default:
        words = f"{words}\n{ask.t('voice-default', name=voice.name)}"
    rows = [
        [(ask.t("telegram-button-hear"), f"hear:{voice.id}"), (ask.t("telegram-button-use"), f"default:{voice.id}")]
    ]
    if info.mine:
        rows.append([(ask.t("telegram-button-delete"), f"unvoice:{voice.id}")])
    rows.append([("◀", "voices:0")])
    await ask.show(words, keyboard(rows))


async def hear(ask: Asked, voice_id: str) -> None:
    """Introduces itself, at the price of its words; only a voice that cannot speak is heard as it was recorded."""
    info = await ask.engine.voices.info(ask.user, voice_id)
    if "tts" not in info.usable_for and info.mine:
        link = await ask.engine.voices.sample(ask.user, voice_id)
        await ask.say(ask.t("clip-as-link", link=link or ""))
        return
    words = ask.engine.voices.preview_text(info.voice)
    await ask.order("tts", {"text": words, "voice": voice_id})


async def make_default(ask: Asked, voice_id: str) -> None:
    await ask.engine.preferences.change(ask.user, voice=voice_id)
    info = await ask.engine.voices.info(ask.user, voice_id)
    await ask.note(ask.t("voice-default", name=info.voice.name))


async def delete(ask: Asked, voice_id: str) -> None:
    info = await ask.engine.voices.info(ask.user, voice_id)
    await ask.engine.voices.delete(ask.user, voice_id)
    await ask.show(ask.t("voice-deleted", name=info.voice.name))


async def choose(message: Message, command: CommandObject, ask: Asked) -> None:
    """/voice emma; /voice alone shows the one that speaks."""
    wanted = (command.args or "").strip()
    if wanted:
        chosen = await ask.engine.preferences.change(ask.user, voice=wanted)
        await show_voice(ask, chosen.voice or "")
        return
    try:
        voice_id = ask.likes.voice or await ask.engine.voices.resolve(ask.user, "tts", None)
        await show_voice(ask, voice_id)
    except NotFound:
        await show_page(ask, 0)


async def begin_adding(message: Message, command: CommandObject, ask: Asked) -> None:
    """/addvoice Anna. Only in a private chat: a recording of somebody's voice is nobody else's business."""
    if message.chat.type != "private":
        raise ask.refusal("telegram-in-private")
    if name := (command.args or "").strip():
        await name_voice(ask, name)
        return
    words = ask.t("telegram-voice-name")
    await ask.ask(words, Step("name"), words)


async def name_voice(ask: Asked, name: str) -> None:
    """The name is known: now the consent. What was agreed to stands in the message whose button is pressed."""
    name = name.strip()[:60]
    words = ask.t("telegram-voice-consent", name=name)
    buttons = keyboard([[(ask.t("telegram-button-agree"), "agree"), (ask.t("button-cancel"), "close")]])
    await ask.ask(words, Step("consent", name), name, buttons)


async def agree(ask: Asked, rest: str) -> None:
    """Agreed: the recording is asked for."""
    name = _agreed_name(ask)
    if name is None:
        raise ask.refusal("error-consent")
    await close(ask, rest)
    await ask.replying_to(0).ask(ask.t("telegram-voice-record", name=name), Step("clip", name), name)


def _agreed_name(ask: Asked) -> str | None:
    step = step_in(ask.pressed, ask.desk.bot.id)
    return step.name if step and step.what == "consent" else None


async def add_voice(ask: Asked, name: str, data: bytes) -> None:
    """The recording came, after the consent: `Step("clip")` is only asked for then."""
    voice = await ask.engine.voices.add(ask.user, data, name=name, consent=True, language=ask.language)
    ask.desk.expected.done(ask.sender.id)
    quoted = f'"{voice.name}"' if " " in voice.name else voice.name
    await ask.say(ask.t("voice-added", name=voice.name, example=f"/tts voice={quoted} …"))


async def close(ask: Asked, rest: str) -> None:
    """Takes the question away."""
    ask.desk.expected.done(ask.sender.id)
    if (pressed := ask.pressed) is not None:
        await ask.desk.bot.delete_message(pressed.chat.id, pressed.message_id)


async def turn(ask: Asked, rest: str) -> None:
    await show_page(ask, int(rest))


VERBS: dict[str, Callable[[Asked, str], Awaitable[None]]] = {
    "voices": turn,
    "voice": show_voice,
    "hear": hear,
    "default": make_default,
    "unvoice": delete,
    "agree": agree,
    "close": close,
}
