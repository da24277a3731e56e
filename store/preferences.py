"""What users like: one row each, made when they first choose something."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Preferences
from store.tables import preferences

PREFERENCES = columns_of(Preferences, preferences)
# Built once, as in `store.ledger`: every request without a voice asks.
OF_USER = select(*PREFERENCES).where(preferences.c.user_id == bindparam("who"))


async def of_user(tx: AsyncConnection, user_id: str) -> Preferences:
    row = (await tx.execute(OF_USER, {"who": user_id})).one_or_none()
    return Preferences(**row._asdict()) if row else Preferences(user_id=user_id)


async def put(tx: AsyncConnection, chosen: Preferences) -> None:
    """The user's balance must be locked (see `store.ledger`), so that two changes do not both find no row."""
    await tx.execute(delete(preferences).where(preferences.c.user_id == chosen.user_id))
    await tx.execute(insert(preferences).values(values_of(chosen, PREFERENCES)))
