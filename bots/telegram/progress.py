"""While people wait: the chat says that a voice note is being recorded, and one message says how far it is.

One per chat and topic, however many requests it has: the message is edited in place and taken away at the end. It
comes only when something takes long, and gives way to what is more important to post.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import ReplyParameters

from bots.phrases import Phrases
from bots.telegram.address import Address
from bots.telegram.keyboards import keyboard
from bots.telegram.pace import Pace
from engine import Engine, Job, NotFound, Status, User

log = logging.getLogger(__name__)

ACTION = "record_voice"
ACTION_SECONDS = 4.5
"""Telegram shows it for 5 s."""
FIRST_SECONDS = 2.0
"""What is done by then needs no message."""
TICK_SECONDS = 1.0
EDIT_SECONDS = 3.0
Place = tuple[int, int | None]


@dataclass
class _Line:
    """The unfinished requests of one chat, the next one first. `message_id`, `text`: of the message about them;
    `noted`: requests whose rows know of it, so that it is taken away even if this process is killed.
    """

    jobs: dict[str, tuple[User, Address]] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)
    since: float = field(default_factory=time.monotonic)
    message_id: int = 0
    text: str = ""
    edited_at: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Progress:
    """Lost with the process, which costs the words and not the clip."""

    def __init__(self, engine: Engine, bot: Bot, phrases: Phrases, pace: Pace) -> None:
        self._engine, self._bot, self._phrases, self._pace = engine, bot, phrases, pace
        self._lines: dict[Place, _Line] = {}
        self._shown: dict[Place, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Goes on by itself until `stop`."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def show(self, place: Place) -> None:
        """The chat action, unless it is still to be seen."""
        moment = time.monotonic()
        if moment - self._shown.get(place, -ACTION_SECONDS) >= ACTION_SECONDS:
            if len(self._shown) > 1000:
                self._shown = {other: at for other, at in self._shown.items() if moment - at < ACTION_SECONDS}
            self._shown[place] = moment
            self.spawn(self._act(place))

    async def _act(self, place: Place) -> None:
        try:
            await self._bot.send_chat_action(place[0], ACTION, message_thread_id=place[1])
        except TelegramAPIError as error:
            log.info("chat action not shown", extra={"chat": place[0], "error": str(error)})

    def follow(self, user: User, job: Job, address: Address) -> None:
        if job.is_final:
            return
        self.show(address.place)
        line = self._lines.get(address.place)
        if line is None:
            before = Address.unpack(job.reply_to or {"chat_id": 0, "user_id": 0})  # of a process that is no more
            line = self._lines[address.place] = _Line(message_id=before.status_id)
            self.spawn(self._keep(address.place, line))
        line.jobs[job.id] = (user, address)

    def over(self, address: Address, job_id: str) -> None:
        """Its outcome has been posted."""
        if (line := self._lines.get(address.place)) is not None:
            line.jobs.pop(job_id, None)
            line.changed.set()
        if address.status_id and (line is None or line.message_id != address.status_id):
            self.spawn(self._remove(address.chat_id, address.status_id))  # of a process that is no more

    async def _keep(self, place: Place, line: _Line) -> None:
        try:
            while line.jobs:
                self.show(place)
                await self._tell_or_log(place[0], line)
                line.changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_SECONDS):
                        await line.changed.wait()
        finally:
            if self._lines.get(place) is line:
                del self._lines[place]
        if line.message_id:
            await self._remove(place[0], line.message_id)

    async def _tell_or_log(self, chat_id: int, line: _Line) -> None:
        try:
            if self._may_post(chat_id, line):
                await self._tell(line)
        except TelegramAPIError as error:
            log.info("progress not shown", extra={"chat": chat_id, "error": str(error)})
        except Exception:
            log.exception("progress not followed", extra={"chat": chat_id})

    def _may_post(self, chat_id: int, line: _Line) -> bool:
        moment = time.monotonic()
        waited = moment - line.since >= FIRST_SECONDS and moment - line.edited_at >= EDIT_SECONDS
        return waited and not self._pace.backlog(chat_id) and not self._pace.is_crowded()

    async def _tell(self, line: _Line) -> None:
        job_id, (user, address) = next(iter(line.jobs.items()))
        try:
            status = await self._engine.jobs.get(user, job_id)
        except NotFound:
            line.jobs.pop(job_id, None)
            return
        if status.job.is_final:
            # Its courier has it, and if that is not here, nobody tells us.
            if line.edited_at:
                line.jobs.pop(job_id, None)
            line.edited_at = time.monotonic()
            return
        text = self._standing(address.language, status, len(line.jobs) - 1)
        if text != line.text:
            await self._post(line, address, job_id, text)
        if job_id not in line.noted:
            line.noted.add(job_id)
            await self._engine.jobs.readdress(job_id, replace(address, status_id=line.message_id).pack())

    async def _post(self, line: _Line, address: Address, job_id: str, text: str) -> None:
        keys = keyboard([[(self._phrases(address.language, "button-cancel"), f"stop:{job_id}")]])
        line.text, line.edited_at = text, time.monotonic()
        if line.message_id:
            await self._bot.edit_message_text(
                text, chat_id=address.chat_id, message_id=line.message_id, reply_markup=keys
            )
            return
        reply = ReplyParameters(message_id=address.message_id, allow_sending_without_reply=True)
        posted = await self._bot.send_message(
            address.chat_id,
            text,
            message_thread_id=address.thread_id,
            reply_parameters=reply if address.message_id else None,
            reply_markup=keys,
            disable_notification=True,
        )
        line.message_id = posted.message_id

    def _standing(self, language: str, status: Status, others: int) -> str:
        if status.job.state == "queued":
            words = self._phrases(language, "job-queued", place=max(1, status.position))
        else:
            words = self._phrases(language, "job-running", percent=round(100 * status.job.progress))
        return f"{words} {self._phrases(language, 'queue-more', count=others)}" if others else words

    async def _remove(self, chat_id: int, message_id: int) -> None:
        try:
            await self._bot.delete_message(chat_id, message_id)
        except TelegramAPIError as error:
            log.info("message not taken away", extra={"chat": chat_id, "error": str(error)})
