"""Invitations: tokens come in as hashes, and each use is counted by the statement that allows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Invitation
from store.tables import invitations

INVITATION = columns_of(Invitation, invitations)


async def insert_invitation(tx: AsyncConnection, invitation: Invitation, token_hash: str) -> None:
    await tx.execute(insert(invitations).values(values_of(invitation, INVITATION) | {"token_hash": token_hash}))


async def use(tx: AsyncConnection, token_hash: str, now: datetime) -> Invitation | None:
    """One use of it; None when it is unknown, used up, expired or withdrawn."""
    once_more = update(invitations).where(_good(token_hash, now)).values(used=invitations.c.used + 1)
    if (await tx.execute(once_more)).rowcount != 1:
        return None
    row = (await tx.execute(select(*INVITATION).where(invitations.c.token_hash == token_hash))).one()
    return Invitation(**row._asdict())


async def is_good(tx: AsyncConnection, token_hash: str, now: datetime) -> bool:
    return (await tx.execute(select(invitations.c.id).where(_good(token_hash, now)))).first() is not None


def _good(token_hash: str, now: datetime) -> ColumnElement[bool]:
    c = invitations.c
    return (c.token_hash == token_hash) & (c.used < c.uses) & (c.expires_at > now) & c.withdrawn_at.is_(None)


async def of_user(tx: AsyncConnection, user_id: str) -> list[Invitation]:
    """Newest first."""
    rows = select(*INVITATION).where(invitations.c.user_id == user_id).order_by(invitations.c.id.desc())
    return [Invitation(**row._asdict()) for row in await tx.execute(rows)]


async def withdraw(tx: AsyncConnection, user_id: str, invitation_id: str, now: datetime) -> bool:
    """False: not one of theirs, or withdrawn before."""
    c = invitations.c
    theirs = (c.id == invitation_id) & (c.user_id == user_id) & c.withdrawn_at.is_(None)
    return (await tx.execute(update(invitations).where(theirs).values(withdrawn_at=now))).rowcount == 1


async def delete_expired(tx: AsyncConnection, before: datetime) -> int:
    return (await tx.execute(delete(invitations).where(invitations.c.expires_at <= before))).rowcount
