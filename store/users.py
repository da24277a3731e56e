"""People: users, the identities they are known by, their sessions and API keys. Tokens come in as hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import ApiKey, Identity, User, UserKind
from store.tables import api_keys, identities, sessions, users

USER = columns_of(User, users)
IDENTITY = columns_of(Identity, identities)
API_KEY = columns_of(ApiKey, api_keys)


async def insert_user(tx: AsyncConnection, user: User) -> None:
    await tx.execute(insert(users).values(values_of(user, USER)))


async def get(tx: AsyncConnection, user_id: str) -> User | None:
    row = (await tx.execute(select(*USER).where(users.c.id == user_id))).one_or_none()
    return User(**row._asdict()) if row else None


async def kind_of(tx: AsyncConnection, user_id: str) -> UserKind:
    """As it is now: a `User` in hand may be of before they left."""
    kind: UserKind = (await tx.execute(select(users.c.kind).where(users.c.id == user_id))).scalar_one()
    return kind


async def page(tx: AsyncConnection, *, before: str | None = None, limit: int = 50) -> list[User]:
    """People, newest first."""
    rows = select(*USER).where(users.c.kind == "person").order_by(users.c.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(users.c.id < before)
    return [User(**row._asdict()) for row in await tx.execute(rows)]


async def insert_identity(tx: AsyncConnection, identity: Identity) -> None:
    """Raises `IntegrityError` when that person is known already."""
    await tx.execute(insert(identities).values(values_of(identity, IDENTITY)))


async def by_identity(tx: AsyncConnection, surface: str, subject: str) -> tuple[User, Identity] | None:
    known = (identities.c.surface == surface) & (identities.c.subject == subject)
    row = (await tx.execute(select(*IDENTITY).where(known))).one_or_none()
    if row is None:
        return None
    identity = Identity(**row._asdict())
    user = await get(tx, identity.user_id)
    assert user is not None, "an identity refers to its user by a foreign key"
    return user, identity


async def identities_of(tx: AsyncConnection, user_id: str) -> list[Identity]:
    rows = select(*IDENTITY).where(identities.c.user_id == user_id).order_by(identities.c.id)
    return [Identity(**row._asdict()) for row in await tx.execute(rows)]


async def insert_session(
    tx: AsyncConnection, token_hash: str, *, user_id: str, kind: str, now: datetime, expires_at: datetime
) -> None:
    values = {"token_hash": token_hash, "user_id": user_id, "kind": kind, "created_at": now, "expires_at": expires_at}
    await tx.execute(insert(sessions).values(values))


async def by_session(tx: AsyncConnection, token_hash: str, kind: str, now: datetime) -> User | None:
    valid = (sessions.c.token_hash == token_hash) & (sessions.c.kind == kind) & (sessions.c.expires_at > now)
    row = (await tx.execute(select(*USER).join(sessions).where(valid))).one_or_none()
    return User(**row._asdict()) if row else None


async def delete_session(tx: AsyncConnection, token_hash: str) -> None:
    await tx.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


async def delete_expired_sessions(tx: AsyncConnection, now: datetime) -> int:
    return (await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))).rowcount


async def insert_key(tx: AsyncConnection, key: ApiKey, token_hash: str) -> None:
    await tx.execute(insert(api_keys).values(values_of(key, API_KEY) | {"token_hash": token_hash}))


async def by_key(tx: AsyncConnection, token_hash: str) -> tuple[User, ApiKey] | None:
    valid = (api_keys.c.token_hash == token_hash) & api_keys.c.revoked_at.is_(None)
    row = (await tx.execute(select(*API_KEY).where(valid))).one_or_none()
    if row is None:
        return None
    key = ApiKey(**row._asdict())
    user = await get(tx, key.user_id)
    assert user is not None, "a key refers to its user by a foreign key"
    return user, key


async def keys_of(tx: AsyncConnection, user_id: str) -> list[ApiKey]:
    rows = select(*API_KEY).where(api_keys.c.user_id == user_id).order_by(api_keys.c.id.desc())
    return [ApiKey(**row._asdict()) for row in await tx.execute(rows)]


async def touch_key(tx: AsyncConnection, key_id: str, now: datetime) -> None:
    await tx.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=now))


async def revoke_key(tx: AsyncConnection, user_id: str, key_id: str, now: datetime) -> bool:
    """False: not a key of theirs, or revoked before."""
    theirs = (api_keys.c.id == key_id) & (api_keys.c.user_id == user_id) & api_keys.c.revoked_at.is_(None)
    return (await tx.execute(update(api_keys).where(theirs).values(revoked_at=now))).rowcount == 1
