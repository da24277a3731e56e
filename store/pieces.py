"""Sound on its way between processes: left by the worker as it is made, taken by the process that listens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import StoredPiece
from store.tables import pieces

PIECE = columns_of(StoredPiece, pieces)
c = pieces.c


async def insert_piece(tx: AsyncConnection, piece: StoredPiece) -> None:
    await tx.execute(insert(pieces).values(values_of(piece, PIECE)))


async def following(tx: AsyncConnection, job_id: str, attempt: int, number: int) -> list[StoredPiece]:
    """What came after this piece, in order; a later attempt begins again at its number 0."""
    later = (c.attempt > attempt) | ((c.attempt == attempt) & (c.number > number))
    rows = select(*PIECE).where(c.job_id == job_id, later).order_by(c.attempt, c.number)
    return [StoredPiece(**row._asdict()) for row in await tx.execute(rows)]


async def delete_of(tx: AsyncConnection, job_id: str) -> None:
    await tx.execute(delete(pieces).where(c.job_id == job_id))


async def delete_left(tx: AsyncConnection, before: datetime) -> None:
    """Those whose listener died, or that came after it had gone."""
    await tx.execute(delete(pieces).where(c.created_at < before))
