"""Wake-ups between the tasks of a process, and from other processes on PostgreSQL.

A signal is a hint that a row changed. Losing one costs a poll interval, never a job.

    work        a job became ready to be claimed
    cancel      a running job is to be stopped
    outbox      a delivery became due
    job:ID      something about that job changed
    line:USER   a job of that user has ended: there may be a place in their queue
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.generation import Piece

END_SAMPLES = 2400


class Channel:
    """The sound of a job on its way to a listener. Another attempt makes the same pieces again: they pass once."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._made = self.sent = 0
        self._end: Any = None  # the last samples that were sent, to know them again
        self.attempt = 0
        """The last that ran in this process."""
        self.torn = False
        """Another attempt made another sound, and the one cannot go on with the other."""

    def begin(self, attempt: int | None = None) -> None:
        """An attempt starts; in this process when it has a number."""
        self._made = 0
        self.attempt = attempt or self.attempt

    def put(self, piece: Piece) -> None:
        samples = piece.audio.samples
        start, self._made = self._made, self._made + len(samples)
        if start < self.sent <= self._made:
            self.torn |= not _alike(self._end, samples[: self.sent - start])
        if self._made > self.sent and not self.torn:
            rest = samples[max(0, self.sent - start) :]
            self._pieces.append(replace(piece, audio=replace(piece.audio, samples=rest)))
            self.sent, self._end = self._made, rest[-END_SAMPLES:]

    def take(self) -> list[Piece]:
        pieces, self._pieces = self._pieces, []
        return pieces


def _alike(end: Any, again: Any) -> bool:
    """Up to the rounding of another device: the difference is ten times as quiet as the sound."""
    length = min(len(end), len(again))
    before, after = end[len(end) - length :], again[len(again) - length :]
    return bool(((before - after) ** 2).sum() <= 0.01 * (before**2).sum() + 1e-6 * length)


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
