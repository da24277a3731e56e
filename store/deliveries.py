"""Promises to hand an outcome to an address: chat replies and webhooks alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Delivery
from store.tables import deliveries

c = deliveries.c
DELIVERY = columns_of(Delivery, deliveries)

# Built once, as in `store.ledger`.
WRITE = insert(deliveries)
SEEN = select(c.id).where(c.key == bindparam("name"))
DUE = (
    select(*DELIVERY)
    .where(
        c.courier == bindparam("kind"),
        c.due_at <= bindparam("moment"),
        c.lane.not_in(bindparam("full", expanding=True)),
    )
    .order_by(c.due_at)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
HIDE = (
    update(deliveries)
    .where(c.id.in_(bindparam("ids", expanding=True)))
    .values(due_at=bindparam("lease"), attempt=c.attempt + 1, tries=c.tries + 1, claimed=True)
)
_OURS = (c.id == bindparam("its_id")) & (c.attempt == bindparam("its_attempt")) & c.delivered_at.is_(None)
DELIVERED = (
    update(deliveries)
    .where(_OURS)
    .values(due_at=None, delivered_at=bindparam("moment"), last_error=None, claimed=False)
)
FAILED = update(deliveries).where(_OURS).values(due_at=bindparam("again"), last_error=bindparam("error"), claimed=False)


async def insert_delivery(tx: AsyncConnection, delivery: Delivery) -> None:
    """Raises `IntegrityError` when the same promise was made before."""
    await insert_deliveries(tx, [delivery])


async def insert_deliveries(tx: AsyncConnection, made: Sequence[Delivery]) -> None:
    if made:
        await tx.execute(WRITE, [values_of(delivery, DELIVERY) for delivery in made])


async def is_promised(tx: AsyncConnection, key: str) -> bool:
    return (await tx.execute(SEEN, {"name": key})).first() is not None


async def claim_due(
    tx: AsyncConnection,
    *,
    courier: str,
    limit: int,
    now: datetime,
    lease_until: datetime,
    full: Iterable[str] = (),
    room: Callable[[str], int] | None = None,
) -> list[Delivery]:
    """Deliveries that are due, each now counted as an attempt and hidden until its lease is over.

    None of the lanes that are `full`, and of the others no more than there is `room` for.
    """
    asked = {"kind": courier, "moment": now, "full": list(full), "at_most": limit}
    found = [Delivery(**row._asdict()) for row in await tx.execute(DUE, asked)]
    if room is not None:
        taken: Counter[str] = Counter()
        fitting = []
        for delivery in found:
            if taken[delivery.lane] < room(delivery.lane):
                taken[delivery.lane] += 1
                fitting.append(delivery)
        found = fitting
    if found:
        await tx.execute(HIDE, {"ids": [delivery.id for delivery in found], "lease": lease_until})
    return [
        replace(delivery, attempt=delivery.attempt + 1, tries=delivery.tries + 1, due_at=lease_until)
        for delivery in found
    ]


async def delivered(tx: AsyncConnection, delivery: Delivery, now: datetime) -> bool:
    """False: the attempt was overtaken."""
    return (await tx.execute(DELIVERED, _ours(delivery) | {"moment": now})).rowcount == 1


async def all_delivered(tx: AsyncConnection, made: Sequence[Delivery], now: datetime) -> None:
    """Those whose attempts were not overtaken."""
    if made:
        # In one order: two processes that note the same ones cannot deadlock.
        ordered = sorted(made, key=lambda delivery: delivery.id)
        await tx.execute(DELIVERED, [_ours(delivery) | {"moment": now} for delivery in ordered])


async def failed(tx: AsyncConnection, delivery: Delivery, error: str, due_at: datetime | None) -> bool:
    """Try again at `due_at`; None gives up. False: the attempt was overtaken."""
    return (await tx.execute(FAILED, _ours(delivery) | {"again": due_at, "error": error[:500]})).rowcount == 1


def _ours(delivery: Delivery) -> dict[str, object]:
    return {"its_id": delivery.id, "its_attempt": delivery.attempt}


async def put_off(tx: AsyncConnection, lane: str, *, until: datetime) -> None:
    """What waits in a lane, and is not under way, waits until then."""
    waiting = (c.lane == lane) & (c.due_at < until) & c.claimed.is_(False)
    await tx.execute(update(deliveries).where(waiting).values(due_at=until))


async def bring_forward(tx: AsyncConnection, lane: str, *, put_off_until: datetime, now: datetime) -> None:
    """What waits for the end of that pause is due now."""
    waiting = (c.lane == lane) & (c.due_at == put_off_until) & c.claimed.is_(False)
    await tx.execute(update(deliveries).where(waiting).values(due_at=now))


async def take_back(tx: AsyncConnection, now: datetime) -> int:
    """What is under way is due now: for the sole owner of a database that just started."""
    lost = update(deliveries).where(c.claimed, c.due_at.is_not(None))
    return (await tx.execute(lost.values(due_at=now, claimed=False))).rowcount


async def give_up(tx: AsyncConnection, endpoint_id: str, error: str) -> None:
    """All that is still to be delivered to an endpoint."""
    left = update(deliveries).where(_to(endpoint_id), c.due_at.is_not(None))
    await tx.execute(left.values(due_at=None, last_error=error[:500], claimed=False))


async def send_again(
    tx: AsyncConnection, endpoint_id: str, *, now: datetime, since: datetime | None = None, one: str | None = None
) -> int:
    """Due now, as if never tried: one delivery, whatever came of it, or all made `since` then that were given up."""
    again = update(deliveries).where(_to(endpoint_id))
    if one is not None:
        again = again.where(c.id == one)
    else:
        again = again.where(c.due_at.is_(None), c.delivered_at.is_(None), c.created_at >= since)
    return (await tx.execute(again.values(due_at=now, delivered_at=None, tries=0, claimed=False))).rowcount


def _to(endpoint_id: str) -> ColumnElement[bool]:
    """Lanes of an endpoint: its own, and for one-off URLs one per URL. `;` is what follows `:`."""
    return or_(c.lane == endpoint_id, and_(c.lane >= f"{endpoint_id}:", c.lane < f"{endpoint_id};"))


async def of_endpoint(
    tx: AsyncConnection, endpoint_id: str, *, before: str | None = None, limit: int = 50, given_up: bool = False
) -> list[Delivery]:
    """Newest first; `before` is the id where the last page ended."""
    rows = select(*DELIVERY).where(_to(endpoint_id)).order_by(c.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(c.id < before)
    if given_up:
        rows = rows.where(c.due_at.is_(None), c.delivered_at.is_(None))
    return [Delivery(**row._asdict()) for row in await tx.execute(rows)]


async def of_id(tx: AsyncConnection, user_id: str, delivery_id: str) -> Delivery | None:
    """None also for somebody else's."""
    row = (await tx.execute(select(*DELIVERY).where(c.id == delivery_id, c.user_id == user_id))).one_or_none()
    return Delivery(**row._asdict()) if row else None


async def page_of_user(
    tx: AsyncConnection, user_id: str, *, before: str | None = None, limit: int = 50
) -> list[Delivery]:
    """Newest first, whichever surface they went to. For an export: no index serves it."""
    rows = select(*DELIVERY).where(c.user_id == user_id).order_by(c.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(c.id < before)
    return [Delivery(**row._asdict()) for row in await tx.execute(rows)]


async def of_job(tx: AsyncConnection, job_id: str) -> list[Delivery]:
    rows = select(*DELIVERY).where(c.job_id == job_id).order_by(c.id)
    return [Delivery(**row._asdict()) for row in await tx.execute(rows)]


async def delete_settled(tx: AsyncConnection, before: datetime) -> int:
    """Forget deliveries made before that moment which are delivered or given up, or which nobody has fetched since:
    those to a surface that is no longer run.
    """
    old = delete(deliveries).where(or_(c.due_at.is_(None), c.due_at < before), c.created_at < before)
    return (await tx.execute(old)).rowcount
