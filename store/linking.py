"""Codes that join two users into one, and the joining itself: every row of the one becomes the other's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.records import FINAL
from store.tables import (
    api_keys,
    clips,
    deliveries,
    dictionaries,
    endpoints,
    hook_calls,
    hooks,
    identities,
    invitations,
    jobs,
    link_attempts,
    link_codes,
    preferences,
    purchases,
    sessions,
    uploads,
    users,
    voices,
)

MOVED = (
    identities,
    sessions,
    invitations,
    api_keys,
    jobs,
    clips,
    uploads,
    voices,
    dictionaries,
    deliveries,
    purchases,
    hooks,
    hook_calls,
)
"""All that is simply another's from then on. The ledger stays: the credits move by a transfer."""


async def insert_code(tx: AsyncConnection, code_hash: str, *, user_id: str, expires_at: datetime) -> None:
    await tx.execute(insert(link_codes).values(code_hash=code_hash, user_id=user_id, expires_at=expires_at))


async def live_codes(tx: AsyncConnection, user_id: str, now: datetime) -> int:
    theirs = (link_codes.c.user_id == user_id) & (link_codes.c.expires_at > now)
    return int((await tx.execute(select(func.count()).select_from(link_codes).where(theirs))).scalar_one())


async def maker_of(tx: AsyncConnection, code_hash: str, now: datetime) -> str | None:
    """Id of the user who made that code; None for one that is unknown, used or expired."""
    good = (link_codes.c.code_hash == code_hash) & (link_codes.c.expires_at > now)
    maker: str | None = (await tx.execute(select(link_codes.c.user_id).where(good))).scalar_one_or_none()
    return maker


async def use_code(tx: AsyncConnection, code_hash: str) -> bool:
    """False: somebody else was first."""
    return (await tx.execute(delete(link_codes).where(link_codes.c.code_hash == code_hash))).rowcount == 1


async def note_attempt(tx: AsyncConnection, user_id: str, *, now: datetime, since: datetime) -> int:
    """How many attempts the user has made since then, this one counted."""
    await tx.execute(insert(link_attempts).values(user_id=user_id, created_at=now))
    theirs = (link_attempts.c.user_id == user_id) & (link_attempts.c.created_at > since)
    return int((await tx.execute(select(func.count()).select_from(link_attempts).where(theirs))).scalar_one())


async def forget(tx: AsyncConnection, *, now: datetime, attempts_before: datetime) -> None:
    """Expired codes and old attempts."""
    await tx.execute(delete(link_codes).where(link_codes.c.expires_at <= now))
    await tx.execute(delete(link_attempts).where(link_attempts.c.created_at <= attempts_before))


async def has_unfinished_jobs(tx: AsyncConnection, user_id: str) -> bool:
    waiting = select(jobs.c.id).where(jobs.c.user_id == user_id, jobs.c.state.not_in(FINAL)).limit(1)
    return (await tx.execute(waiting)).first() is not None


async def move(tx: AsyncConnection, *, mover: str, receiver: str) -> None:
    """All that the one has, but the credits, to the other. The balances of both must be locked."""
    await _clear_idempotency_keys(tx, mover, receiver)
    for table in (voices, dictionaries):
        await _rename(tx, table, mover, receiver)
    await _move_endpoints(tx, mover, receiver)
    for table in MOVED:
        await tx.execute(update(table).where(table.c.user_id == mover).values(user_id=receiver))
    await _move_preferences(tx, mover, receiver)
    await _widen_limits(tx, mover, receiver)
    for table in (link_codes, link_attempts):
        await tx.execute(delete(table).where(table.c.user_id == mover))


async def _move_endpoints(tx: AsyncConnection, mover: str, receiver: str) -> None:
    """But for a second one that signs for URLs of jobs: the receiver's own secret goes on to count. It stays behind
    for what is just being delivered.
    """
    signs = select(endpoints.c.id).where(endpoints.c.user_id == receiver, endpoints.c.one_off)
    moved = update(endpoints).where(endpoints.c.user_id == mover).values(user_id=receiver)
    if (await tx.execute(signs)).first():
        moved = moved.where(endpoints.c.one_off.is_(False))
    await tx.execute(moved)


async def _clear_idempotency_keys(tx: AsyncConnection, mover: str, receiver: str) -> None:
    """A key that both have used stays with the receiver's job."""
    theirs = jobs.alias("theirs")
    both = jobs.join(theirs, jobs.c.idempotency_key == theirs.c.idempotency_key)
    twice = select(jobs.c.id).select_from(both).where(jobs.c.user_id == mover, theirs.c.user_id == receiver)
    found = list((await tx.execute(twice)).scalars())
    await tx.execute(update(jobs).where(jobs.c.id.in_(found)).values(idempotency_key=None))


async def _rename(tx: AsyncConnection, table: Table, mover: str, receiver: str) -> None:
    """A name that both have gets a number."""
    theirs = await _names(tx, table, mover)
    kept = {name.casefold() for name in await _names(tx, table, receiver)}
    taken = kept | {name.casefold() for name in theirs}
    for name in theirs:
        if name.casefold() in kept:
            free = free_name(name, taken)
            taken.add(free.casefold())
            its_row = (table.c.user_id == mover) & (table.c.name == name)
            await tx.execute(update(table).where(its_row).values(name=free))


async def _names(tx: AsyncConnection, table: Table, user_id: str) -> list[str]:
    rows = select(table.c.name).where(table.c.user_id == user_id).order_by(table.c.id)
    return list((await tx.execute(rows)).scalars())


def free_name(name: str, taken: set[str], longest: int = 60) -> str:
    """The name, or `name 2`, `name 3`, ... `taken` in casefolded form."""
    free, number = name[:longest], 1
    while free.casefold() in taken:
        number += 1
        free = f"{name[: longest - len(str(number)) - 1]} {number}"
    return free


async def _move_preferences(tx: AsyncConnection, mover: str, receiver: str) -> None:
    """Those of the receiver count; where there are none, the mover's."""
    chosen = (await tx.execute(select(preferences.c.user_id).where(preferences.c.user_id == receiver))).first()
    theirs = preferences.c.user_id == mover
    if chosen:
        await tx.execute(delete(preferences).where(theirs))
    else:
        await tx.execute(update(preferences).where(theirs).values(user_id=receiver))


async def _widen_limits(tx: AsyncConnection, mover: str, receiver: str) -> None:
    """Of two plans the wider one counts."""
    both = select(func.max(users.c.slots), func.max(users.c.queue_limit)).where(users.c.id.in_((mover, receiver)))
    slots, queue_limit = (await tx.execute(both)).one()
    await tx.execute(update(users).where(users.c.id == receiver).values(slots=slots, queue_limit=queue_limit))
