"""Which handler takes which update. Built in a function: aiogram's routers belong to one dispatcher each."""

from __future__ import annotations

from typing import Any

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandStart, Filter
from aiogram.types import CallbackQuery, Message

from bots.telegram import account, history, hooks, inline, making, paying, voices
from bots.telegram.asked import Asked, Reception
from bots.telegram.desk import Desk
from bots.telegram.presses import press
from bots.telegram.sounds import sound_in

MENU = (
    "tts", "convert", "sfx", "voices", "voice", "addvoice", "history", "credits", "topup", "queue", "cancel",
    "settings", "language", "link", "hook", "hooks", "privacy", "help",
)  # fmt: skip
"""The commands that Telegram offers, in this order. /paysupport and /refund are there too, as it demands."""

_COMMANDS: dict[str, Any] = {
    "voices": voices.list_voices,
    "voice": voices.choose,
    "addvoice": voices.begin_adding,
    "history": history.history,
    "credits": account.credits,
    "queue": account.queue,
    "cancel": account.cancel,
    "settings": account.settings,
    "language": account.language,
    "link": account.link,
    "hook": hooks.hook,
    "hooks": hooks.hooks,
    "privacy": account.privacy,
    "help": account.help_,
    "topup": paying.topup,
    "refund": paying.refund,
    "paysupport": paying.support,
}


class ToUs(Filter):
    """A message in a group that names the bot or replies to it; `words` without the name."""

    async def __call__(self, message: Message, bot: Bot) -> bool | dict[str, Any]:
        me = await bot.me()
        words = message.text or message.caption or ""
        name = f"@{me.username}".casefold()
        for entity in message.entities or message.caption_entities or ():
            if entity.type == "mention" and (said := entity.extract_from(words)).casefold() == name:
                return {"words": words.replace(said, " ", 1).strip()}
        replied = message.reply_to_message
        return {"words": words} if replied and replied.from_user and replied.from_user.id == bot.id else False


def router(desk: Desk) -> Router:
    made = Router()
    for observer in (made.message, made.callback_query, made.inline_query, made.pre_checkout_query):
        observer.middleware(Reception(desk))
    _messages(made)
    made.callback_query.register(_pressed, F.data)
    made.inline_query.register(inline.inline)
    made.pre_checkout_query.register(paying.check)
    return made


def _messages(made: Router) -> None:
    private, sounding = F.chat.type == "private", F.func(sound_in)
    made.message.register(paying.paid, F.successful_payment)
    made.message.register(account.help_, CommandStart())
    made.message.register(making.command, Command(*making.COMMANDS, ignore_case=True))
    for name, handler in _COMMANDS.items():
        made.message.register(handler, Command(name, ignore_case=True))
    made.message.register(making.sound, private, sounding)
    made.message.register(making.sound, ToUs(), sounding)
    made.message.register(account.unknown, private, F.text.startswith("/"))
    made.message.register(making.speak, private, F.text)
    made.message.register(making.speak_addressed, ToUs(), F.text)
    made.message.register(account.unknown, private, F.content_type.in_(_SILENT))


_SILENT = ("sticker", "photo", "animation", "document", "contact", "location", "dice", "poll", "story")
"""Sent by people on purpose; what Telegram itself puts into a chat needs no answer."""


async def _pressed(query: CallbackQuery, ask: Asked) -> None:
    await press(ask, query.data or "")
