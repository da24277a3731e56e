"""The messages that wait to be read, in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime, timedelta

import discord

from bots.discord.aloud.speakable import is_command

MOST_WAITING = 50
"""Messages that come faster than anybody can speak are left out."""
STALE = timedelta(seconds=60)
"""What was written while Discord was out of reach is no news any more."""
WRITTEN = (discord.MessageType.default, discord.MessageType.reply)


class Waiting:
    def __init__(self) -> None:
        self._messages: deque[discord.Message] = deque()
        self._arrived = asyncio.Event()
        self._newest = 0

    def add(self, message: discord.Message) -> bool:
        """False for what is not read: of bots, commands, twice the same, too old, and beyond what can wait."""
        if message.id <= self._newest or not is_for_ears(message) or len(self._messages) >= MOST_WAITING:
            return False
        self._newest = message.id
        self._messages.append(message)
        self._arrived.set()
        return True

    async def next(self) -> discord.Message:
        while not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()

    def remove(self, message_id: int) -> None:
        self._messages = deque(message for message in self._messages if message.id != message_id)

    def clear(self) -> int:
        """How many there were."""
        count = len(self._messages)
        self._messages.clear()
        return count


def is_for_ears(message: discord.Message) -> bool:
    if message.author.bot or message.webhook_id is not None or message.type not in WRITTEN:
        return False
    return not is_command(message) and datetime.now(UTC) - message.created_at < STALE
