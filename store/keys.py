"""API keys: what they may do, and what their jobs have spent. Tokens come in as hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import users
from store.columns import Moment, columns_of, values_of
from store.records import ApiKey, User
from store.tables import api_keys, jobs

KEY = columns_of(ApiKey, api_keys)
c = api_keys.c

# Built once: every request with a key, and every job of one, asks these.
TOKEN = bindparam("token", type_=String())
OF_TOKEN = select(*KEY).where(
    c.revoked_at.is_(None),
    or_(c.token_hash == TOKEN, and_(c.old_token_hash == TOKEN, c.old_token_until > bindparam("now", type_=Moment()))),
)
GET = select(*KEY).where(c.id == bindparam("key"))
COUNTS = jobs.c.state.in_(("queued", "running", "succeeded"))
"""What a failed or cancelled job held went back."""


async def insert_key(tx: AsyncConnection, key: ApiKey, token_hash: str) -> None:
    await tx.execute(insert(api_keys).values(values_of(key, KEY) | {"token_hash": token_hash}))


async def of_token(tx: AsyncConnection, token_hash: str, now: datetime) -> User | None:
    """Whose key it is, with the key; also for one that has expired, and for the token before the last rotation while
    that is good.
    """
    row = (await tx.execute(OF_TOKEN, {"token": token_hash, "now": now})).one_or_none()
    if row is None:
        return None
    key = ApiKey(**row._asdict())
    user = await users.get(tx, key.user_id)
    assert user is not None, "a key refers to its user by a foreign key"
    return replace(user, key=key)


async def get(tx: AsyncConnection, key_id: str) -> ApiKey | None:
    row = (await tx.execute(GET, {"key": key_id})).one_or_none()
    return ApiKey(**row._asdict()) if row else None


async def of_user(tx: AsyncConnection, user_id: str) -> list[ApiKey]:
    """Newest first."""
    rows = select(*KEY).where(c.user_id == user_id).order_by(c.id.desc())
    return [ApiKey(**row._asdict()) for row in await tx.execute(rows)]


async def lock(tx: AsyncConnection, user_id: str, key_id: str) -> ApiKey | None:
    """A key of theirs that is not revoked, its row locked until the end of the transaction."""
    row = (await tx.execute(select(*KEY).where(_live(user_id, key_id)).with_for_update())).one_or_none()
    return ApiKey(**row._asdict()) if row else None


async def change(tx: AsyncConnection, key: ApiKey) -> None:
    """Name, scopes, cap and expiry as in `key`."""
    values = {name: getattr(key, name) for name in ("name", "scopes", "monthly_credits", "expires_at")}
    await tx.execute(update(api_keys).where(c.id == key.id).values(values))


async def rotate(tx: AsyncConnection, key: ApiKey, token_hash: str) -> None:
    """Another token, with its hint; the present one is good until `key.old_token_until`, the one before no more."""
    values = {"token_hash": token_hash, "hint": key.hint, "old_token_until": key.old_token_until}
    old = select(c.token_hash).where(c.id == key.id)
    present = (await tx.execute(old)).scalar_one() if key.old_token_until else None
    await tx.execute(update(api_keys).where(c.id == key.id).values(values | {"old_token_hash": present}))


async def touch(tx: AsyncConnection, key_id: str, now: datetime) -> None:
    await tx.execute(update(api_keys).where(c.id == key_id).values(last_used_at=now))


async def revoke(tx: AsyncConnection, user_id: str, key_id: str, now: datetime) -> bool:
    """False: not a key of theirs, or revoked before."""
    return (await tx.execute(update(api_keys).where(_live(user_id, key_id)).values(revoked_at=now))).rowcount == 1


async def spent(tx: AsyncConnection, key_ids: Sequence[str], since: datetime, until: datetime) -> dict[str, int]:
    """Credits by key that its jobs of that time have taken or still hold. Exact within a transaction that has locked
    the balance of the keys' user: every job is inserted under that lock.
    """
    of_theirs = jobs.c.key_id.in_(key_ids) & (jobs.c.created_at >= since) & (jobs.c.created_at < until)
    rows = select(jobs.c.key_id, func.sum(jobs.c.price)).where(of_theirs, COUNTS).group_by(jobs.c.key_id)
    return dict.fromkeys(key_ids, 0) | {key_id: int(credits) for key_id, credits in await tx.execute(rows)}


def _live(user_id: str, key_id: str) -> ColumnElement[bool]:
    return (c.id == key_id) & (c.user_id == user_id) & c.revoked_at.is_(None)
