"""Customers' webhook URLs."""

from __future__ import annotations

from dataclasses import dataclass

from store import Database, endpoints, read
from store.records import Endpoint, User


@dataclass(frozen=True, slots=True)
class Endpoints:
    db: Database

    async def listening(self, user: User, event: str) -> list[Endpoint]:
        async with read(self.db) as tx:
            return await endpoints.listening(tx, user.id, event)
