"""What the operator watches: how much waits, runs and was done, in this process's own count of everybody's rows.

Totals begin at 0 when the process starts, as those of any counter do, and every process counts the same rows.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.tally import Distribution
from store import Database, figures, read
from store.figures import Backlog, Ended, Tried

FRESH_SECONDS = 5.0
"""Who asks more often gets the same answer."""
OVERLAP = timedelta(seconds=30)
"""A row may be committed so long after the moment that it bears, by a machine whose clock is a little off."""
RECENT = timedelta(minutes=15)
PAGE = 1000
SHORT = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
LONG = (1, 2, 5, 10, 30, 60, 120, 300)


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the jobs and attempts that ended since this process started. By capability, where nothing else is said."""

    jobs: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By capability, state and code of the error."""
    credits: Counter[str] = field(default_factory=Counter)
    waiting_seconds: dict[str, Distribution] = field(default_factory=dict)
    working_seconds: dict[str, Distribution] = field(default_factory=dict)
    audio_seconds: dict[str, Distribution] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    """Of webhooks, by how they were answered: 2xx, 4xx, ..., or none."""

    def add_job(self, job: Ended) -> None:
        self.jobs[job.capability, job.state, job.error_code or ""] += 1
        if job.state == "succeeded":
            self.credits[job.capability] += job.price
        if job.started_at is not None:
            _add(self.waiting_seconds, SHORT, job.capability, (job.started_at - job.created_at).total_seconds())
            if job.state == "succeeded":
                _add(self.working_seconds, SHORT, job.capability, (job.at - job.started_at).total_seconds())
        if job.audio_seconds is not None:
            _add(self.audio_seconds, LONG, job.capability, job.audio_seconds)

    def add_attempt(self, attempt: Tried) -> None:
        self.attempts["none" if attempt.status is None else f"{attempt.status // 100}xx"] += 1


def _add(into: dict[str, Distribution], bounds: tuple[float, ...], name: str, value: float) -> None:
    into.setdefault(name, Distribution(bounds)).add(value)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`unfinished` by capability and state; `promised` of the last quarter of an hour, by courier and outcome."""

    unfinished: dict[tuple[str, str], int]
    waiting_seconds: float
    backlog: dict[str, Backlog]
    promised: dict[tuple[str, str], int]
    moment: datetime


class Row(Protocol):
    @property
    def id(self) -> Any: ...

    @property
    def at(self) -> datetime: ...


R = TypeVar("R", bound=Row)


class Followed(Generic[R]):
    """Rows in the order of their moments, page by page, each once."""

    def __init__(
        self, page: Callable[[AsyncConnection, datetime, Any, int], Awaitable[list[R]]], before_all: Any
    ) -> None:
        self._page, self._before_all = page, before_all
        self._started = self._until = now()
        self._seen: dict[Any, datetime] = {}

    async def more(self, db: Database) -> AsyncIterator[R]:
        """Those that came since the last time, and those that were committed late."""
        since, last = self._from(), self._before_all
        while True:
            async with read(db) as tx:
                rows = await self._page(tx, since, last, PAGE)
            for row in rows:
                if row.id not in self._seen:
                    self._seen[row.id] = row.at
                    yield row
            if rows:
                since, last = rows[-1].at, rows[-1].id
                self._until = max(self._until, since)
            if len(rows) < PAGE:
                break
        since = self._from()
        self._seen = {name: moment for name, moment in self._seen.items() if moment >= since}

    def _from(self) -> datetime:
        return max(self._until - OVERLAP, self._started)


class Figures:
    def __init__(self, db: Database) -> None:
        self.totals = Totals()
        self._db = db
        self._jobs = Followed(figures.ended_since, "")
        self._attempts = Followed(figures.tried_since, 0)
        self._last: Snapshot | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    async def look(self) -> Snapshot:
        """The totals are up to date too then. Raises `DatabaseUnavailable`."""
        async with self._reading:
            if self._last is None or time.monotonic() - self._read_at >= FRESH_SECONDS:
                async for job in self._jobs.more(self._db):
                    self.totals.add_job(job)
                async for attempt in self._attempts.more(self._db):
                    self.totals.add_attempt(attempt)
                self._last = await self._snapshot()
                self._read_at = time.monotonic()
            return self._last

    async def _snapshot(self) -> Snapshot:
        moment = now()
        async with read(self._db) as tx:
            oldest = await figures.waiting_since(tx)
            return Snapshot(
                unfinished=await figures.unfinished(tx),
                waiting_seconds=max((moment - oldest).total_seconds(), 0.0) if oldest else 0.0,
                backlog=await figures.backlog(tx),
                promised=await figures.promised_since(tx, moment - RECENT),
                moment=moment,
            )
