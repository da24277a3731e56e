"""Who is asking: users, the identities they are known by, API keys and browser sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.errors import Conflict, InvalidInput, NotFound, Unauthorized
from engine.tokens import API_KEY_PREFIX, digest, identity_hash, new_token
from store import Database, begin, departures, ledger, read, users
from store.columns import new_id, storable
from store.records import ApiKey, Identity, User, UserKind

COOKIE_DAYS = 30
LINK_HOURS = 24
TOUCH_EVERY = timedelta(minutes=5)
"""How precisely a key's last use is known: writing it at each request would make every read a write."""


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
        moment = now()
        user = User(
            id=new_id("user"),
            name=storable(name or subject)[:100],
            is_owner=is_owner,
            slots=self.limits.slots,
            queue_limit=self.limits.queue_limit,
            created_at=moment,
            kind=kind,
        )
        identity = Identity(
            id=new_id("id"), user_id=user.id, surface=surface, subject=subject, secret_hash=None, created_at=moment
        )
        try:
            async with begin(self.db) as tx:
                await users.insert_user(tx, user)
                await users.insert_identity(tx, identity)
                await ledger.open_account(tx, user.id)
                await self._welcome(tx, identity, credits)
        except IntegrityError as error:
            raise Conflict(f"{subject} is known already on {surface}.") from error
        return user

    async def _welcome(self, tx: AsyncConnection, identity: Identity, credits: int | None) -> None:
        if credits is None:
            left = await departures.left_lately(tx, identity_hash(identity.surface, identity.subject), now())
            credits = 0 if left else self.limits.welcome_credits
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
        if user := await self.find("password", email.strip().lower()):
            return user
        raise NotFound(f"Nobody here has the email {email[:100]}. See `bernie users list`.", field="email")

    async def owner(self) -> User:
        """Whoever runs this installation; made when first asked for."""
        return await self.known_as("local", "owner", name="Owner", is_owner=True)

    async def page(self, *, before: str | None = None, limit: int = 50) -> list[User]:
        """People, newest first."""
        async with read(self.db) as tx:
            return await users.page(tx, before=before, limit=limit)

    async def identities(self, user: User) -> list[Identity]:
        async with read(self.db) as tx:
            return await users.identities_of(tx, user.id)

    async def create_key(self, user: User, name: str) -> tuple[ApiKey, str]:
        """The key and its token, which is shown now and never again."""
        token = new_token(API_KEY_PREFIX)
        key = ApiKey(
            id=new_id("key"),
            user_id=user.id,
            name=storable(name).strip()[:100] or "key",
            hint=token[:8],
            created_at=now(),
            last_used_at=None,
            revoked_at=None,
        )
        async with begin(self.db) as tx:
            await users.insert_key(tx, key, digest(token))
        return key, token

    async def keys(self, user: User) -> list[ApiKey]:
        async with read(self.db) as tx:
            return await users.keys_of(tx, user.id)

    async def revoke_key(self, user: User, key_id: str) -> None:
        """Raises `NotFound` when it is not a key of theirs, or revoked before."""
        async with begin(self.db) as tx:
            if not await users.revoke_key(tx, user.id, key_id, now()):
                raise NotFound("You have no such key.")

    async def with_key(self, token: str) -> User:
        """Raises `Unauthorized`."""
        async with read(self.db) as tx:
            found = await users.by_key(tx, digest(token))
        if found is None:
            raise Unauthorized("This API key is not valid. Make a new one with `bernie keys create`.")
        user, key = found
        if key.last_used_at is None or now() - key.last_used_at > TOUCH_EVERY:
            async with begin(self.db) as tx:
                await users.touch_key(tx, key.id, now())
        return user

    async def create_link(self, user: User) -> str:
        """A token that signs a browser in as this user until tomorrow."""
        return await self._open_session(user, "link", timedelta(hours=LINK_HOURS))

    async def create_session(self, user: User) -> str:
        """A token for a browser's cookie."""
        return await self._open_session(user, "cookie", timedelta(days=COOKIE_DAYS))

    async def _open_session(self, user: User, kind: str, age: timedelta) -> str:
        token, moment = new_token(), now()
        async with begin(self.db) as tx:
            await users.insert_session(
                tx, digest(token), user_id=user.id, kind=kind, now=moment, expires_at=moment + age
            )
        return token

    async def with_link(self, token: str) -> User:
        """Raises `Unauthorized`."""
        return await self._by_session(token, "link", "This link has expired. Make a new one with `bernie users link`.")

    async def with_session(self, token: str) -> User:
        """Raises `Unauthorized`."""
        return await self._by_session(token, "cookie", "You are signed out. Open your link again to sign in.")

    async def _by_session(self, token: str, kind: str, refusal: str) -> User:
        async with read(self.db) as tx:
            user = await users.by_session(tx, digest(token), kind, now())
        if user is None:
            raise Unauthorized(refusal)
        return user

    async def end_session(self, token: str) -> None:
        async with begin(self.db) as tx:
            await users.delete_session(tx, digest(token))
