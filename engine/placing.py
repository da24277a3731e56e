"""What makes a job of a request that was found valid: its hold and its row, in the transaction of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine import events
from engine.capabilities import Capability, Params
from engine.clock import now
from engine.errors import Conflict, NotEnoughCredits, QueueFull
from engine.keys import require_allowance
from store import jobs, ledger, queue
from store.records import Job, User


@dataclass(frozen=True, slots=True)
class Order:
    """A request that was found valid, its price, and the model that will serve it."""

    user: User
    capability: Capability
    params: Params
    model: str
    price: int
    reply_to: dict[str, Any] | None = None
    idempotency_key: str | None = None
    pool: User | None = None
    voice_was_chosen: bool = True
    streamed: bool = False


async def same(tx: AsyncConnection, order: Order) -> Job | None:
    """The job that this key made before. Raises `Conflict` when it was for something else."""
    if order.idempotency_key is None:
        return None
    found = await jobs.by_idempotency_key(tx, order.user.id, order.idempotency_key)
    if found and not _is_for(found, order):
        raise Conflict("This idempotency key was used for another request. Take a new one.")
    return found


def _is_for(job: Job, order: Order) -> bool:
    if job.capability != order.capability.name:
        return False
    # Compared as params: an option that a later version added has its default in both.
    before = order.capability.parse(job.params)
    field = order.capability.voice_field()
    if field and not order.voice_was_chosen:
        # The default voice may be another since.
        before = before.model_copy(update={field: getattr(order.params, field)})
    return before == order.params


async def place(tx: AsyncConnection, order: Order, job_id: str) -> Job:
    """The hold and the job, at the end of its user's line. Raises `NotEnoughCredits`, `QueueFull` and `Conflict`."""
    user, moment = order.user, now()
    payer = await _hold(tx, order, job_id, moment)
    line = await queue.line_of(tx, user.id)
    if line.kind == "gone":
        raise Conflict("This account was deleted or linked to another just now. Try again.")
    if line.slot is None and line.waiting >= line.queue_limit:
        raise QueueFull(f"You have {line.waiting} requests waiting, which is the limit. Wait for one to finish.")
    job = Job(
        id=job_id,
        user_id=user.id,
        capability=order.capability.name,
        params=order.params.model_dump(mode="json"),
        batch_key=order.capability.batch_key(order.model, order.params),
        price=order.price,
        turn=line.turn,
        slot=line.slot,
        idempotency_key=order.idempotency_key,
        reply_to=order.reply_to,
        created_at=moment,
        paid_by=None if payer == user.id else payer,
        key_id=user.key.id if user.key else None,
        streamed=order.streamed,
    )
    await jobs.insert_job(tx, job)
    await events.job_submitted(tx, job)
    return job


async def _hold(tx: AsyncConnection, order: Order, job_id: str, moment: datetime) -> str:
    """Whose credits it took: the pool's when they suffice, else the user's. Raises `NotEnoughCredits`, and
    `KeyCapReached` before any has moved.
    """
    user, pool, price = order.user, order.pool, order.price
    payers = [pool.id, user.id] if pool else [user.id]
    if pool:
        if pool.kind != "pool":
            raise ValueError(f"{pool.id} is no pool")
        await ledger.lock_all(tx, payers)
    await require_allowance(tx, user, price, moment)
    for payer in payers:
        if await ledger.hold(tx, user_id=payer, job_id=job_id, credits=price, now=moment):
            return payer
    have = await ledger.balance(tx, user.id)
    shared = f" The shared credits here are {await ledger.balance(tx, pool.id):,}." if pool else ""
    raise NotEnoughCredits(f"This costs {price:,} credits and you have {have:,}.{shared} Ask for something shorter.")
