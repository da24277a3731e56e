"""Credits: an append-only ledger and a running balance per user.

Whoever changes a user's credits, queue or slots locks the balance row first, by `lock` or by a change of it; whoever
needs those of several users locks them with `lock_all`. So everything about one user happens one after the other, on
every database, and no two transactions can deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, and_, bindparam, func, insert, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of
from store.records import FINAL, Job, LedgerEntry
from store.tables import balances, jobs, ledger

ENTRY = columns_of(LedgerEntry, ledger)

# Statements of the hot path are built once: building one anew costs more than SQLite needs to run it.
BALANCE = select(balances.c.credits).where(balances.c.user_id == bindparam("who"))
LOCKED_BALANCE = BALANCE.with_for_update()
MOVE = (
    update(balances)
    .where(balances.c.user_id == bindparam("who"), balances.c.credits + bindparam("change", type_=BigInteger) >= 0)
    .values(credits=balances.c.credits + bindparam("change", type_=BigInteger))
)
WRITE = insert(ledger)
SEEN = select(ledger.c.id).where(ledger.c.user_id == bindparam("who"), ledger.c.key == bindparam("name"))


async def open_account(tx: AsyncConnection, user_id: str) -> None:
    await tx.execute(insert(balances).values(user_id=user_id, credits=0))


async def lock(tx: AsyncConnection, user_id: str) -> int:
    """The balance, its row locked until the end of the transaction."""
    return int((await tx.execute(LOCKED_BALANCE, {"who": user_id})).scalar_one())


async def lock_all(tx: AsyncConnection, user_ids: Iterable[str]) -> None:
    """The balances of all of them, in one order: two that want the same ones cannot deadlock."""
    for user_id in sorted(set(user_ids)):
        await lock(tx, user_id)


async def balance(tx: AsyncConnection, user_id: str) -> int:
    return int((await tx.execute(BALANCE, {"who": user_id})).scalar_one())


async def _move(tx: AsyncConnection, user_id: str, credits: int) -> bool:
    """False: the balance would fall below zero, and nothing happened."""
    return (await tx.execute(MOVE, {"who": user_id, "change": credits})).rowcount == 1


async def _seen(tx: AsyncConnection, user_id: str, key: str | None) -> bool:
    return key is not None and (await tx.execute(SEEN, {"who": user_id, "name": key})).first() is not None


async def hold(tx: AsyncConnection, *, user_id: str, job_id: str, credits: int, now: datetime) -> bool:
    """Take the price of a job from its payer. False: not enough, and nothing happened."""
    if not await _move(tx, user_id, -credits):
        return False
    await _write(tx, user_id, "hold", -credits, now, job_id=job_id, outcome="held")
    return True


async def capture(tx: AsyncConnection, job: Job, now: datetime) -> None:
    """The hold becomes final: the payer's balance has carried it since submit."""
    await _write(tx, job.payer, "capture", 0, now, job_id=job.id, outcome="settled")


async def release(tx: AsyncConnection, job: Job, now: datetime) -> None:
    """Give the hold back to its payer."""
    await _move(tx, job.payer, job.price)
    await _write(tx, job.payer, "release", job.price, now, job_id=job.id, outcome="settled")


async def grant(
    tx: AsyncConnection, *, user_id: str, credits: int, kind: str, key: str | None, note: str, now: datetime
) -> bool:
    """Add credits (`kind` grant or purchase). False: this key was granted before, and nothing happened."""
    await lock(tx, user_id)
    if await _seen(tx, user_id, key):
        return False
    await _move(tx, user_id, credits)
    await _write(tx, user_id, kind, credits, now, key=key, note=note)
    return True


async def take_back(tx: AsyncConnection, *, user_id: str, credits: int, note: str, now: datetime) -> bool:
    """Undo a purchase. False: the user has not enough, and nothing happened."""
    if not await _move(tx, user_id, -credits):
        return False
    await _write(tx, user_id, "refund", -credits, now, note=note)
    return True


async def transfer(
    tx: AsyncConnection, *, sender: str, receiver: str, credits: int, key: str | None, now: datetime
) -> bool:
    """Move credits between two users. False: the sender has not enough; the same key moves them once."""
    await lock_all(tx, (sender, receiver))
    if await _seen(tx, sender, key):
        return True
    if not await _move(tx, sender, -credits):
        return False
    await _move(tx, receiver, credits)
    await _write(tx, sender, "transfer", -credits, now, key=key, note=f"to {receiver}")
    await _write(tx, receiver, "transfer", credits, now, note=f"from {sender}")
    return True


async def _write(
    tx: AsyncConnection,
    user_id: str,
    kind: str,
    credits: int,
    now: datetime,
    *,
    job_id: str | None = None,
    outcome: str | None = None,
    key: str | None = None,
    note: str = "",
) -> None:
    values = {"user_id": user_id, "kind": kind, "credits": credits, "created_at": now}
    values |= {"job_id": job_id, "outcome": outcome, "key": key, "note": note}
    await tx.execute(WRITE, values)


async def page(tx: AsyncConnection, user_id: str, *, before: int | None = None, limit: int = 50) -> list[LedgerEntry]:
    """Newest first."""
    rows = select(*ENTRY).where(ledger.c.user_id == user_id).order_by(ledger.c.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(ledger.c.id < before)
    return [LedgerEntry(**row._asdict()) for row in await tx.execute(rows)]


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which the books do not agree."""

    about: str
    message: str


async def audit(tx: AsyncConnection) -> list[Finding]:
    """`sum(ledger) = balance`, no balance below zero, and open holds = unfinished jobs. Empty: all exact."""
    return [*await _audit_balances(tx), *await _audit_holds(tx)]


async def _audit_balances(tx: AsyncConnection) -> list[Finding]:
    sums = select(ledger.c.user_id, func.sum(ledger.c.credits).label("total")).group_by(ledger.c.user_id)
    total = sums.subquery()
    wrong = (
        select(balances.c.user_id, balances.c.credits, func.coalesce(total.c.total, 0))
        .outerjoin(total, total.c.user_id == balances.c.user_id)
        .where((balances.c.credits != func.coalesce(total.c.total, 0)) | (balances.c.credits < 0))
    )
    return [
        Finding(user_id, f"has a balance of {credits}, the ledger adds up to {total}")
        for user_id, credits, total in await tx.execute(wrong)
    ]


async def _audit_holds(tx: AsyncConnection) -> list[Finding]:
    settled = ledger.alias("settled")
    same = and_(settled.c.job_id == ledger.c.job_id, settled.c.outcome == "settled")
    open_holds = (
        select(ledger.c.job_id, literal("hold"))
        .outerjoin(settled, same)
        .where(ledger.c.outcome == "held", settled.c.id.is_(None))
    )
    unfinished = select(jobs.c.id, literal("job")).where(jobs.c.state.not_in(FINAL))
    # One statement, so one moment: between two, on a server, a job may be submitted or end.
    found = [tuple(row) for row in await tx.execute(union_all(open_holds, unfinished))]
    held = {job_id for job_id, what in found if what == "hold"}
    waiting = {job_id for job_id, what in found if what == "job"}
    return [Finding(job_id, "is finished and its hold is still open") for job_id in sorted(held - waiting)] + [
        Finding(job_id, "is unfinished and holds no credits") for job_id in sorted(waiting - held)
    ]
