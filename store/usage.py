"""What was spent, read from the jobs that succeeded or may still succeed.

Jobs are found by their ids, which sort by time: so the reads stay within the days that were asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import day_of, first_id
from store.tables import jobs, users

c = jobs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one capability did on one day (UTC). `credits`: what was paid for the jobs that succeeded."""

    day: date
    capability: str
    jobs: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What one user did at a pool's expense."""

    user_id: str
    name: str
    jobs: int
    credits: int


def _since(moment: datetime) -> ColumnElement[bool]:
    return c.id >= first_id("job", moment)


async def of_person(tx: AsyncConnection, user_id: str, since: datetime) -> list[Usage]:
    """Newest day first. What a pool paid is the pool's."""
    return await _by_day(tx, (c.user_id == user_id) & c.paid_by.is_(None), since)


async def of_pool(tx: AsyncConnection, pool_id: str, since: datetime) -> list[Usage]:
    """Newest day first."""
    return await _by_day(tx, c.paid_by == pool_id, since)


async def _by_day(tx: AsyncConnection, whose: ColumnElement[bool], since: datetime) -> list[Usage]:
    day = day_of(c.created_at, tx.dialect.name).label("day")
    rows = (
        select(day, c.capability, func.count(), func.sum(c.price))
        .where(whose, _since(since), c.state == "succeeded")
        .group_by(day, c.capability)
        .order_by(day.desc(), c.capability)
    )
    return [
        Usage(day=date.fromisoformat(day), capability=capability, jobs=int(count), credits=int(price))
        for day, capability, count, price in await tx.execute(rows)
    ]


async def members(tx: AsyncConnection, pool_id: str, since: datetime, limit: int) -> list[Member]:
    """Who spent most of the pool, first."""
    price = func.sum(c.price)
    rows = (
        select(users.c.id, users.c.name, func.count(), price)
        .join(jobs, c.user_id == users.c.id)
        .where(c.paid_by == pool_id, _since(since), c.state == "succeeded")
        .group_by(users.c.id, users.c.name)
        .order_by(price.desc(), users.c.id)
        .limit(limit)
    )
    return [
        Member(user_id=user_id, name=name, jobs=int(count), credits=int(spent))
        for user_id, name, count, spent in await tx.execute(rows)
    ]


async def taken(tx: AsyncConnection, pool_id: str, user_id: str, since: datetime) -> int:
    """Credits that a user's jobs have taken from the pool or still hold."""
    counts = case((c.state.in_(("queued", "running", "succeeded")), c.price), else_=0)
    theirs = (c.paid_by == pool_id) & (c.user_id == user_id) & _since(since)
    return int((await tx.execute(select(func.coalesce(func.sum(counts), 0)).where(theirs))).scalar_one())
