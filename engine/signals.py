"""Wake-ups between the tasks of a process, and from other processes on PostgreSQL.

A signal is a hint that a row changed. Losing one costs a poll interval, never a job.

    work        a job became ready to be claimed
    cancel      a running job is to be stopped
    outbox      a delivery became due
    job:ID      something about that job changed
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.generation import Piece


class Channel:
    """The sound of a job on its way to a listener. Another attempt makes the same pieces again: they pass once."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._made = self.sent = 0

    def begin(self) -> None:
        """An attempt starts."""
        self._made = 0

    def put(self, piece: Piece) -> None:
        start, self._made = self._made, self._made + len(piece.audio.samples)
        if self._made > self.sent:
            rest = piece.audio.samples[max(0, self.sent - start) :]
            self._pieces.append(replace(piece, audio=replace(piece.audio, samples=rest)))
            self.sent = self._made

    def take(self) -> list[Piece]:
        pieces, self._pieces = self._pieces, []
        return pieces


class Signals:
    """Used from the event loop only. `forward`, where set, carries each topic to the other processes."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.forward: Callable[[str], None] | None = None
        self.progress: dict[str, float] = {}
        """Of the jobs that run in this process, 0 to 1, fresher than their rows."""
        self.channels: dict[str, Channel] = {}
        """Of the jobs whose sound somebody in this process hears while it is made."""

    def notify(self, *topics: str) -> None:
        for topic in topics:
            self.arrived(topic)
            if self.forward is not None:
                self.forward(topic)

    def arrived(self, topic: str) -> None:
        """From another process: wake ours, forward nothing."""
        for event in self._listeners.get(topic, ()):
            event.set()

    def wake_all(self) -> None:
        """So that every loop looks at its stop event at once."""
        for events in self._listeners.values():
            for event in events:
                event.set()

    @contextmanager
    def listening(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set by these topics. Clear it *before* looking at the rows, or one is missed."""
        event = asyncio.Event()
        for topic in topics:
            self._listeners[topic].add(event)
        try:
            yield event
        finally:
            for topic in topics:
                self._listeners[topic].discard(event)
                if not self._listeners[topic]:
                    del self._listeners[topic]


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, but not longer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
