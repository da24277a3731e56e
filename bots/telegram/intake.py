"""How updates come in: each is confirmed to Telegram only when what it asked for has become a row.

By polling, the offset follows the oldest update that is still being taken, so a process that is killed gets it again.
By webhook, the answer 200 comes when the update has been taken. Taken twice, it makes one job: the update's id is
the job's key.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramRetryAfter
from aiogram.types import Update

log = logging.getLogger(__name__)

POLL_SECONDS = 25
AT_ONCE = 100
"""The most that Telegram gives at a time; as many may be on their way to a row."""
PAUSE_SECONDS = 1.0
AFTER_ERROR_SECONDS = (1.0, 30.0)
REMEMBERED = 10_000
LONGEST_SECONDS = 50.0
"""How long Telegram is kept waiting for one update; by polling, one that takes longer holds up the others no more."""


@dataclass
class _Line:
    """The updates of one chat, one after the other: a voice note may answer the question before it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Intake:
    """`handle` takes one update; it is not called for two of one chat at a time."""

    def __init__(self, handle: Callable[[Update], Awaitable[None]]) -> None:
        self._handle = handle
        self._taken: OrderedDict[int, asyncio.Task[None]] = OrderedDict()
        self._lines: dict[int, _Line] = {}

    async def take(self, update: dict[str, Any]) -> bool:
        """Whether it has been taken, now or before; False where that lasts too long."""
        done, _ = await asyncio.wait([self._start(Update.model_validate(update))], timeout=LONGEST_SECONDS)
        return bool(done)

    def _start(self, update: Update) -> asyncio.Task[None]:
        if (before := self._taken.get(update.update_id)) is not None:
            return before
        task = asyncio.create_task(self._in_line(update))
        self._taken[update.update_id] = task
        while len(self._taken) > REMEMBERED and next(iter(self._taken.values())).done():
            self._taken.popitem(last=False)
        return task

    async def _in_line(self, update: Update) -> None:
        chat_id = chat_of(update)
        line = self._lines.setdefault(chat_id, _Line())
        line.length += 1
        try:
            async with line.lock:
                await self._handle(update)
        except Exception:
            log.exception("update not taken", extra={"update": update.update_id})
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[chat_id]

    async def poll(self, bot: Bot, stop: asyncio.Event, allowed: list[str]) -> None:
        """Until `stop`; what is being taken then is finished."""
        stopping = asyncio.create_task(stop.wait())
        open_tasks: dict[int, asyncio.Task[None]] = {}
        since: dict[int, float] = {}
        after = 0
        try:
            while not stop.is_set():
                updates = await self._fetched(bot, min(open_tasks, default=after), allowed, stopping, bool(open_tasks))
                for update in updates:
                    if update.update_id >= after:
                        open_tasks[update.update_id] = self._start(update)
                        since[update.update_id] = time.monotonic()
                    after = max(after, update.update_id + 1)
                if open_tasks:
                    # Those on their way come again with each poll until they are taken: wait for one to be.
                    waiting = [*open_tasks.values(), stopping]
                    await asyncio.wait(waiting, timeout=PAUSE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                early = time.monotonic() - LONGEST_SECONDS
                since = {number: at for number, at in since.items() if not open_tasks[number].done() and at > early}
                open_tasks = {number: open_tasks[number] for number in since}
            await self._confirmed(bot, open_tasks, after)
        finally:
            stopping.cancel()

    async def _fetched(
        self, bot: Bot, offset: int, allowed: list[str], stopping: asyncio.Task[bool], busy: bool
    ) -> list[Update]:
        seconds = 0 if busy else POLL_SECONDS
        request = asyncio.create_task(self._asked(bot, offset, allowed, seconds, stopping))
        await asyncio.wait([request, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not request.done():
            request.cancel()
            await asyncio.wait([request])
            return []
        return request.result()

    async def _asked(
        self, bot: Bot, offset: int, allowed: list[str], seconds: int, stopping: asyncio.Task[bool]
    ) -> list[Update]:
        """Again after growing pauses where Telegram does not answer."""
        pause, longest = AFTER_ERROR_SECONDS
        while True:
            try:
                return await bot.get_updates(
                    offset=offset or None,
                    limit=AT_ONCE,
                    timeout=seconds,
                    allowed_updates=allowed,
                    request_timeout=seconds + 10,
                )
            except TelegramConflictError as error:
                log.error("another process polls with this token", extra={"error": str(error)})
            except TelegramRetryAfter as error:
                pause = max(pause, error.retry_after)
            except TelegramAPIError as error:
                log.warning("Telegram does not answer", extra={"error": str(error)})
            await asyncio.wait([stopping], timeout=pause)
            pause = min(longest, pause * 2)

    async def _confirmed(self, bot: Bot, open_tasks: dict[int, asyncio.Task[None]], after: int) -> None:
        """The last words: what has been taken is not given to the next process again."""
        if open_tasks:
            await asyncio.wait(open_tasks.values(), timeout=PAUSE_SECONDS)
        left = [number for number, task in open_tasks.items() if not task.done()]
        if after:
            try:
                await bot.get_updates(offset=min(left, default=after), limit=1, timeout=0, request_timeout=2)
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
