"""What the operator watches, read from rows: so any process can tell it, of all of them.

Each read goes along an index from a moment on, or over what is unfinished, however much there is besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import attempts, clips, deliveries, jobs

j, d, a = jobs.c, deliveries.c, attempts.c
COURIERS = ("discord", "telegram", "webhook")


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that ended `at` that moment. `audio_seconds` None: without a clip."""

    id: str
    capability: str
    state: str
    error_code: str | None
    price: int
    created_at: datetime
    started_at: datetime | None
    at: datetime
    audio_seconds: float | None


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt to deliver. `status` None: no answer."""

    id: int
    at: datetime
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Deliveries of one courier that are still to be made. `next_due_at` None: there are none."""

    count: int
    next_due_at: datetime | None


async def ended_since(tx: AsyncConnection, since: datetime, after: str, limit: int) -> list[Ended]:
    """In the order in which they ended, from `since` on; those of that very moment from the id after `after`."""
    later = (j.finished_at > since) | ((j.finished_at == since) & (j.id > after))
    columns = (j.id, j.capability, j.state, j.error_code, j.price, j.created_at, j.started_at, j.finished_at)
    rows = (
        select(*columns, clips.c.seconds)
        .outerjoin(clips, clips.c.job_id == j.id)
        .where(j.finished_at >= since, later)
        .order_by(j.finished_at, j.id)
        .limit(limit)
    )
    return [Ended(*row) for row in await tx.execute(rows)]


async def tried_since(tx: AsyncConnection, since: datetime, after: int, limit: int) -> list[Tried]:
    """As `ended_since`."""
    later = (a.at > since) | ((a.at == since) & (a.id > after))
    rows = select(a.id, a.at, a.status, a.error).where(a.at >= since, later).order_by(a.at, a.id).limit(limit)
    return [Tried(*row) for row in await tx.execute(rows)]


async def unfinished(tx: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many jobs by capability and state."""
    rows = select(j.capability, j.state, func.count()).where(j.state.in_(("queued", "running")))
    found = await tx.execute(rows.group_by(j.capability, j.state))
    return {(capability, state): int(count) for capability, state, count in found}


async def waiting_since(tx: AsyncConnection) -> datetime | None:
    """When the job was asked for that waits longest; None when none waits."""
    oldest = select(j.created_at).where(j.state == "queued").order_by(j.created_at).limit(1)
    found: datetime | None = (await tx.execute(oldest)).scalar_one_or_none()
    return found


async def backlog(tx: AsyncConnection, couriers: Sequence[str] = COURIERS) -> dict[str, Backlog]:
    found = {}
    for courier in couriers:  # one by one: each is a range of an index then
        to_be_made = (d.courier == courier) & d.due_at.is_not(None)
        count = (await tx.execute(select(func.count()).where(to_be_made))).scalar_one()
        first = (await tx.execute(select(d.due_at).where(to_be_made).order_by(d.due_at).limit(1))).scalar_one_or_none()
        found[courier] = Backlog(int(count), first)
    return found


async def promised_since(tx: AsyncConnection, since: datetime) -> dict[tuple[str, str], int]:
    """How many deliveries that were promised since then, by courier and what has become of them."""
    became = case((d.delivered_at.is_not(None), "delivered"), (d.due_at.is_not(None), "waiting"), else_="given_up")
    rows = select(d.courier, became, func.count()).where(d.created_at >= since).group_by(d.courier, became)
    return {(courier, outcome): int(count) for courier, outcome, count in await tx.execute(rows)}
