"""Pools: the shared credits of a place, such as a Discord guild.

A pool is an account without a person behind it. Its credits are granted, counted and listed by `engine.credits` like
anybody's; `engine.jobs.submit(..., pool=...)` spends them before the member's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.errors import Conflict
from engine.users import Users
from store import Database, read, usage
from store.records import User
from store.usage import Member

MOST_MEMBERS = 100


@dataclass(frozen=True, slots=True)
class Pools:
    db: Database
    users: Users

    async def of(self, surface: str, place_id: str, *, name: str = "") -> User:
        """The pool of that place; made, empty, when first asked for."""
        if pool := await self.find(surface, place_id):
            return pool
        try:
            return await self.users.create(f"pool:{surface}", place_id, name=name, credits=0, kind="pool")
        except Conflict:  # another member was first
            pool = await self.find(surface, place_id)
            assert pool is not None
            return pool

    async def find(self, surface: str, place_id: str) -> User | None:
        """None: nobody has asked for it yet."""
        return await self.users.find(f"pool:{surface}", place_id)

    async def spent(self, pool: User, *, by: User, since: datetime) -> int:
        """Credits of the pool that this member's jobs made since then have taken, or hold."""
        async with read(self.db) as tx:
            return await usage.taken(tx, pool.id, by.id, since)

    async def members(self, pool: User, *, since: datetime, limit: int = MOST_MEMBERS) -> list[Member]:
        """Who spent most of it since then, first. Members who deleted their account are left out."""
        async with read(self.db) as tx:
            return await usage.members(tx, pool.id, since, limit)
