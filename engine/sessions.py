"""Browsers that are signed in, and the links that sign one in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.clock import now
from engine.errors import NotFound, Unauthorized
from engine.tokens import digest, new_token
from store import Database, begin, read, sessions
from store.columns import storable
from store.records import Session, SessionKind, SignedInWith, User

COOKIE_DAYS = 30
LINK_HOURS = 24
TOUCH_EVERY = timedelta(minutes=5)
ID_PREFIX = "session_"
ID_DIGITS = 24
"""Of the hash: enough to tell sessions apart, and nothing to sign in with."""


def session_id(session: Session) -> str:
    """What its owner names it by."""
    return ID_PREFIX + session.token_hash[:ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Sessions:
    db: Database

    async def create_link(self, user: User) -> str:
        """A token that signs a browser in as this user until tomorrow."""
        return await self._open(user, "link", "link", "", timedelta(hours=LINK_HOURS))

    async def create(self, user: User, *, opened_by: SignedInWith, browser: str = "") -> str:
        """A token for a browser's cookie. `browser`: what it calls itself."""
        return await self._open(user, "cookie", opened_by, browser, timedelta(days=COOKIE_DAYS))

    async def _open(self, user: User, kind: SessionKind, opened_by: SignedInWith, browser: str, age: timedelta) -> str:
        token, moment = new_token(), now()
        session = Session(
            token_hash=digest(token),
            user_id=user.id,
            kind=kind,
            opened_by=opened_by,
            browser=storable(browser)[:200],
            created_at=moment,
            expires_at=moment + age,
        )
        async with begin(self.db) as tx:
            await sessions.insert_session(tx, session)
        return token

    async def with_link(self, token: str) -> User:
        """Raises `Unauthorized`."""
        async with read(self.db) as tx:
            found = await sessions.find(tx, digest(token), "link", now())
        if found is None:
            raise Unauthorized("This link has expired. Make a new one with `bernie users link`.")
        return found[0]

    async def with_cookie(self, token: str) -> User:
        """Raises `Unauthorized`."""
        return (await self.of_cookie(token))[0]

    async def of_cookie(self, token: str) -> tuple[User, Session]:
        """Raises `Unauthorized`."""
        async with read(self.db) as tx:
            found = await sessions.find(tx, digest(token), "cookie", now())
        if found is None:
            raise Unauthorized("You are signed out. Sign in again.")
        user, session = found
        if now() - (session.last_used_at or session.created_at) > TOUCH_EVERY:
            async with begin(self.db) as tx:
                await sessions.touch(tx, session.token_hash, now())
        return user, session

    async def mine(self, user: User) -> list[Session]:
        """Browsers and links that are good, newest first."""
        async with read(self.db) as tx:
            return await sessions.of_user(tx, user.id, now())

    async def end(self, token: str) -> None:
        """Nothing happens when there is none."""
        async with begin(self.db) as tx:
            await sessions.delete_session(tx, digest(token))

    async def end_one(self, user: User, named: str) -> None:
        """By its id. Raises `NotFound` when it is not theirs, or ended before."""
        beginning = named.removeprefix(ID_PREFIX)
        async with begin(self.db) as tx:
            if len(beginning) != ID_DIGITS or not await sessions.delete_beginning_with(tx, user.id, beginning):
                raise NotFound("You have no such session.")

    async def end_others(self, user: User, but: str | None = None) -> int:
        """How many were ended: all, links too, but the one of the token `but`."""
        async with begin(self.db) as tx:
            return await sessions.delete_others(tx, user.id, digest(but) if but else None)
