"""What people have, for tests: voices without a recording session, clips, and everything that is stored of somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine import Clip, Job, User, Voice
from engine.clock import now
from store import Database, begin, queue, read, uploads, voices
from store.columns import new_id
from store.records import Upload
from store.tables import metadata
from tests.house import House


async def own_voice(house: House, user: User, name: str, *, description: str = "") -> Voice:
    voice_id, moment = new_id("voice"), now()
    voice = Voice(
        id=voice_id,
        user_id=user.id,
        name=name,
        description=description,
        language="en",
        object_key=f"voices/{voice_id}.flac",
        seconds=5.0,
        consent_by=user.name,
        consent_at=moment,
        created_at=moment,
    )
    await house.objects.put(voice.object_key, b"fLaC", "audio/flac")
    async with begin(house.engine.db) as tx:
        await voices.insert_voice(tx, voice)
    return voice


async def own_upload(house: House, user: User, **changed: Any) -> Upload:
    upload_id, moment = new_id("upload"), now()
    key = f"uploads/{upload_id}.flac"
    values = {"seconds": 2.0, "created_at": moment, "expires_at": moment + timedelta(days=1)} | changed
    upload = Upload(id=upload_id, user_id=user.id, object_key=key, **values)
    await house.objects.put(key, b"fLaC", "audio/flac")
    async with begin(house.engine.db) as tx:
        await uploads.insert_upload(tx, upload)
    return upload


async def spoken(house: House, user: User, text: str = "Hello", **options: Any) -> Clip:
    """The clip of a job that succeeded."""
    job = await house.engine.jobs.submit(user, "tts", {"text": text}, **options)
    await house.worker.run_until_idle()
    clip = (await house.engine.jobs.get(user, job.id)).clip
    assert clip is not None
    return clip


async def claimed(house: House) -> Job:
    """The next job, running."""
    async with begin(house.engine.db) as tx:
        [job] = await queue.claim(tx, {"tts": 1}, now=now(), lease_until=now() + timedelta(seconds=30))
    return job


async def rows_of(db: Database, user: User) -> dict[str, int]:
    """How many rows each table has of that user; tables without any are left out."""
    found: dict[str, int] = {}
    async with read(db) as tx:
        for table in metadata.sorted_tables:
            if "user_id" in table.c:
                rows = (await tx.execute(select(table.c.user_id).where(table.c.user_id == user.id))).all()
                found |= {table.name: len(rows)} if rows else {}
    return found


async def everything_stored(db: Database) -> str:
    """Every value of every row, as text."""
    async with read(db) as tx:
        rows = [row for table in metadata.sorted_tables for row in await tx.execute(select(table))]
    return "\n".join(str(tuple(row)) for row in rows)
