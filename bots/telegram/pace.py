"""The one send queue: every request of the bot passes here, and posts wait for their turn.

Telegram allows about one message a second in a chat, 20 a minute in a group and 30 a second over all; what it still
refuses says after how many seconds to come again, which is obeyed for that chat. Chat actions and answers to queries
do not count and do not wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramMigrateToChat, TelegramRetryAfter
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

log = logging.getLogger(__name__)

CHAT_BURST, CHAT_SECONDS = 2, 1.05
GROUP_POSTS, GROUP_SECONDS = 18, 61.0
ALL_POSTS, ALL_SECONDS = 25, 1.1
LONGEST_WAIT_SECONDS = 20.0
"""A longer `retry_after` is left to the caller, whose outbox waits without holding anything."""
FREE = frozenset({"sendChatAction"})
MANY_CHATS = 1000


@dataclass
class _Chat:
    """`ready_at`: when its burst is spent, the time from which the next post may go. Monotonic seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    ready_at: float = 0.0
    posts: deque[float] = field(default_factory=deque)


class Pace(BaseRequestMiddleware):
    def __init__(self) -> None:
        self._chats: dict[int, _Chat] = {}
        self._moved: dict[int, int] = {}  # groups that became supergroups
        self._everybody = asyncio.Lock()
        self._posts: deque[float] = deque(maxlen=ALL_POSTS)
        self._queued = 0  # posts whose own chat would take them now

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        """Raises what aiogram raises; `TelegramRetryAfter` only for a pause too long to wait here."""
        chat_id = getattr(method, "chat_id", None)
        name = method.__api_method__
        if not isinstance(chat_id, int) or name in FREE or not name.startswith(("send", "edit")):
            return await self._followed(make_request, bot, method)
        chat = self._chat(self._moved.get(chat_id, chat_id))
        chat.waiting += 1
        try:
            async with chat.lock:
                return await self._in_turn(make_request, bot, method, chat)
        finally:
            chat.waiting -= 1

    def backlog(self, chat_id: int) -> int:
        """Posts to that chat that wait for their turn."""
        chat = self._chats.get(self._moved.get(chat_id, chat_id))
        return chat.waiting if chat else 0

    def is_crowded(self) -> bool:
        """Posts over all chats wait: what can be left out should be."""
        return self._queued > ALL_POSTS

    async def _in_turn(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        chat: _Chat,
    ) -> Response[TelegramType]:
        while True:
            await self._turn(chat, is_group=getattr(method, "chat_id", 0) < 0)
            try:
                return await self._followed(make_request, bot, method)
            except TelegramRetryAfter as error:
                chat.ready_at = time.monotonic() + error.retry_after + CHAT_SECONDS * (CHAT_BURST - 1)
                log.warning("Telegram asks to wait", extra={"seconds": error.retry_after})
                if error.retry_after > LONGEST_WAIT_SECONDS:
                    raise

    async def _followed(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        """To the supergroup that the group has become."""
        try:
            return await make_request(bot, self._addressed(method))
        except TelegramMigrateToChat as error:
            self._moved[getattr(method, "chat_id", 0)] = error.migrate_to_chat_id
            return await make_request(bot, self._addressed(method))

    def _addressed(self, method: TelegramMethod[TelegramType]) -> TelegramMethod[TelegramType]:
        new: dict[str, Any] = {"chat_id": self._moved.get(getattr(method, "chat_id", 0))}
        return method.model_copy(update=new) if new["chat_id"] else method

    async def _turn(self, chat: _Chat, *, is_group: bool) -> None:
        """Until a post may go to this chat, and over all. The time is taken by it."""
        moment = time.monotonic()
        at = max(moment, chat.ready_at - CHAT_SECONDS * (CHAT_BURST - 1))
        if is_group and len(chat.posts) >= GROUP_POSTS:
            at = max(at, chat.posts[-GROUP_POSTS] + GROUP_SECONDS)
        await asyncio.sleep(at - moment)
        await self._turn_of_all()
        moment = time.monotonic()
        chat.ready_at = max(moment, chat.ready_at) + CHAT_SECONDS
        chat.posts.append(moment)
        while len(chat.posts) > GROUP_POSTS:
            chat.posts.popleft()

    async def _turn_of_all(self) -> None:
        """By the time at which each really goes: what was held up by a busy machine must not go in one clump."""
        self._queued += 1
        try:
            async with self._everybody:
                while len(self._posts) == ALL_POSTS:
                    wait = self._posts[0] + ALL_SECONDS - time.monotonic()
                    if wait <= 0:
                        break
                    await asyncio.sleep(wait)
                self._posts.append(time.monotonic())
        finally:
            self._queued -= 1

    def _chat(self, chat_id: int) -> _Chat:
        if chat_id not in self._chats and len(self._chats) >= MANY_CHATS:
            old = time.monotonic() - GROUP_SECONDS
            self._chats = {key: chat for key, chat in self._chats.items() if chat.waiting or chat.ready_at > old}
        return self._chats.setdefault(chat_id, _Chat())
