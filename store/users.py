"""People: users, and the identities they are known by."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Identity, User, UserKind
from store.tables import identities, users

USER = columns_of(User, users)
IDENTITY = columns_of(Identity, identities)
# Built once: every request with a key asks.
GET = select(*USER).where(users.c.id == bindparam("user"))


async def insert_user(tx: AsyncConnection, user: User) -> None:
    await tx.execute(insert(users).values(values_of(user, USER)))


async def get(tx: AsyncConnection, user_id: str) -> User | None:
    row = (await tx.execute(GET, {"user": user_id})).one_or_none()
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


async def set_secret(tx: AsyncConnection, user_id: str, secret_hash: str) -> bool:
    """One password for all of their emails. False: they have none."""
    theirs = (identities.c.user_id == user_id) & (identities.c.surface == "password")
    return (await tx.execute(update(identities).where(theirs).values(secret_hash=secret_hash))).rowcount > 0


async def renew_secret(tx: AsyncConnection, identity: Identity, secret_hash: str) -> None:
    """The same password, hashed anew. Nothing happens when it was changed meanwhile."""
    same = (identities.c.id == identity.id) & (identities.c.secret_hash == identity.secret_hash)
    await tx.execute(update(identities).where(same).values(secret_hash=secret_hash))


async def rename(tx: AsyncConnection, user_id: str, name: str) -> None:
    """Nothing happens to one that is gone."""
    here = (users.c.id == user_id) & (users.c.kind != "gone")
    await tx.execute(update(users).where(here).values(name=name))
