"""What holds in a place: a Discord guild, a Telegram group."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import places


async def rules_of(
    tx: AsyncConnection, surface: str, place_id: str, *, to_change: bool = False
) -> dict[str, Any] | None:
    """None when nobody made any. `to_change`: nobody else changes them until the transaction ends."""
    rules = select(places.c.rules).where(places.c.surface == surface, places.c.place_id == place_id)
    found: dict[str, Any] | None = (
        await tx.execute(rules.with_for_update() if to_change else rules)
    ).scalar_one_or_none()
    return found


async def all_rules(tx: AsyncConnection, surface: str) -> dict[str, dict[str, Any]]:
    """By place, where anybody made any."""
    rows = await tx.execute(select(places.c.place_id, places.c.rules).where(places.c.surface == surface))
    return {row.place_id: row.rules for row in rows}


async def insert_rules(tx: AsyncConnection, surface: str, place_id: str, rules: dict[str, Any]) -> None:
    """Raises `IntegrityError` when another one made the first at the same time."""
    await tx.execute(insert(places).values(surface=surface, place_id=place_id, rules=rules))


async def update_rules(tx: AsyncConnection, surface: str, place_id: str, rules: dict[str, Any]) -> None:
    here = (places.c.surface == surface) & (places.c.place_id == place_id)
    await tx.execute(update(places).where(here).values(rules=rules))
