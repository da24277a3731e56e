"""What came of each attempt to deliver: the log that integrators read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Attempt
from store.tables import attempts

c = attempts.c
ATTEMPT = columns_of(Attempt, attempts)
WRITE = insert(attempts)


async def insert_attempts(tx: AsyncConnection, made: Sequence[Attempt]) -> None:
    if made:
        await tx.execute(WRITE, [values_of(attempt, ATTEMPT) for attempt in made])


async def of_delivery(tx: AsyncConnection, delivery_id: str) -> list[Attempt]:
    """In the order in which they were made."""
    rows = select(*ATTEMPT).where(c.delivery_id == delivery_id).order_by(c.id)
    return [Attempt(**row._asdict()) for row in await tx.execute(rows)]


async def of_deliveries(tx: AsyncConnection, delivery_ids: Sequence[str]) -> list[Attempt]:
    """In the order in which they were made."""
    rows = select(*ATTEMPT).where(c.delivery_id.in_(delivery_ids)).order_by(c.id)
    return [Attempt(**row._asdict()) for row in await tx.execute(rows)]


async def delete_made(tx: AsyncConnection, before: datetime) -> int:
    return (await tx.execute(delete(attempts).where(c.at < before))).rowcount
