"""One update that the bot answers: who asks, in which language, and where the answer goes.

`Reception` is the middleware that makes it, and the one place where errors become sentences.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    CallbackQuery,
    ForceReply,
    InlineKeyboardMarkup,
    InlineQuery,
    LinkPreviewOptions,
    Message,
    PreCheckoutQuery,
    TelegramObject,
    Update,
)
from aiogram.types import User as Sender

from bots.telegram.address import Address, address_of
from bots.telegram.clips import cut
from bots.telegram.desk import Desk
from bots.telegram.guided import Step
from engine import Engine, Job, Preferences, User, UserError

log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
Event = Message | CallbackQuery | InlineQuery | PreCheckoutQuery


@dataclass(frozen=True, slots=True)
class Asked:
    """`to`: where answers go; `sender`: their account at Telegram; `pressed`: the message whose button it was."""

    desk: Desk
    user: User
    likes: Preferences
    language: str
    to: Address
    sender: Sender
    update_id: int
    query: CallbackQuery | None = None

    @property
    def engine(self) -> Engine:
        return self.desk.engine

    @property
    def pressed(self) -> Message | None:
        message = self.query.message if self.query else None
        return message if isinstance(message, Message) else None

    def replying_to(self, message_id: int) -> Asked:
        return replace(self, to=replace(self.to, message_id=message_id))

    def t(self, phrase: str, **values: Any) -> str:
        """Plain: what other bots show in bold stands as it is."""
        return self.desk.phrases(self.language, phrase, **values).replace("**", "")

    def refusal(self, phrase: str, **values: Any) -> Refusal:
        return Refusal(self.t(phrase, **values))

    async def say(self, words: str, buttons: InlineKeyboardMarkup | None = None, **more: Any) -> Message:
        return await self.desk.say(self.to, words, buttons, **more)

    async def show(self, words: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        """In the message whose button was pressed, else in a new one."""
        if (pressed := self.pressed) is None or pressed.text is None:
            await self.say(words, buttons)
        elif (pressed.text, pressed.reply_markup) != (words, buttons):
            await self.desk.bot.edit_message_text(
                cut(words, 4096),
                chat_id=pressed.chat.id,
                message_id=pressed.message_id,
                reply_markup=buttons,
                link_preview_options=NO_PREVIEW,
            )

    async def ask(self, words: str, step: Step, behind: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        """A question that the person answers by replying to it. What is known is kept behind the words `behind`."""
        me = await self.desk.bot.me()
        self.desk.expected.ask(self.sender.id, step)
        await self.say(
            words,
            entities=[step.entity(words, me.username or "", behind)],
            link_preview_options=NO_PREVIEW,
            reply_markup=buttons or ForceReply(selective=True),
        )

    async def note(self, words: str, *, alert: bool = False) -> None:
        """In the small window that a button opens; in the chat where there is none."""
        if self.query is not None:
            await self.query.answer(cut(words, 200), show_alert=alert)
        else:
            await self.say(words)

    async def order(self, capability: str, raw: Mapping[str, Any], *, part: str = "") -> Job | None:
        """The same update makes it once; `part` tells apart what one update asks for twice."""
        return await self.desk.order(self.user, capability, raw, self.to, f"telegram:{self.update_id}{part}")


class Refusal(UserError):
    """A sentence of the bot's own, in the reader's language."""

    code, status = "refused", 400


class Reception(BaseMiddleware):
    """Stands behind the filters: whoever does not speak to the bot is not known to it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        update: Update = data["event_update"]
        assert isinstance(event, Event)
        if event.from_user is None:  # a channel, which has no account here
            return None
        to = self._address(event)
        words: str | None = None
        language = self._desk.phrases.language(event.from_user.language_code)
        try:
            asked = await self._asked(event, event.from_user, to, update)
            language = asked.language
            return await handler(event, data | {"ask": asked})
        except UserError as error:
            words = self._desk.phrases.sentence(language, error.message)
        except TelegramAPIError as error:
            log.warning("answer not posted", extra={"update": update.update_id, "error": str(error)})
        except Exception:
            log.exception("update failed", extra={"update": update.update_id})
            words = self._desk.phrases(language, "error-unexpected", reference=f"update {update.update_id}")
        if words is not None:
            await self._refuse(event, to, words)
        return None

    @staticmethod
    def _address(event: Event) -> Address:
        assert event.from_user is not None
        person = event.from_user.id
        message = event.message if isinstance(event, CallbackQuery) else event
        if isinstance(message, Message):
            return address_of(message, person, language="")
        return Address(chat_id=person, user_id=person)

    async def _asked(self, event: Event, sender: Sender, to: Address, update: Update) -> Asked:
        user = await self._desk.user(sender.id, sender.full_name)
        likes = await self._desk.likes(user)
        language = self._desk.phrases.language(likes.language, sender.language_code)
        return Asked(
            desk=self._desk,
            user=user,
            likes=likes,
            language=language,
            to=replace(to, language=language),
            sender=sender,
            update_id=update.update_id,
            query=event if isinstance(event, CallbackQuery) else None,
        )

    async def _refuse(self, event: Event, to: Address, words: str) -> None:
        try:
            if isinstance(event, CallbackQuery):
                await event.answer(cut(words, 200), show_alert=True)
            elif isinstance(event, PreCheckoutQuery):
                await event.answer(ok=False, error_message=cut(words, 200))
            elif isinstance(event, Message):
                self._desk.tell(to, words)
            else:
                await event.answer([], cache_time=1, is_personal=True)
        except TelegramAPIError as error:
            log.info("refusal not posted", extra={"error": str(error)})
