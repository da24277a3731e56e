"""Customers' webhook URLs, and how they are doing.

Whoever changes the health of an endpoint and its deliveries in one transaction changes the endpoint first: so two
attempts that end at once wait for each other instead of deadlocking.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Endpoint
from store.tables import endpoints

c = endpoints.c
ENDPOINT = columns_of(Endpoint, endpoints)
# Built once, as in `store.ledger`: every job asks it at each of its steps.
ENABLED = select(*ENDPOINT).where(c.user_id.in_(bindparam("who", expanding=True)), c.enabled, c.one_off.is_(False))
LOCKED = select(*ENDPOINT).where(c.id == bindparam("its_id")).with_for_update()
OF_IDS = select(*ENDPOINT).where(c.id.in_(bindparam("ids", expanding=True)))

HEALTH = (
    "enabled",
    "disabled_because",
    "failures",
    "failing_since",
    "paused_until",
    "last_failure_at",
    "last_failure_status",
)


async def insert_endpoint(tx: AsyncConnection, endpoint: Endpoint) -> None:
    values = values_of(endpoint, ENDPOINT)
    await tx.execute(insert(endpoints).values(values))


async def enabled(tx: AsyncConnection, user_ids: Iterable[str]) -> list[Endpoint]:
    """Of these users, whatever they listen to."""
    return [Endpoint(**row._asdict()) for row in await tx.execute(ENABLED, {"who": list(user_ids)})]


async def listening(tx: AsyncConnection, user_ids: Iterable[str], event: str) -> list[Endpoint]:
    """The users' enabled endpoints that want this event."""
    return [endpoint for endpoint in await enabled(tx, user_ids) if wants(endpoint, event)]


def wants(endpoint: Endpoint, event: str) -> bool:
    """An empty filter wants all."""
    return not endpoint.events or event in endpoint.events


async def of_user(tx: AsyncConnection, user_id: str) -> list[Endpoint]:
    """Oldest first, without the one for URLs that jobs bring along."""
    rows = select(*ENDPOINT).where(c.user_id == user_id, c.one_off.is_(False)).order_by(c.id)
    return [Endpoint(**row._asdict()) for row in await tx.execute(rows)]


async def of_id(tx: AsyncConnection, user_id: str, endpoint_id: str) -> Endpoint | None:
    """None also for somebody else's."""
    row = (await tx.execute(select(*ENDPOINT).where(c.id == endpoint_id, c.user_id == user_id))).one_or_none()
    return Endpoint(**row._asdict()) if row else None


async def of_ids(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Endpoint]:
    return {row.id: Endpoint(**row._asdict()) for row in await tx.execute(OF_IDS, {"ids": list(ids)})}


async def one_off(tx: AsyncConnection, user_id: str) -> Endpoint | None:
    """The one that signs for URLs that the user's jobs bring along: the oldest, where accounts were linked."""
    rows = select(*ENDPOINT).where(c.user_id == user_id, c.one_off).order_by(c.id).limit(1)
    row = (await tx.execute(rows)).one_or_none()
    return Endpoint(**row._asdict()) if row else None


async def change(tx: AsyncConnection, endpoint_id: str, **values: Any) -> None:
    await tx.execute(update(endpoints).where(c.id == endpoint_id).values(values))


async def remove(tx: AsyncConnection, endpoint_id: str) -> None:
    await tx.execute(delete(endpoints).where(c.id == endpoint_id))


async def locked(tx: AsyncConnection, endpoint_id: str) -> Endpoint | None:
    """Its row locked until the end of the transaction."""
    row = (await tx.execute(LOCKED, {"its_id": endpoint_id})).one_or_none()
    return Endpoint(**row._asdict()) if row else None


async def save_health(tx: AsyncConnection, endpoint: Endpoint) -> None:
    await change(tx, endpoint.id, **{column: getattr(endpoint, column) for column in HEALTH})
