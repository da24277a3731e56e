"""/hook and /hooks: addresses to which other services post, and whose voice notes come into the chat."""

from __future__ import annotations

from dataclasses import replace

from aiogram.exceptions import TelegramForbiddenError
from aiogram.filters import CommandObject
from aiogram.types import Message

from bots.telegram.asked import Asked
from bots.telegram.desk import SURFACE
from bots.telegram.keyboards import keyboard
from engine import Chat, Hook

WHOLE_TEXT = "{/text}"
LISTED = 20
RULES = ("creator", "administrator")


async def hook(message: Message, command: CommandObject, ask: Asked) -> None:
    """The rest of the message is the template. In a group for its administrators; the address goes to them alone."""
    in_private = message.chat.type == "private"
    if not in_private:
        member = await ask.desk.bot.get_chat_member(message.chat.id, ask.sender.id)
        if member.status not in RULES:
            raise ask.refusal("hook-only-admins")
    template = (command.args or "").strip() or WHOLE_TEXT
    chat = Chat(SURFACE, replace(ask.to, message_id=0).pack())
    made, token = await ask.engine.hooks.create(
        ask.user, capability="tts", template={"text": template}, name=message.chat.title or "", chat=chat
    )
    await _hand_over(ask, made, ask.engine.hooks.address(token))
    if not in_private:
        await ask.say(ask.t("hook-made-private"))


async def _hand_over(ask: Asked, made: Hook, url: str) -> None:
    try:
        await ask.desk.say(
            replace(ask.to, chat_id=ask.sender.id, message_id=0, thread_id=None), ask.t("hook-made", url=url)
        )
    except TelegramForbiddenError as error:
        await ask.engine.hooks.delete(ask.user, made.id)
        raise ask.refusal("telegram-in-private") from error


async def hooks(message: Message, ask: Asked) -> None:
    """With a button that deletes each. In private: their names say where they lead."""
    if message.chat.type != "private":
        raise ask.refusal("telegram-in-private")
    await _list(ask)


async def _list(ask: Asked) -> None:
    found = await ask.engine.hooks.mine(ask.user)
    if not found:
        await ask.show(ask.t("hook-none"))
        return
    lines = [
        f"{number}. " + ask.t("hook-line", name=_name(one), accepted=one.accepted, refused=one.refused)
        for number, one in enumerate(found[:LISTED], 1)
    ]
    buttons = [(f"✖ {number}", f"unhook:{one.id}") for number, one in enumerate(found[:LISTED], 1)]
    await ask.show("\n".join(lines), keyboard([buttons[at : at + 5] for at in range(0, len(buttons), 5)]))


async def delete(ask: Asked, rest: str) -> None:
    await ask.engine.hooks.delete(ask.user, rest)
    await _list(ask)


def _name(hook: Hook) -> str:
    return hook.name or f"{hook.hint}…"


VERBS = {"unhook": delete}
