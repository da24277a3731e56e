"""The fair queue: start-time fair queuing over the jobs table.

Each user waits in a line of their own. A job's `turn` is the later of the virtual now (the turn of the last job
claimed) and the end of its user's previous job; it ends at `turn + price`. The claim takes the smallest turn among
the jobs that hold a slot of their user. A job gets its slot when it reaches the head of its line: at submit, or when
a job of the same user ends. So a claim reads the first entries of one index, however long the lines are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.jobs import JOB
from store.records import Job, UserKind
from store.tables import jobs, users

c = jobs.c

# Jobs that were claimed at some time: the largest of their turns is the virtual now. A cancelled job may never
# have been, and is left out.
STARTED = ("running", "succeeded", "failed")
LOOKAHEAD = 4
"""How many times the batch size a claim looks ahead for jobs that fit together."""


def _largest_turn(state: str) -> ScalarSelect[int]:
    # ORDER BY ... LIMIT 1 instead of max(): one seek in (state, turn) on every database.
    return select(c.turn).where(c.state == state).order_by(c.turn.desc()).limit(1).scalar_subquery()


# Built once, as in `store.ledger`.
OF_USER = c.user_id == bindparam("who")
WAITING = OF_USER & (c.state == "queued") & c.slot.is_(None)
# A free job still takes one unit, or its user would never wait for anybody.
LINE_END = (
    select(c.turn + case((c.price > 0, c.price), else_=1))
    .where(OF_USER, c.state.in_(("queued", *STARTED)))
    .order_by(c.turn.desc())
    .limit(1)
    .scalar_subquery()
)
# One row per slot of the user that is taken; one with `slot` NULL when none is.
ROOM = users.outerjoin(jobs, (c.user_id == users.c.id) & c.slot.is_not(None))
LINE = (
    select(
        users.c.slots,
        c.slot,
        users.c.queue_limit,
        users.c.kind,
        func.coalesce(LINE_END, 0).label("end"),
        select(func.count()).where(WAITING).scalar_subquery().label("waiting"),
        *(func.coalesce(_largest_turn(state), 0).label(state) for state in STARTED),
    )
    .select_from(ROOM)
    .where(users.c.id == bindparam("who"))
)
SLOTS = select(users.c.slots, c.slot).select_from(ROOM).where(users.c.id == bindparam("who"))
HEADS = select(c.id).where(WAITING).order_by(c.turn, c.id).limit(bindparam("at_most"))
PROMOTE = update(jobs).where(c.id == bindparam("job")).values(slot=bindparam("free"), ready_turn=c.turn)
READY = (
    select(*JOB)
    .where(c.ready_turn.is_not(None), c.capability.in_(bindparam("names", expanding=True)))
    .order_by(c.ready_turn)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
START = (
    update(jobs)
    .where(c.id.in_(bindparam("batch", expanding=True)))
    .values(
        state="running",
        ready_turn=None,
        attempt=c.attempt + 1,
        lease_until=bindparam("lease"),
        progress=0.0,
        started_at=bindparam("moment"),
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """A user's line at submit. `slot`: the one that is free, None when all are taken; `kind` of the user by now."""

    turn: int
    slot: int | None
    waiting: int
    queue_limit: int
    kind: UserKind


async def line_of(tx: AsyncConnection, user_id: str) -> Line:
    """Where the user's next job would stand. The user's balance must be locked (see `store.ledger`)."""
    rows = (await tx.execute(LINE, {"who": user_id})).all()
    row = rows[0]
    turn = max(row.end, *(getattr(row, state) for state in STARTED))
    return Line(turn, next(_free_slots(rows), None), row.waiting, row.queue_limit, row.kind)


def _free_slots(rows: Sequence[Any]) -> Iterator[int]:
    taken = {row.slot for row in rows}
    return (slot for slot in range(rows[0].slots) if slot not in taken)


async def promote(tx: AsyncConnection, user_id: str) -> None:
    """Give every free slot of the user to the next in line. The user's balance must be locked."""
    free = list(_free_slots((await tx.execute(SLOTS, {"who": user_id})).all()))
    if free:
        heads = await tx.execute(HEADS, {"who": user_id, "at_most": len(free)})
        for slot, head in zip(free, heads.scalars().all(), strict=False):
            await tx.execute(PROMOTE, {"job": head, "free": slot})


async def claim(tx: AsyncConnection, limits: Mapping[str, int], *, now: datetime, lease_until: datetime) -> list[Job]:
    """The job whose turn it is and those that fit into one batch with it; marked as running.

    `limits`: the largest batch per capability, of those that the claimer serves.
    """
    largest = max(limits.values())
    look = largest if largest == 1 else largest * LOOKAHEAD
    ready = await tx.execute(READY, {"names": list(limits), "at_most": look})
    found = [Job(**row._asdict()) for row in ready]
    batch = [job for job in found if job.batch_key == found[0].batch_key]
    if batch:
        batch = batch[: limits[batch[0].capability]]
    if batch:
        ids = [job.id for job in batch]
        await tx.execute(START, {"batch": ids, "lease": lease_until, "moment": now})
    return [replace(job, state="running", attempt=job.attempt + 1, progress=0.0, started_at=now) for job in batch]


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
