"""The library's voice client, which says when it is over, and a source of ready packets for its player."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

import discord

SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms."""


class Voice(discord.VoiceClient):
    """`over` is set once it has left the channel and will not come back by itself; `was_put_out`: by a person."""

    def __init__(self, client: discord.Client, channel: discord.abc.Connectable) -> None:
        super().__init__(client, channel)
        self.over = asyncio.Event()
        self.was_put_out = False

    async def on_voice_state_update(self, data: Any) -> None:
        # When the library hangs up by itself, it is no longer connected when Discord says so.
        if data["channel_id"] is None and self.is_connected():
            self.was_put_out = True
        await super().on_voice_state_update(data)

    def cleanup(self) -> None:
        super().cleanup()
        self.over.set()
        runner = getattr(self._connection, "_runner", None)
        if isinstance(runner, asyncio.Task):  # ends with the error that has just been seen to: no need to log it
            runner.add_done_callback(_seen_to)


def _seen_to(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


class Line(discord.AudioSource):
    """Packets of one message, put in by the event loop and read by the player's thread. Where the next is not made
    yet, silence holds its place.
    """

    def __init__(self) -> None:
        self._packets: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._closed = False

    def put(self, packets: Iterable[bytes]) -> None:
        with self._lock:
            if not self._closed:
                self._packets.extend(packets)

    def close(self) -> None:
        """Nothing more will come."""
        with self._lock:
            self._closed = True

    def drop(self) -> None:
        """Nor anything of what is there."""
        with self._lock:
            self._packets.clear()
            self._closed = True

    @property
    def is_over(self) -> bool:
        """All of it was read, and nothing more will come."""
        with self._lock:
            return self._closed and not self._packets

    def is_opus(self) -> bool:
        return True

    def read(self) -> bytes:
        """Called every 20 ms. No bytes: it is over."""
        with self._lock:
            if self._packets:
                return self._packets.popleft()
            return b"" if self._closed else SILENCE
