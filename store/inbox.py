"""What a platform has told us, until it has been seen to; its number stays, so that it is known when told again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import inbox

c = inbox.c


async def known(tx: AsyncConnection, surface: str, numbers: Iterable[int]) -> set[int]:
    rows = await tx.execute(select(c.number).where(c.surface == surface, c.number.in_(list(numbers))))
    return set(rows.scalars())


async def put(tx: AsyncConnection, surface: str, told: Mapping[int, dict[str, Any]], now: datetime) -> None:
    """Raises `IntegrityError` when another process was told one of them and was faster."""
    rows = [
        {"surface": surface, "number": number, "content": content, "created_at": now}
        for number, content in told.items()
    ]
    await tx.execute(insert(inbox), rows)


async def unfinished(tx: AsyncConnection, surface: str) -> list[dict[str, Any]]:
    """As they came."""
    rows = select(c.content).where(c.surface == surface, c.content.is_not(None)).order_by(c.number)
    return [content for content in (await tx.execute(rows)).scalars() if content is not None]


async def done(tx: AsyncConnection, surface: str, numbers: Iterable[int]) -> None:
    ours = (c.surface == surface) & c.number.in_(list(numbers))
    await tx.execute(update(inbox).where(ours).values(content=None))


async def delete_came(tx: AsyncConnection, before: datetime) -> int:
    return (await tx.execute(delete(inbox).where(c.created_at < before))).rowcount
