"""What makes a clip: words that are spoken, /tts, /sfx, /convert, and the offer below a voice note."""

from __future__ import annotations

from aiogram.filters import CommandObject
from aiogram.types import Message

from bots.telegram.asked import Asked
from bots.telegram.guided import Step, step_in
from bots.telegram.keyboards import AnyVoice, keyboard, voice_rows
from bots.telegram.options import names, split, text_field
from bots.telegram.sounds import check, data_of, sound_in
from bots.telegram.voices import add_voice, name_voice
from engine import InvalidInput, capability_named

COMMANDS = {"tts": "tts", "sfx": "sfx", "convert": "vc"}
CONVERSION = "vc"


def makes_a_clip(message: Message) -> bool:
    """Most likely, as far as can be said without asking anybody: plain words in private, or a command with words."""
    words = message.text or ""
    if not words.startswith("/"):
        return message.chat.type == "private" and bool(words)
    name, _, rest = words[1:].partition(" ")
    return name.lower() in COMMANDS and bool(rest)


async def command(message: Message, command: CommandObject, ask: Asked) -> None:
    """/tts and /sfx: options, then words; without words, those of the message replied to. /convert: a sound."""
    capability = capability_named(COMMANDS[command.command.lower()])
    raw, words = split(capability, command.args or "")
    field = text_field(capability)
    if field is None:
        await convert(message, ask, raw, words)
        return
    words = words or words_in(message.reply_to_message, message)
    if not words:
        example = ask.t(f"telegram-example-{command.command.lower()}")
        raise ask.refusal("telegram-usage", example=example, options=", ".join(names(capability)))
    await ask.order(capability.name, {**_liked(ask, capability.name), **raw, field: words})


def words_in(message: Message | None, quoting: Message | None = None) -> str:
    """What can be spoken of a message; of the part that was quoted, where one was."""
    if quoting is not None and quoting.quote is not None:
        return quoting.quote.text
    return (message.text or message.caption or "") if message else ""


def _liked(ask: Asked, capability: str) -> dict[str, float]:
    """The voice fills itself in; the format is a voice note."""
    known = capability_named(capability).params.model_fields
    return {"speed": ask.likes.speed} if ask.likes.speed is not None and "speed" in known else {}


async def speak(message: Message, ask: Asked) -> None:
    """Plain words in a private chat. An answer to a question of ours is that."""
    step = _step(message, ask)
    if step is not None and step.what == "name":
        await name_voice(ask, message.text or "")
        return
    await ask.order("tts", {**_liked(ask, "tts"), "text": message.text or ""})


async def speak_addressed(message: Message, ask: Asked, words: str) -> None:
    """A message in a group that names the bot or replies to it; the name alone means the message replied to."""
    words = words or words_in(message.reply_to_message, message)
    if not words:
        raise ask.refusal("error-nothing-to-say")
    await ask.order("tts", {**_liked(ask, "tts"), "text": words})


def _step(message: Message, ask: Asked) -> Step | None:
    """A reply to one of our questions; in a private chat also what comes after it."""
    if (step := step_in(message.reply_to_message, ask.desk.bot.id)) is not None:
        return step
    return ask.desk.expected.of(ask.sender.id) if message.chat.type == "private" else None


async def sound(message: Message, ask: Asked) -> None:
    """A voice note, audio or video: the recording that we asked for, or something to convert."""
    step = _step(message, ask)
    found = sound_in(message)
    assert found is not None, "the filter saw it"
    if step is not None and step.what == "clip":
        await add_voice(ask, step.name, await data_of(ask, found, most_seconds=120))
        return
    check(ask, found)
    await offer_conversion(ask, 0)


async def offer_conversion(ask: Asked, page: int) -> None:
    """A keyboard of voices below the sound; which sound it is about is the message that it replies to."""
    voices = await usable(ask)
    rows = voice_rows(voices, page, lambda voice: f"convert:{voice}", lambda at: f"converts:{at}")
    await ask.show(ask.t("voices-choose-for-clip"), keyboard(rows))


async def usable(ask: Asked, capability: str = CONVERSION) -> list[AnyVoice]:
    """Raises `InvalidInput` where there is nothing to choose from."""
    offer = ask.engine.offers[capability]
    if offer.unavailable:
        raise InvalidInput(offer.unavailable)
    found = await ask.engine.voices.search(ask.user, "", capability=capability, limit=500)
    if not found:
        raise ask.refusal("telegram-no-voices")
    return found


async def convert(message: Message, ask: Asked, raw: dict[str, str], words: str) -> None:
    """The sound replied to, or the one whose caption this is. The first word may be a voice, and so may `voice=`."""
    carrier = message if sound_in(message) else message.reply_to_message
    found = sound_in(carrier)
    if found is None or carrier is None:
        raise ask.refusal("telegram-convert-what")
    if words and "voice" not in raw:
        raw["voice"] = words
    if "voice" not in raw and ask.likes.voice is None:
        voices = await usable(ask)
        rows = voice_rows(voices, 0, lambda voice: f"convert:{voice}", lambda at: f"converts:{at}")
        await ask.replying_to(carrier.message_id).say(ask.t("voices-choose-for-clip"), keyboard(rows))
        return
    raw.setdefault("voice", ask.likes.voice or "")
    await order_conversion(ask, carrier, raw)


async def order_conversion(ask: Asked, carrier: Message, raw: dict[str, str]) -> None:
    """Fetched, measured, and converted. Raises a `UserError` about the sound, the voice or the credits."""
    found = sound_in(carrier)
    if found is None:
        raise ask.refusal("error-attachment-gone")
    ask.desk.progress.show(ask.to.place)
    upload = await ask.engine.uploads.add(ask.user, await data_of(ask, found))
    await ask.order(CONVERSION, {**raw, "source": upload.id})
