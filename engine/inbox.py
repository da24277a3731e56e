"""The inbox: what a platform tells us is a row before we say that we have it, one transaction for as many as came.

What asks for a job has its own key beside this; here everything else that was asked survives a kill too, and what is
told twice is recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from engine.clock import now
from store import Database, begin, inbox, read

TRIES = 5


@dataclass(frozen=True, slots=True)
class Inbox:
    db: Database

    async def keep(self, surface: str, told: Mapping[int, dict[str, Any]]) -> set[int]:
        """By the platform's own numbers. Returns those that were not told before; what comes of them is `done`."""
        for attempt in range(TRIES):
            try:
                async with begin(self.db) as tx:
                    new = set(told) - await inbox.known(tx, surface, told)
                    if new:
                        await inbox.put(tx, surface, {number: told[number] for number in new}, now())
                return new
            except IntegrityError:  # another process was told some of them just now
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    async def done(self, surface: str, numbers: Iterable[int]) -> None:
        """Their contents are forgotten; that they came is known for two days more."""
        async with begin(self.db) as tx:
            await inbox.done(tx, surface, numbers)

    async def unfinished(self, surface: str) -> list[dict[str, Any]]:
        """What was kept and is not done, in the platform's order: to be taken up by a process that starts."""
        async with read(self.db) as tx:
            return await inbox.unfinished(tx, surface)
