"""Clips that users brought for a job or a voice, kept for a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Upload
from store.tables import uploads

UPLOAD = columns_of(Upload, uploads)


async def insert_upload(tx: AsyncConnection, upload: Upload) -> None:
    await tx.execute(insert(uploads).values(values_of(upload, UPLOAD)))


async def of_user(tx: AsyncConnection, user_id: str, upload_id: str) -> Upload | None:
    mine = select(*UPLOAD).where(uploads.c.id == upload_id, uploads.c.user_id == user_id)
    row = (await tx.execute(mine)).one_or_none()
    return Upload(**row._asdict()) if row else None


async def all_of_user(tx: AsyncConnection, user_id: str, now: datetime) -> list[Upload]:
    """Those that have not expired."""
    theirs = select(*UPLOAD).where(uploads.c.user_id == user_id, uploads.c.expires_at > now).order_by(uploads.c.id)
    return [Upload(**row._asdict()) for row in await tx.execute(theirs)]


async def expired(tx: AsyncConnection, now: datetime, limit: int = 500) -> list[Upload]:
    rows = select(*UPLOAD).where(uploads.c.expires_at <= now).order_by(uploads.c.expires_at).limit(limit)
    return [Upload(**row._asdict()) for row in await tx.execute(rows)]


async def delete_uploads(tx: AsyncConnection, upload_ids: Iterable[str]) -> None:
    await tx.execute(delete(uploads).where(uploads.c.id.in_(list(upload_ids))))
