"""Promises to hand an outcome to an address: chat replies and webhooks alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Delivery
from store.tables import deliveries

c = deliveries.c
DELIVERY = columns_of(Delivery, deliveries)


async def insert_delivery(tx: AsyncConnection, delivery: Delivery) -> None:
    """Raises `IntegrityError` when the same promise was made before."""
    values = values_of(delivery, DELIVERY)
    await tx.execute(insert(deliveries).values(values))


async def claim_due(
    tx: AsyncConnection, *, couriers: Sequence[str], limit: int, now: datetime, lease_until: datetime
) -> list[Delivery]:
    """Deliveries that are due, each now counted as an attempt and hidden until its lease is over."""
    due = (
        select(*DELIVERY)
        .where(c.courier.in_(couriers), c.due_at <= now)
        .order_by(c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Delivery(**row._asdict()) for row in await tx.execute(due)]
    if found:
        ids = [delivery.id for delivery in found]
        hidden = update(deliveries).where(c.id.in_(ids)).values(due_at=lease_until, attempt=c.attempt + 1)
        await tx.execute(hidden)
    return [replace(delivery, attempt=delivery.attempt + 1, due_at=lease_until) for delivery in found]


async def delivered(tx: AsyncConnection, delivery: Delivery, now: datetime) -> bool:
    """False: the attempt was overtaken."""
    done = update(deliveries).where(_ours(delivery)).values(due_at=None, delivered_at=now, last_error=None)
    return (await tx.execute(done)).rowcount == 1


async def failed(tx: AsyncConnection, delivery: Delivery, error: str, due_at: datetime | None) -> bool:
    """Try again at `due_at`; None gives up. False: the attempt was overtaken."""
    noted = update(deliveries).where(_ours(delivery)).values(due_at=due_at, last_error=error[:500])
    return (await tx.execute(noted)).rowcount == 1


def _ours(delivery: Delivery) -> ColumnElement[bool]:
    return (c.id == delivery.id) & (c.attempt == delivery.attempt) & c.delivered_at.is_(None)


async def of_job(tx: AsyncConnection, job_id: str) -> list[Delivery]:
    rows = select(*DELIVERY).where(c.job_id == job_id).order_by(c.id)
    return [Delivery(**row._asdict()) for row in await tx.execute(rows)]


async def delete_settled(tx: AsyncConnection, before: datetime) -> int:
    """Forget deliveries made before that moment which are delivered or given up."""
    old = delete(deliveries).where(c.due_at.is_(None), c.created_at < before)
    return (await tx.execute(old)).rowcount
