"""Who is asking: users, and the identities they are known by."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.emails import normal_email
from engine.errors import Conflict, InvalidInput, NotFound
from engine.tokens import identity_hash
from store import Database, begin, departures, ledger, read, users
from store.columns import new_id, storable
from store.records import Identity, User, UserKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUserLimits:
    """What a new user gets."""

    welcome_credits: int = 10_000
    slots: int = 1
    queue_limit: int = 20


@dataclass(frozen=True, slots=True)
class Users:
    db: Database
    limits: NewUserLimits

    async def create(
        self,
        surface: str,
        subject: str,
        *,
        name: str = "",
        credits: int | None = None,
        is_owner: bool = False,
        kind: UserKind = "person",
    ) -> User:
        """A user known by one identity, with welcome credits. Raises `Conflict` when that identity is known.

        Somebody who deleted their account within the last 30 days is welcomed without credits.
        """
        if credits is not None and credits < 0:
            raise InvalidInput("A user cannot start with less than 0 credits.", field="credits")
        user = self.new(name or subject, is_owner=is_owner, kind=kind)
        try:
            async with begin(self.db) as tx:
                await self.insert(tx, user, new_identity(user, surface, subject), credits)
        except IntegrityError as error:
            raise Conflict(f"{subject} is known already on {surface}.") from error
        return user

    def new(self, name: str, *, is_owner: bool = False, kind: UserKind = "person") -> User:
        """Not stored yet."""
        return User(
            id=new_id("user"),
            name=storable(name)[:100],
            is_owner=is_owner,
            slots=self.limits.slots,
            queue_limit=self.limits.queue_limit,
            created_at=now(),
            kind=kind,
        )

    async def insert(self, tx: AsyncConnection, user: User, identity: Identity, credits: int | None) -> None:
        """With these credits, or None for the welcome ones. Raises `IntegrityError` when that identity is known."""
        await users.insert_user(tx, user)
        await users.insert_identity(tx, identity)
        await ledger.open_account(tx, user.id)
        if credits is None:
            credits = 0 if await left_lately(tx, identity) else self.limits.welcome_credits
        if credits:
            key = f"welcome:{identity.surface}:{identity.subject}"[:190]
            await ledger.grant(
                tx, user_id=identity.user_id, credits=credits, kind="grant", key=key, note="welcome", now=now()
            )

    async def known_as(self, surface: str, subject: str, *, name: str = "", is_owner: bool = False) -> User:
        """The user of that identity; made, with welcome credits, when it is seen for the first time."""
        if user := await self.find(surface, subject):
            return user
        try:
            return await self.create(surface, subject, name=name, is_owner=is_owner)
        except Conflict:  # another request of the same person was first
            user = await self.find(surface, subject)
            assert user is not None
            return user

    async def find(self, surface: str, subject: str) -> User | None:
        async with read(self.db) as tx:
            found = await users.by_identity(tx, surface, subject)
        return found[0] if found else None

    async def by_email(self, email: str) -> User:
        """Raises `NotFound`."""
        subject = email.strip().lower()
        with suppress(InvalidInput):
            subject = normal_email(email)
        if user := await self.find("password", subject):
            return user
        raise NotFound(f"Nobody here has the email {email[:100]}. See `bernie users list`.", field="email")

    async def owner(self) -> User:
        """Whoever runs this installation; made when first asked for."""
        return await self.known_as("local", "owner", name="Owner", is_owner=True)

    async def page(self, *, before: str | None = None, limit: int = 50) -> list[User]:
        """People, newest first."""
        async with read(self.db) as tx:
            return await users.page(tx, before=before, limit=limit)

    async def rename(self, user: User, name: str) -> User:
        """Raises `InvalidInput` for a name of nothing."""
        renamed = replace(user, name=storable(name).strip()[:100])
        if not renamed.name:
            raise InvalidInput("A name has at least one character.", field="name")
        async with begin(self.db) as tx:
            await users.rename(tx, user.id, renamed.name)
        return renamed

    async def identities(self, user: User) -> list[Identity]:
        async with read(self.db) as tx:
            return await users.identities_of(tx, user.id)


def new_identity(user: User, surface: str, subject: str, *, secret_hash: str | None = None) -> Identity:
    return Identity(
        id=new_id("id"),
        user_id=user.id,
        surface=surface,
        subject=subject,
        secret_hash=secret_hash,
        created_at=now(),
    )


async def left_lately(tx: AsyncConnection, identity: Identity) -> bool:
    """Then they are not welcomed with credits again."""
    return await departures.left_lately(tx, identity_hash(identity.surface, identity.subject), now())
