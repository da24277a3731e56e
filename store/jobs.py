"""Jobs as rows: insert, look up, list, finish. How they wait and are claimed: `store.queue`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import FINAL, Job, JobState
from store.tables import jobs

c = jobs.c
JOB = columns_of(Job, jobs)

# Built once, as in `store.ledger`.
INSERT = insert(jobs)
GET = select(*JOB).where(c.id == bindparam("job"))
OF_USER = GET.where(c.user_id == bindparam("who"))
BY_KEY = select(*JOB).where(c.user_id == bindparam("who"), c.idempotency_key == bindparam("name"))
AHEAD = select(func.count()).where(
    c.state == "queued",
    (c.turn < bindparam("its_turn")) | ((c.turn == bindparam("its_turn")) & (c.id < bindparam("job"))),
)
GLANCED_AT_ONCE = 500
GLANCE = select(c.id, c.state, c.attempt, c.progress).where(c.id.in_(bindparam("ids", expanding=True)))
_LINE = (
    select(c.id, func.row_number().over(order_by=(c.turn, c.id)).label("place")).where(c.state == "queued").subquery()
)
PLACES = select(_LINE.c.id, _LINE.c.place).where(_LINE.c.id.in_(bindparam("ids", expanding=True)))
FINISH = (
    update(jobs)
    .where(c.id == bindparam("job"), c.attempt == bindparam("its_attempt"), c.state == bindparam("its_state"))
    .values(
        state=bindparam("new_state"),
        slot=None,
        ready_turn=None,
        lease_until=None,
        progress=case((bindparam("new_state") == "succeeded", 1.0), else_=c.progress),
        error_code=bindparam("code"),
        error_message=bindparam("message"),
        finished_at=bindparam("moment"),
    )
)


async def insert_job(tx: AsyncConnection, job: Job) -> None:
    """Raises `IntegrityError` when its user's idempotency key is taken."""
    values = values_of(job, JOB)
    ready_turn = job.turn if job.slot is not None else None
    await tx.execute(INSERT, values | {"ready_turn": ready_turn})


async def get(tx: AsyncConnection, job_id: str) -> Job | None:
    row = (await tx.execute(GET, {"job": job_id})).one_or_none()
    return Job(**row._asdict()) if row else None


async def of_user(tx: AsyncConnection, user_id: str, job_id: str) -> Job | None:
    """None also for somebody else's job: who may not see it does not learn that it exists."""
    row = (await tx.execute(OF_USER, {"job": job_id, "who": user_id})).one_or_none()
    return Job(**row._asdict()) if row else None


async def by_idempotency_key(tx: AsyncConnection, user_id: str, key: str) -> Job | None:
    row = (await tx.execute(BY_KEY, {"who": user_id, "name": key})).one_or_none()
    return Job(**row._asdict()) if row else None


async def of_ids(tx: AsyncConnection, job_ids: Sequence[str]) -> dict[str, Job]:
    """By id."""
    rows = await tx.execute(select(*JOB).where(c.id.in_(job_ids)))
    return {row.id: Job(**row._asdict()) for row in rows}


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
    return int((await tx.execute(AHEAD, {"its_turn": job.turn, "job": job.id})).scalar_one())


@dataclass(frozen=True, slots=True)
class Glance:
    """What of a job can change before it ends. `position` in line, 1 is next, 0 when it no longer waits."""

    state: JobState
    attempt: int
    progress: float
    position: int


async def glance(tx: AsyncConnection, job_ids: Sequence[str]) -> dict[str, Glance]:
    """At many jobs at once, the cheap way."""
    seen: dict[str, Glance] = {}
    for start in range(0, len(job_ids), GLANCED_AT_ONCE):
        asked = {"ids": list(job_ids[start : start + GLANCED_AT_ONCE])}
        rows = (await tx.execute(GLANCE, asked)).all()
        waits = any(row.state == "queued" for row in rows)
        places = {row.id: row.place for row in await tx.execute(PLACES, asked)} if waits else {}
        seen |= {row.id: Glance(row.state, row.attempt, row.progress, places.get(row.id, 0)) for row in rows}
    return seen


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
    ours = {"job": job.id, "its_attempt": job.attempt, "its_state": job.state}
    outcome = {"new_state": state, "code": error_code, "message": error_message, "moment": now}
    return (await tx.execute(FINISH, ours | outcome)).rowcount == 1


async def readdress(tx: AsyncConnection, job_id: str, reply_to: dict[str, Any]) -> bool:
    """False: it has ended, and its outcome is on its way to where it was to go."""
    unfinished = (c.id == job_id) & c.state.not_in(FINAL)
    return (await tx.execute(update(jobs).where(unfinished).values(reply_to=reply_to))).rowcount == 1


async def request_cancel(tx: AsyncConnection, job: Job) -> bool:
    """Ask the worker that runs it to stop. False: it does not run any more."""
    asked = update(jobs).where(c.id == job.id, c.state == "running").values(cancel_requested=True)
    return (await tx.execute(asked)).rowcount == 1


async def ended_untidily(tx: AsyncConnection, *, since: datetime, limit: int = 1000) -> list[Job]:
    """Finished jobs that may have left an upload behind: more than one attempt, or no success."""
    untidy = (c.finished_at >= since) & ((c.attempt > 1) | (c.state != "succeeded")) & (c.attempt > 0)
    rows = select(*JOB).where(untidy).order_by(c.finished_at).limit(limit)
    return [Job(**row._asdict()) for row in await tx.execute(rows)]
