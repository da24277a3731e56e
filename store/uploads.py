"""Clips that users brought for a job, kept for a day; and those that a link lets them bring."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
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
    """Those that have not expired, as far as they are ours already."""
    theirs = (uploads.c.user_id == user_id) & (uploads.c.expires_at > now) & uploads.c.judged
    rows = select(*UPLOAD).where(theirs).order_by(uploads.c.id)
    return [Upload(**row._asdict()) for row in await tx.execute(rows)]


async def count_awaited(tx: AsyncConnection, user_id: str, now: datetime) -> int:
    """How many links of this user's wait for their file, or it to be judged."""
    awaited = (uploads.c.user_id == user_id) & (uploads.c.expires_at > now) & ~uploads.c.judged
    return int((await tx.execute(select(func.count()).where(awaited))).scalar_one())


async def awaits(tx: AsyncConnection, incoming_key: str, upload_id: str, now: datetime) -> bool:
    """The file of this link may still come."""
    c = uploads.c
    awaited = (c.id == upload_id) & (c.incoming_key == incoming_key) & ~c.judged & (c.expires_at > now)
    return (await tx.execute(select(c.id).where(awaited))).first() is not None


async def judge(tx: AsyncConnection, upload: Upload) -> bool:
    """Its length, and where our own copy lies. False: somebody has judged it before, or it is gone."""
    c = uploads.c
    values = {"object_key": upload.object_key, "seconds": upload.seconds, "judged": True}
    return (await tx.execute(update(uploads).where(c.id == upload.id, ~c.judged).values(values))).rowcount == 1


async def expired(tx: AsyncConnection, now: datetime, limit: int = 500) -> list[Upload]:
    rows = select(*UPLOAD).where(uploads.c.expires_at <= now).order_by(uploads.c.expires_at).limit(limit)
    return [Upload(**row._asdict()) for row in await tx.execute(rows)]


async def delete_uploads(tx: AsyncConnection, upload_ids: Iterable[str]) -> None:
    await tx.execute(delete(uploads).where(uploads.c.id.in_(list(upload_ids))))
