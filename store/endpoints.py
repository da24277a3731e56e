"""Customers' webhook URLs."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Endpoint
from store.tables import endpoints

ENDPOINT = columns_of(Endpoint, endpoints)
ENABLED = select(*ENDPOINT).where(endpoints.c.user_id == bindparam("who"), endpoints.c.enabled)


async def insert_endpoint(tx: AsyncConnection, endpoint: Endpoint) -> None:
    values = values_of(endpoint, ENDPOINT)
    await tx.execute(insert(endpoints).values(values))


async def listening(tx: AsyncConnection, user_id: str, event: str) -> list[Endpoint]:
    """The user's enabled endpoints that want this event; an empty filter wants all."""
    rows = [Endpoint(**row._asdict()) for row in await tx.execute(ENABLED, {"who": user_id})]
    return [endpoint for endpoint in rows if not endpoint.events or event in endpoint.events]
