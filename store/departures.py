"""Users that are gone: their account closed at once, and what they leave behind taken away piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.jobs import JOB
from store.records import FINAL, Job
from store.tables import (
    api_keys,
    attempts,
    clips,
    deliveries,
    departures,
    dictionaries,
    endpoints,
    farewells,
    hook_calls,
    hooks,
    identities,
    invitations,
    jobs,
    ledger,
    link_attempts,
    link_codes,
    preferences,
    sessions,
    uploads,
    users,
    voices,
)

CLOSED = (
    identities,
    sessions,
    invitations,
    api_keys,
    endpoints,
    hooks,
    hook_calls,
    preferences,
    dictionaries,
    link_codes,
    link_attempts,
    deliveries,
)
"""What goes at once and whole: nothing of it has a file."""
WITH_FILES = (voices, uploads)


async def close(tx: AsyncConnection, user_id: str, now: datetime) -> None:
    """Nobody can act as this user any more. The balance must be locked."""
    await tx.execute(update(users).where(users.c.id == user_id).values(kind="gone", name="", is_owner=False))
    await tx.execute(insert(departures).values(user_id=user_id, left_at=now))


async def pending(tx: AsyncConnection) -> list[tuple[str, datetime]]:
    """Users to be swept, and when they left."""
    rows = await tx.execute(select(departures.c.user_id, departures.c.left_at).order_by(departures.c.left_at))
    return [(user_id, left_at) for user_id, left_at in rows]


async def left_at(tx: AsyncConnection, user_id: str) -> datetime | None:
    """None: nothing is left to sweep, or they are still here."""
    found: datetime | None = (
        await tx.execute(select(departures.c.left_at).where(departures.c.user_id == user_id))
    ).scalar_one_or_none()
    return found


async def done(tx: AsyncConnection, user_id: str) -> None:
    await tx.execute(delete(departures).where(departures.c.user_id == user_id))


async def delete_closed(tx: AsyncConnection, user_id: str) -> None:
    theirs = select(deliveries.c.id).where(deliveries.c.user_id == user_id)
    await tx.execute(delete(attempts).where(attempts.c.delivery_id.in_(theirs)))
    for table in CLOSED:
        await tx.execute(delete(table).where(table.c.user_id == user_id))


async def make_anonymous(tx: AsyncConnection, user_id: str) -> None:
    """What the ledger says in words about its user. Amounts stay: the books must add up."""
    words = or_(ledger.c.key.is_not(None), ledger.c.note != "")
    await tx.execute(update(ledger).where(ledger.c.user_id == user_id, words).values(key=None, note=""))


async def unfinished(tx: AsyncConnection, user_id: str, limit: int = 100) -> list[Job]:
    rows = select(*JOB).where(jobs.c.user_id == user_id, jobs.c.state.not_in(FINAL)).limit(limit)
    return [Job(**row._asdict()) for row in await tx.execute(rows)]


async def jobs_of(tx: AsyncConnection, user_id: str, after: str, limit: int) -> list[Job]:
    """Oldest first, from the id after `after`."""
    theirs = select(*JOB).where(jobs.c.user_id == user_id, jobs.c.id > after)
    return [Job(**row._asdict()) for row in await tx.execute(theirs.order_by(jobs.c.id).limit(limit))]


async def delete_jobs(tx: AsyncConnection, job_ids: Sequence[str]) -> None:
    """With their clips."""
    await tx.execute(delete(clips).where(clips.c.job_id.in_(job_ids)))
    await tx.execute(delete(jobs).where(jobs.c.id.in_(job_ids)))


async def make_jobs_anonymous(tx: AsyncConnection, found: Iterable[Job]) -> None:
    """Of a job only what tells where its files lie, and what it cost."""
    for job in found:
        bare = {"params": {"format": job.params["format"]}, "idempotency_key": None, "reply_to": None}
        await tx.execute(update(jobs).where(jobs.c.id == job.id).values(bare | {"error_message": None}))


async def files_of(tx: AsyncConnection, user_id: str) -> list[str]:
    """Keys of the objects behind voices and uploads."""
    keys = [select(table.c.object_key).where(table.c.user_id == user_id) for table in WITH_FILES]
    return [key for rows in keys for key in (await tx.execute(rows)).scalars()]


async def linked_uploads_of(tx: AsyncConnection, user_id: str) -> list[str]:
    """Ids of those whose files come by a link."""
    linked = select(uploads.c.id).where(uploads.c.user_id == user_id, uploads.c.incoming_key.is_not(None))
    return list((await tx.execute(linked)).scalars())


async def delete_files(tx: AsyncConnection, user_id: str, object_keys: Sequence[str], *, linked: bool) -> None:
    """The rows of the voices and uploads whose objects these were; with `linked` also of uploads by link."""
    for table in WITH_FILES:
        theirs = (table.c.user_id == user_id) & table.c.object_key.in_(object_keys)
        if table is uploads and not linked:
            theirs &= table.c.incoming_key.is_(None)
        await tx.execute(delete(table).where(theirs))


async def say_farewell(tx: AsyncConnection, identity_hashes: Iterable[str], until: datetime) -> None:
    """Until then they are not welcomed again with credits."""
    hashes = list(identity_hashes)
    await tx.execute(delete(farewells).where(farewells.c.identity_hash.in_(hashes)))
    for identity_hash in hashes:
        await tx.execute(insert(farewells).values(identity_hash=identity_hash, until=until))


async def left_lately(tx: AsyncConnection, identity_hash: str, now: datetime) -> bool:
    lately = (farewells.c.identity_hash == identity_hash) & (farewells.c.until > now)
    return (await tx.execute(select(farewells.c.until).where(lately))).first() is not None


async def forget_farewells(tx: AsyncConnection, now: datetime) -> None:
    await tx.execute(delete(farewells).where(farewells.c.until <= now))
