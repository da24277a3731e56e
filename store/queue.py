"""The fair queue: start-time fair queuing over the jobs table.

Each user waits in a line of their own. A job's `turn` is the later of the virtual now (the turn of the last job
claimed) and the end of its user's previous job; it ends at `turn + price`. The claim takes the smallest turn among
the jobs that hold a slot of their user. A job gets its slot when it reaches the head of its line: at submit, or when
a job of the same user ends. So a claim reads the first entries of one index, however long the lines are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ScalarSelect, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.jobs import JOB
from store.records import Job
from store.tables import jobs, users

c = jobs.c

# Jobs that were claimed at some time: the largest of their turns is the virtual now. A cancelled job may never
# have been, and is left out.
STARTED = ("running", "succeeded", "failed")
LOOKAHEAD = 4
"""How many times the batch size a claim looks ahead for jobs that fit together."""


@dataclass(frozen=True, slots=True)
class Line:
    """A user's line at submit. `slot`: the one that is free, None when all are taken."""

    turn: int
    slot: int | None
    waiting: int
    queue_limit: int


async def line_of(tx: AsyncConnection, user_id: str) -> Line:
    """Where the user's next job would stand. The user's balance must be locked (see `store.ledger`)."""
    mine = (c.user_id == user_id) & c.state.in_(("queued", *STARTED))
    ahead = select(c.turn + case((c.price > 0, c.price), else_=1)).where(mine).order_by(c.turn.desc()).limit(1)
    waiting = select(func.count()).where(c.user_id == user_id, c.state == "queued", c.slot.is_(None))
    facts = select(
        users.c.slots,
        users.c.queue_limit,
        func.coalesce(ahead.scalar_subquery(), 0).label("end"),
        waiting.scalar_subquery().label("waiting"),
        *(func.coalesce(_largest_turn(state), 0).label(state) for state in STARTED),
    ).where(users.c.id == user_id)
    row = (await tx.execute(facts)).one()
    turn = max(row.end, *(getattr(row, state) for state in STARTED))
    return Line(turn, await _free_slot(tx, user_id, row.slots), row.waiting, row.queue_limit)


def _largest_turn(state: str) -> ScalarSelect[int]:
    # ORDER BY ... LIMIT 1 instead of max(): one seek in (state, turn) on every database.
    return select(c.turn).where(c.state == state).order_by(c.turn.desc()).limit(1).scalar_subquery()


async def _free_slot(tx: AsyncConnection, user_id: str, slots: int) -> int | None:
    taken = await tx.execute(select(c.slot).where(c.user_id == user_id, c.slot.is_not(None)))
    return min(set(range(slots)) - set(taken.scalars()), default=None)


async def promote(tx: AsyncConnection, user_id: str) -> None:
    """Give every free slot of the user to the next in line. The user's balance must be locked."""
    slots = (await tx.execute(select(users.c.slots).where(users.c.id == user_id))).scalar_one()
    while (slot := await _free_slot(tx, user_id, slots)) is not None:
        waiting = (c.user_id == user_id) & (c.state == "queued") & c.slot.is_(None)
        first = select(c.id).where(waiting).order_by(c.turn, c.id).limit(1)
        head = (await tx.execute(first)).scalar_one_or_none()
        if head is None:
            return
        await tx.execute(update(jobs).where(c.id == head).values(slot=slot, ready_turn=c.turn))


async def claim(
    tx: AsyncConnection, *, capabilities: Sequence[str], limit: int, now: datetime, lease_until: datetime
) -> list[Job]:
    """The jobs whose turn it is and that fit into one batch with the first of them; marked as running."""
    ready = (
        select(*JOB)
        .where(c.ready_turn.is_not(None), c.capability.in_(capabilities))
        .order_by(c.ready_turn)
        .limit(limit if limit == 1 else limit * LOOKAHEAD)
        .with_for_update(skip_locked=True)
    )
    found = [Job(**row._asdict()) for row in await tx.execute(ready)]
    batch = [job for job in found if job.batch_key == found[0].batch_key][:limit]
    if batch:
        await tx.execute(
            update(jobs)
            .where(c.id.in_([job.id for job in batch]))
            .values(
                state="running",
                ready_turn=None,
                attempt=c.attempt + 1,
                lease_until=lease_until,
                progress=0.0,
                started_at=now,
            )
        )
    return [_started(job, now) for job in batch]


def _started(job: Job, now: datetime) -> Job:
    return replace(job, state="running", attempt=job.attempt + 1, progress=0.0, started_at=now)


async def extend_lease(tx: AsyncConnection, job: Job, *, progress: float, until: datetime) -> Job | None:
    """The job as it stands, for its `cancel_requested`; None: no longer our attempt."""
    ours = (c.id == job.id) & (c.attempt == job.attempt) & (c.state == "running")
    held = await tx.execute(update(jobs).where(ours).values(lease_until=until, progress=progress))
    if held.rowcount == 0:
        return None
    row = (await tx.execute(select(*JOB).where(c.id == job.id))).one()
    return Job(**row._asdict())


async def stalled(tx: AsyncConnection, now: datetime | None, limit: int = 100) -> list[Job]:
    """Running jobs whose lease has expired; with `now` None all that run, for a sole owner who just started."""
    lost = select(*JOB).where(c.state == "running").order_by(c.turn).limit(limit)
    if now is not None:
        lost = lost.where(c.lease_until < now)
    return [Job(**row._asdict()) for row in await tx.execute(lost)]


async def requeue(tx: AsyncConnection, job: Job) -> bool:
    """Back to the head of its line, slot kept, for another attempt. False: the attempt is no longer current."""
    ours = (c.id == job.id) & (c.attempt == job.attempt) & (c.state == "running")
    back = update(jobs).where(ours).values(state="queued", ready_turn=c.turn, lease_until=None, progress=0.0)
    return (await tx.execute(back)).rowcount == 1
