"""Voices that users added. The built-in ones belong to their models, not to a table."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Voice
from store.tables import voices

VOICE = columns_of(Voice, voices)


async def insert_voice(tx: AsyncConnection, voice: Voice) -> None:
    """Raises `IntegrityError` when the user has a voice of that name."""
    await tx.execute(insert(voices).values(values_of(voice, VOICE)))


async def of_user(tx: AsyncConnection, user_id: str) -> list[Voice]:
    rows = select(*VOICE).where(voices.c.user_id == user_id).order_by(voices.c.name)
    return [Voice(**row._asdict()) for row in await tx.execute(rows)]
