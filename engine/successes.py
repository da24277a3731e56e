"""Successes are noted together: one commit for all that were waiting while the one before was written."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from engine.clock import now
from store import Database, attempts, begin, deliveries
from store.records import Attempt, Delivery


@dataclass(slots=True, eq=False)
class _Success:
    delivery: Delivery
    attempt: Attempt
    noted: bool = False


class Successes:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[_Success] = []
        self._writing = asyncio.Lock()

    async def note(self, delivery: Delivery, attempt: Attempt) -> None:
        """When it returns, the row says so. Raises what the database raises; nothing is noted then."""
        mine = _Success(delivery, attempt)
        self._waiting.append(mine)
        async with self._writing:
            if not mine.noted:
                await self._write_all(mine)

    async def _write_all(self, mine: _Success) -> None:
        batch, self._waiting = self._waiting, []
        try:
            async with begin(self._db) as tx:
                await deliveries.all_delivered(tx, [one.delivery for one in batch], now())
                await attempts.insert_attempts(tx, [one.attempt for one in batch])
        except BaseException:
            # Each of the others tries for itself when its turn comes.
            self._waiting = [one for one in batch if one is not mine] + self._waiting
            raise
        for one in batch:
            one.noted = True
