"""Jobs as rows: insert, look up, list, finish. How they wait and are claimed: `store.queue`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Job, JobState
from store.tables import jobs

c = jobs.c
JOB = columns_of(Job, jobs)


async def insert_job(tx: AsyncConnection, job: Job) -> None:
    """Raises `IntegrityError` when its user's idempotency key is taken."""
    values = values_of(job, JOB)
    ready_turn = job.turn if job.slot is not None else None
    await tx.execute(insert(jobs).values(**values, ready_turn=ready_turn))


async def get(tx: AsyncConnection, job_id: str) -> Job | None:
    row = (await tx.execute(select(*JOB).where(c.id == job_id))).one_or_none()
    return Job(**row._asdict()) if row else None


async def of_user(tx: AsyncConnection, user_id: str, job_id: str) -> Job | None:
    """None also for somebody else's job: who may not see it does not learn that it exists."""
    row = (await tx.execute(select(*JOB).where(c.id == job_id, c.user_id == user_id))).one_or_none()
    return Job(**row._asdict()) if row else None


async def by_idempotency_key(tx: AsyncConnection, user_id: str, key: str) -> Job | None:
    same = select(*JOB).where(c.user_id == user_id, c.idempotency_key == key)
    row = (await tx.execute(same)).one_or_none()
    return Job(**row._asdict()) if row else None


async def page(
    tx: AsyncConnection,
    *,
    user_id: str | None = None,
    states: Sequence[str] = (),
    before: str | None = None,
    limit: int = 50,
) -> list[Job]:
    """Newest first; `before` is the id where the last page ended. `user_id` None: of everybody."""
    rows = select(*JOB).order_by(c.id.desc()).limit(limit)
    if user_id is not None:
        rows = rows.where(c.user_id == user_id)
    if states:
        rows = rows.where(c.state.in_(states))
    if before is not None:
        rows = rows.where(c.id < before)
    return [Job(**row._asdict()) for row in await tx.execute(rows)]


async def ahead_of(tx: AsyncConnection, job: Job) -> int:
    """How many waiting jobs are served before this one; itself not counted."""
    earlier = (c.state == "queued") & ((c.turn < job.turn) | ((c.turn == job.turn) & (c.id < job.id)))
    return int((await tx.execute(select(func.count()).select_from(jobs).where(earlier))).scalar_one())


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """Unfinished jobs per state."""
    rows = select(c.state, func.count()).where(c.state.in_(("queued", "running"))).group_by(c.state)
    found = {str(state): int(count) for state, count in await tx.execute(rows)}
    return {"queued": 0, "running": 0} | found


async def finish(
    tx: AsyncConnection,
    job: Job,
    state: JobState,
    now: datetime,
    *,
    error_code: str | None = None,
    error_message: str | None = None,
) -> bool:
    """End this attempt of the job and give up its slot. False: the attempt is no longer current."""
    ours = (c.id == job.id) & (c.attempt == job.attempt) & (c.state == job.state)
    ended = (
        update(jobs)
        .where(ours)
        .values(
            state=state,
            slot=None,
            ready_turn=None,
            lease_until=None,
            progress=1.0 if state == "succeeded" else c.progress,
            error_code=error_code,
            error_message=error_message,
            finished_at=now,
        )
    )
    return (await tx.execute(ended)).rowcount == 1


async def request_cancel(tx: AsyncConnection, job: Job) -> bool:
    """Ask the worker that runs it to stop. False: it does not run any more."""
    asked = update(jobs).where(c.id == job.id, c.state == "running").values(cancel_requested=True)
    return (await tx.execute(asked)).rowcount == 1


async def ended_untidily(tx: AsyncConnection, *, since: datetime, limit: int = 1000) -> list[Job]:
    """Finished jobs that may have left an upload behind: more than one attempt, or no success."""
    untidy = (c.finished_at >= since) & ((c.attempt > 1) | (c.state != "succeeded")) & (c.attempt > 0)
    rows = select(*JOB).where(untidy).order_by(c.finished_at).limit(limit)
    return [Job(**row._asdict()) for row in await tx.execute(rows)]
