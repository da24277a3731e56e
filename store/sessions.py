"""Browsers that are signed in, and links that sign one in. Tokens come in as hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Session, SessionKind, User
from store.tables import sessions, users
from store.users import USER

SESSION = columns_of(Session, sessions)


async def insert_session(tx: AsyncConnection, session: Session) -> None:
    await tx.execute(insert(sessions).values(values_of(session, SESSION)))


async def find(tx: AsyncConnection, token_hash: str, kind: SessionKind, now: datetime) -> tuple[User, Session] | None:
    valid = (sessions.c.token_hash == token_hash) & (sessions.c.kind == kind) & (sessions.c.expires_at > now)
    row = (await tx.execute(select(*SESSION).where(valid))).one_or_none()
    if row is None:
        return None
    session = Session(**row._asdict())
    owner = (await tx.execute(select(*USER).where(users.c.id == session.user_id))).one()
    return User(**owner._asdict()), session


async def of_user(tx: AsyncConnection, user_id: str, now: datetime) -> list[Session]:
    """Those that are good, newest first."""
    theirs = (sessions.c.user_id == user_id) & (sessions.c.expires_at > now)
    rows = select(*SESSION).where(theirs).order_by(sessions.c.created_at.desc(), sessions.c.token_hash)
    return [Session(**row._asdict()) for row in await tx.execute(rows)]


async def touch(tx: AsyncConnection, token_hash: str, now: datetime) -> None:
    await tx.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(last_used_at=now))


async def delete_session(tx: AsyncConnection, token_hash: str) -> None:
    await tx.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


async def delete_beginning_with(tx: AsyncConnection, user_id: str, beginning: str) -> bool:
    """False: no session of theirs has a hash that begins so."""
    theirs = (sessions.c.user_id == user_id) & (func.substr(sessions.c.token_hash, 1, len(beginning)) == beginning)
    return (await tx.execute(delete(sessions).where(theirs))).rowcount > 0


async def delete_others(tx: AsyncConnection, user_id: str, but: str | None) -> int:
    """All of theirs, links too, but the one of that hash."""
    theirs = sessions.c.user_id == user_id
    if but is not None:
        theirs &= sessions.c.token_hash != but
    return (await tx.execute(delete(sessions).where(theirs))).rowcount


async def delete_expired(tx: AsyncConnection, now: datetime) -> int:
    return (await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))).rowcount
