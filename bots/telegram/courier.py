"""Hands outcomes to Telegram: the voice note, a link where it is too large, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import ReplyParameters

from bots.notices import notice
from bots.phrases import Phrases
from bots.telegram.address import COURIER, Address
from bots.telegram.clips import Clips, Sound, caption, clip_buttons, cut
from bots.telegram.progress import Progress
from engine import Delivery, DeliveryFailed, NotFound, Outcome

GONE = ("chat not found", "user is deactivated", "bot was kicked", "have no rights", "not enough rights", "peer_id")
"""Nothing can be posted there, now or later."""


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except TelegramRetryAfter as error:
        raise DeliveryFailed(str(error), retry_after=error.retry_after) from error
    except TelegramForbiddenError as error:
        raise DeliveryFailed(str(error), final=True) from error
    except TelegramBadRequest as error:
        final = any(reason in error.message.lower() for reason in GONE)
        raise DeliveryFailed(str(error), final=final) from error


class TelegramCourier:
    kind = COURIER

    def __init__(self, bot: Bot, phrases: Phrases, progress: Progress, clips: Clips) -> None:
        self._bot, self._phrases, self._progress, self._clips = bot, phrases, progress, clips

    async def deliver(self, delivery: Delivery, outcome: Outcome) -> None:
        """Raises `DeliveryFailed`, for good where the chat is gone or the bot was blocked."""
        to = Address.unpack(delivery.address)
        try:
            with _refusals():
                await self._hand_out(to, outcome)
        finally:
            self._progress.over(to, outcome.job.id)

    async def tell(self, delivery: Delivery) -> None:
        """Into the chat with the person alone. Raises `DeliveryFailed`, for good where the bot was blocked."""
        with _refusals():
            await self._bot.send_message(int(delivery.address["person"]), cut(notice(self._phrases, delivery), 4096))

    async def _hand_out(self, to: Address, outcome: Outcome) -> None:
        job = outcome.job
        if outcome.event == "job.succeeded":
            await self._clip(to, outcome)
        elif outcome.event == "job.cancelled":
            await self._say(to, self._phrases(to.language, "job-cancelled", credits=job.price))
        else:
            reference = job.id
            unexpected = self._phrases(to.language, "error-unexpected", reference=reference)
            await self._say(to, self._phrases.sentence(to.language, job.error_message or unexpected))

    async def _clip(self, to: Address, outcome: Outcome) -> None:
        job, clip = outcome.job, outcome.clip
        if clip is None:
            await self._say(to, self._phrases(to.language, "job-gone"))
            return
        buttons = clip_buttons(self._phrases, to.language, job)
        words = caption(self._phrases, to, job, clip, outcome.notice)
        try:
            message = await self._clips.post(to, Sound(clip, words, buttons))
        except NotFound as error:
            await self._say(to, self._phrases.sentence(to.language, error.message))
            return
        if message is None:
            megabytes = round(clip.bytes / 1e6, 1)
            link = self._phrases(to.language, "clip-too-large", megabytes=megabytes, link=outcome.link or "")
            await self._say(to, f"{link}\n{words}")

    async def _say(self, to: Address, words: str) -> None:
        reply = ReplyParameters(message_id=to.message_id, allow_sending_without_reply=True)
        await self._bot.send_message(
            to.chat_id,
            cut(words, 4096),
            message_thread_id=to.thread_id,
            reply_parameters=reply if to.message_id else None,
        )
