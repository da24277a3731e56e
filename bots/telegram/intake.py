"""How updates come in: each is a row in the inbox before Telegram is told that we have it.

A whole batch is kept in one transaction, so a burst is confirmed and greeted at once, however long it takes to answer.
A process that is killed leaves its unfinished updates to the next one. What asks for a job has the update's id as its
key, so an update that is taken up again makes one job.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramRetryAfter
from aiogram.types import Update

from engine import Inbox

log = logging.getLogger(__name__)

POLL_SECONDS = 25
AT_ONCE = 100
"""The most that Telegram gives at a time."""
HANDLED_AT_ONCE = 16
"""More would be slower: the database takes them one by one."""
MOST_OPEN = 2000
"""With so many on their way, no more are fetched."""
AFTER_ERROR_SECONDS = (1.0, 30.0)
NOTED_SECONDS = 0.5
"""So long what is done may wait to be noted, to be noted together."""
STOP_SECONDS = 1.0


@dataclass
class _Line:
    """The updates of one chat, one after the other: a voice note may answer the question before it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Intake:
    """`handle` takes one update; it is not called for two of one chat at a time. `greet` is called as soon as one is
    seen. `name`: of the bot in the inbox.
    """

    def __init__(
        self,
        inbox: Inbox,
        name: str,
        handle: Callable[[Update], Awaitable[None]],
        greet: Callable[[Update], None],
    ) -> None:
        self._inbox, self._name, self._handle, self._greet = inbox, name, handle, greet
        self._room = asyncio.Semaphore(HANDLED_AT_ONCE)
        self._open: dict[int, asyncio.Task[None]] = {}
        self._lines: dict[int, _Line] = {}
        self._done: list[int] = []
        self._noting: asyncio.Task[None] | None = None

    async def take(self, update: dict[str, Any]) -> None:
        """Returns once it is kept, at once where it was before. Raises `ValidationError` for what is no update."""
        await self._keep([Update.model_validate(update)], [update])

    async def resume(self) -> None:
        """What a former process kept and did not finish."""
        for content in await self._inbox.unfinished(self._name):
            self._start(Update.model_validate(content))

    async def poll(self, bot: Bot, stop: asyncio.Event, allowed: list[str]) -> None:
        """Until `stop`."""
        stopping, after = asyncio.create_task(stop.wait()), 0
        try:
            while not stop.is_set():
                updates = await self._fetched(bot, after, allowed, stopping)
                if updates and await self._kept_or_log(bot, updates):
                    after = updates[-1].update_id + 1
                while len(self._open) > MOST_OPEN and not stop.is_set():
                    await asyncio.wait([*self._open.values(), stopping], return_when=asyncio.FIRST_COMPLETED)
            await _confirm(bot, after)
        finally:
            stopping.cancel()

    async def finish(self) -> None:
        """A moment for what is on its way; what is left is the next process's."""
        if tasks := list(self._open.values()):
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._noting is not None:
            await self._noting

    async def _kept_or_log(self, bot: Bot, updates: Sequence[Update]) -> bool:
        try:
            plain = [bot.session.prepare_value(update, bot=bot, files={}, _dumps_json=False) for update in updates]
            await self._keep(updates, plain)
        except Exception:
            log.exception("updates not kept; they come again")
            await asyncio.sleep(AFTER_ERROR_SECONDS[0])
            return False
        return True

    async def _keep(self, updates: Sequence[Update], plain: Sequence[dict[str, Any]]) -> None:
        for update in updates:
            self._greet(update)
        told = {update.update_id: content for update, content in zip(updates, plain, strict=True)}
        new = await self._inbox.keep(self._name, told)
        for update in updates:
            if update.update_id in new:
                self._start(update)

    def _start(self, update: Update) -> None:
        self._open[update.update_id] = asyncio.create_task(self._in_line(update))

    async def _in_line(self, update: Update) -> None:
        chat_id = chat_of(update)
        line = self._lines.setdefault(chat_id, _Line())
        line.length += 1
        try:
            async with line.lock, self._room:
                await self._handle(update)
            self._note(update.update_id)
        except Exception:
            log.exception("update failed", extra={"update": update.update_id})
            self._note(update.update_id)
        finally:
            del self._open[update.update_id]
            line.length -= 1
            if not line.length:
                del self._lines[chat_id]

    def _note(self, number: int) -> None:
        self._done.append(number)
        if self._noting is None:
            self._noting = asyncio.create_task(self._note_all())

    async def _note_all(self) -> None:
        """Lost, it costs another answer after a restart, and no second job."""
        await asyncio.sleep(NOTED_SECONDS)
        self._noting, numbers, self._done = None, self._done, []
        try:
            await self._inbox.done(self._name, numbers)
        except Exception:
            log.exception("updates not noted as done")

    async def _fetched(self, bot: Bot, offset: int, allowed: list[str], stopping: asyncio.Task[bool]) -> list[Update]:
        request = asyncio.create_task(_asked(bot, offset, allowed, stopping))
        await asyncio.wait([request, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not request.done():
            request.cancel()
            await asyncio.wait([request])
            return []
        return request.result()


async def _asked(bot: Bot, offset: int, allowed: list[str], stopping: asyncio.Task[bool]) -> list[Update]:
    """Again after growing pauses where Telegram does not answer."""
    pause, longest = AFTER_ERROR_SECONDS
    while True:
        try:
            return await bot.get_updates(
                offset=offset or None,
                limit=AT_ONCE,
                timeout=POLL_SECONDS,
                allowed_updates=allowed,
                request_timeout=POLL_SECONDS + 10,
            )
        except TelegramConflictError as error:
            log.error("another process polls with this token", extra={"error": str(error)})
        except TelegramRetryAfter as error:
            pause = max(pause, error.retry_after)
        except TelegramAPIError as error:
            log.warning("Telegram does not answer", extra={"error": str(error)})
        await asyncio.wait([stopping], timeout=pause)
        pause = min(longest, pause * 2)


async def _confirm(bot: Bot, after: int) -> None:
    """The last words: what is kept is not given to the next process again."""
    if after:
        try:
            await bot.get_updates(offset=after, limit=1, timeout=0, request_timeout=2)
        except TelegramAPIError:
            log.info("updates not confirmed; they come again and are recognised")


def chat_of(update: Update) -> int:
    """Of the chat, or of the person where there is none; 0 for an update about neither."""
    pressed = update.callback_query
    message = pressed.message if pressed else update.message
    if message is not None:
        return message.chat.id
    asked = update.inline_query or update.pre_checkout_query or pressed
    # Beside the private chat, not in its line: a payment has to be answered within ten seconds.
    return -asked.from_user.id if asked else 0
