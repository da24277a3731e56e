"""Stored audio: one row per clip, the bytes in `store.objects`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Clip
from store.tables import clips

CLIP = columns_of(Clip, clips)
INSERT = insert(clips)
OF_JOBS = select(*CLIP).where(clips.c.job_id.in_(bindparam("jobs", expanding=True)))


async def insert_clip(tx: AsyncConnection, clip: Clip) -> None:
    """Raises `IntegrityError` when the job has a clip already."""
    await tx.execute(INSERT, values_of(clip, CLIP))


async def of_jobs(tx: AsyncConnection, job_ids: Iterable[str]) -> dict[str, Clip]:
    """The clips of those jobs that have one, by job id."""
    rows = await tx.execute(OF_JOBS, {"jobs": list(job_ids)})
    return {row.job_id: Clip(**row._asdict()) for row in rows}


async def of_user(tx: AsyncConnection, user_id: str, clip_id: str) -> Clip | None:
    mine = select(*CLIP).where(clips.c.id == clip_id, clips.c.user_id == user_id)
    row = (await tx.execute(mine)).one_or_none()
    return Clip(**row._asdict()) if row else None


async def page_of_user(
    tx: AsyncConnection, user_id: str, *, before: str | None = None, after: str | None = None, limit: int = 50
) -> list[Clip]:
    """Newest first: the page of older ones than `before`, or of those just newer than `after`."""
    rows = select(*CLIP).where(clips.c.user_id == user_id).limit(limit)
    if after is not None:
        newer = rows.where(clips.c.id > after).order_by(clips.c.id)
        return [Clip(**row._asdict()) for row in await tx.execute(newer)][::-1]
    if before is not None:
        rows = rows.where(clips.c.id < before)
    return [Clip(**row._asdict()) for row in await tx.execute(rows.order_by(clips.c.id.desc()))]


async def is_first_of_model(tx: AsyncConnection, clip: Clip) -> bool:
    """Whether this model made no earlier clip that its user still has."""
    theirs = clips.c.user_id == clip.user_id, clips.c.model == clip.model, clips.c.id < clip.id
    return (await tx.execute(select(clips.c.id).where(*theirs).limit(1))).one_or_none() is None


async def expired(tx: AsyncConnection, now: datetime, limit: int = 500) -> list[Clip]:
    rows = select(*CLIP).where(clips.c.expires_at <= now).order_by(clips.c.expires_at).limit(limit)
    return [Clip(**row._asdict()) for row in await tx.execute(rows)]


async def delete_clips(tx: AsyncConnection, clip_ids: Iterable[str]) -> None:
    await tx.execute(delete(clips).where(clips.c.id.in_(list(clip_ids))))


async def known_keys(tx: AsyncConnection, object_keys: Iterable[str]) -> set[str]:
    """Those of the keys that a clip refers to."""
    rows = select(clips.c.object_key).where(clips.c.object_key.in_(list(object_keys)))
    return set((await tx.execute(rows)).scalars())


async def page(tx: AsyncConnection, *, after: str, limit: int) -> list[Clip]:
    """Of everybody, oldest first, from the id after `after`."""
    rows = select(*CLIP).where(clips.c.id > after).order_by(clips.c.id).limit(limit)
    return [Clip(**row._asdict()) for row in await tx.execute(rows)]
