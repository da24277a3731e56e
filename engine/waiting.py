"""Waiting for a place in the queue: a request over its user's limit stands in line for a while before it is refused.

It holds nothing meanwhile: no credits, no row, no connection. Of a user's requests in this process only the first in
line looks, once whenever a job of theirs has ended; the others stand behind it in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from engine.errors import QueueFull
from engine.signals import Signals, wait

T = TypeVar("T")
LOOK_SECONDS = 2.0
"""The safety net below the signals, which do not cross between processes everywhere."""
MOST_IN_LINE = 200
"""Of one user in one process."""


@dataclass(slots=True)
class _Line:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # asyncio's locks are served in order
    length: int = 0


class Waiting:
    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._lines: dict[str, _Line] = {}

    async def until_placed(self, user_id: str, submit: Callable[[], Awaitable[T]], seconds: float) -> T:
        """What `submit` gives once it does not raise `QueueFull`. Raises that itself when it did to the end, or when
        the line is too long.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        if user_id not in self._lines:  # nobody may pass those who wait
            try:
                return await submit()
            except QueueFull:
                if seconds <= 0:
                    raise
        with self._standing(user_id) as line:
            try:
                async with asyncio.timeout_at(deadline):
                    await line.turn.acquire()
            except TimeoutError as error:
                raise QueueFull(
                    f"Your requests fill the queue, and there was no place for another within {seconds:g} seconds. "
                    "Wait for one to finish."
                ) from error
            try:
                return await self._first_in_line(user_id, submit, deadline)
            finally:
                line.turn.release()

    @contextmanager
    def _standing(self, user_id: str) -> Iterator[_Line]:
        line = self._lines.setdefault(user_id, _Line())
        if line.length >= MOST_IN_LINE:
            raise QueueFull(f"{MOST_IN_LINE} of your requests wait for a place already. Wait for one to finish.")
        line.length += 1
        try:
            yield line
        finally:
            line.length -= 1
            if line.length == 0:
                del self._lines[user_id]

    async def _first_in_line(self, user_id: str, submit: Callable[[], Awaitable[T]], deadline: float) -> T:
        loop = asyncio.get_running_loop()
        with self._signals.listening(f"line:{user_id}") as changed:
            while True:
                changed.clear()
                try:
                    return await submit()
                except QueueFull:
                    if (left := deadline - loop.time()) <= 0:
                        raise
                await wait(changed, min(LOOK_SECONDS, left))
