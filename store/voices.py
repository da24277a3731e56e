"""Voices that users added. The built-in ones belong to their models, not to a table."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Voice
from store.tables import voices

VOICE = columns_of(Voice, voices)


async def insert_voice(tx: AsyncConnection, voice: Voice) -> None:
    """Raises `IntegrityError` when the user has a voice of that name."""
    await tx.execute(insert(voices).values(values_of(voice, VOICE)))


async def update_voice(tx: AsyncConnection, voice: Voice) -> bool:
    """Its words, labels and settings. False: it is gone. Raises `IntegrityError` as `insert_voice` does."""
    theirs = (voices.c.id == voice.id) & (voices.c.user_id == voice.user_id)
    changed = {name: getattr(voice, name) for name in ("name", "description", "language", "labels", "settings")}
    return (await tx.execute(update(voices).where(theirs).values(changed))).rowcount == 1


async def of_user(tx: AsyncConnection, user_id: str) -> list[Voice]:
    rows = select(*VOICE).where(voices.c.user_id == user_id).order_by(voices.c.name)
    return [Voice(**row._asdict()) for row in await tx.execute(rows)]


async def of_id(tx: AsyncConnection, voice_id: str, *, lock: bool = False) -> Voice | None:
    """`lock`: nobody else changes it before this transaction ends."""
    found = select(*VOICE).where(voices.c.id == voice_id)
    row = (await tx.execute(found.with_for_update() if lock else found)).one_or_none()
    return Voice(**row._asdict()) if row else None


async def take(tx: AsyncConnection, user_id: str, voice_id: str) -> Voice | None:
    """Deletes the user's voice and returns it; None: not theirs."""
    voice = await of_id(tx, voice_id)
    if voice is None or voice.user_id != user_id:
        return None
    gone = await tx.execute(delete(voices).where(voices.c.id == voice_id))
    return voice if gone.rowcount else None


async def known_keys(tx: AsyncConnection, object_keys: Iterable[str]) -> set[str]:
    """Those of the keys that a voice refers to."""
    rows = select(voices.c.object_key).where(voices.c.object_key.in_(list(object_keys)))
    return set((await tx.execute(rows)).scalars())
