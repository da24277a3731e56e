"""One look at the rows for all who watch jobs: five hundred listeners cost one statement, not five hundred."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.signals import Signals
from store import Database, jobs, read

Look: TypeAlias = "tuple[jobs.Glance | None, float | None]"
"""What of a job can change before it ends: in its row, and how far it is here."""


@dataclass(frozen=True, slots=True)
class Looks:
    db: Database
    signals: Signals
    _watched: Counter[str] = field(default_factory=Counter)
    _seen: dict[str, jobs.Glance] = field(default_factory=dict)
    _taken: list[float] = field(default_factory=lambda: [0.0])  # when; a list, since the rest is frozen
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextmanager
    def watching(self, job_id: str) -> Iterator[None]:
        """While it lasts, this job is looked at with the others."""
        self._watched[job_id] += 1
        try:
            yield
        finally:
            self._watched[job_id] -= 1
            if not self._watched[job_id]:
                del self._watched[job_id]
                self._seen.pop(job_id, None)

    async def at(self, job_id: str, *, seconds_old: float) -> Look:
        """At a job that is watched, from no longer ago than so. Equal looks: nothing has changed."""
        if time.monotonic() - self._taken[0] > seconds_old:
            async with self._looking:
                if time.monotonic() - self._taken[0] > seconds_old:
                    await self._look()
        return self._seen.get(job_id), self.signals.progress.get(job_id)

    async def _look(self) -> None:
        async with read(self.db) as tx:
            found = await jobs.glance(tx, list(self._watched))
        self._seen.clear()
        self._seen.update(found)
        self._taken[0] = time.monotonic()
