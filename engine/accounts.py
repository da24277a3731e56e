"""Signing up and in with an email and a password.

No mail is ever sent: an email is a name to sign in by, and who forgets the password asks the owner for a link.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.emails import normal_email
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unauthorized
from engine.invitations import Invitations
from engine.passwords import Passwords, check_password, is_dated
from engine.rates import Rate, Rates
from engine.tokens import digest
from engine.users import Users, left_lately, new_identity
from store import Database, begin, invitations, ledger, read, sessions, users
from store.records import Identity, Session, User

log = logging.getLogger(__name__)

SIGN_IN_BY_EMAIL = Rate("sign-in, email", 10, 15 * 60)
SIGN_IN_BY_ADDRESS = Rate("sign-in, address", 30, 15 * 60)
SIGN_UP_BY_ADDRESS = Rate("sign-up, address", 10, 60 * 60)
INVITED_BY_ADDRESS = Rate("invited, address", 60, 60 * 60)
"""A whole class may sit behind one address."""
PASSWORD_BY_USER = Rate("password, user", 10, 15 * 60)
FRESH = timedelta(hours=1)
"""How long a browser that came by a link may set a password without the one before."""


@dataclass(frozen=True, slots=True)
class Accounts:
    db: Database
    users: Users
    invitations: Invitations
    rates: Rates
    passwords: Passwords = field(default_factory=Passwords)

    async def sign_up(
        self, email: str, password: str, *, name: str = "", invitation: str | None = None, address: str = ""
    ) -> User:
        """A new user. `address`: where the request comes from.

        Raises `NotAllowed` when that is not how people get in here, `InvalidInput`, `Conflict` for an email that is
        known, and `TooManyRequests`. An invitation is used up by those who get in only.
        """
        self._require_open(invitation)
        subject = normal_email(email)
        check_password(password, subject, name)
        await self._admit(invitation, address)
        user = self.users.new(name.strip() or subject)
        secret_hash = await self.passwords.hash(password)
        identity = new_identity(user, "password", subject, secret_hash=secret_hash)
        try:
            async with begin(self.db) as tx:
                credits = await _use(tx, invitation, identity) if invitation else None
                await self.users.insert(tx, user, identity, credits)
        except IntegrityError as error:
            raise Conflict(
                "This email cannot be used: somebody has it. If it is you, sign in, or ask the owner for a link.",
                field="email",
            ) from error
        log.info("signed up", extra={"user": user.id})
        return user

    def _require_open(self, invitation: str | None) -> None:
        if self.invitations.sign_up == "closed":
            raise NotAllowed("Nobody can sign up here. Ask the owner of this installation for an account.")
        if self.invitations.sign_up == "invitation" and not invitation:
            raise NotAllowed("Signing up needs an invitation. Ask the owner of this installation for one.")

    async def _admit(self, invitation: str | None, address: str) -> None:
        """Before a hash is made. Without a good invitation nobody learns which emails are known."""
        await self.rates.hit(INVITED_BY_ADDRESS if invitation else SIGN_UP_BY_ADDRESS, address)
        if invitation:
            async with read(self.db) as tx:
                if not await invitations.is_good(tx, digest(invitation), now()):
                    raise NotAllowed(SPENT)

    async def sign_in(self, email: str, password: str, *, address: str = "") -> User:
        """Raises `Unauthorized`, with the same words after the same time whether or not the email is known, and
        `TooManyRequests`.
        """
        try:
            subject = normal_email(email)
        except InvalidInput:
            subject = ""
        await self.rates.hit(SIGN_IN_BY_ADDRESS, address)
        await self.rates.hit(SIGN_IN_BY_EMAIL, subject)
        async with read(self.db) as tx:
            found = await users.by_identity(tx, "password", subject)
        secret_hash = found[1].secret_hash if found else None
        if not await self.passwords.match(secret_hash, password) or found is None:
            raise Unauthorized("This email and this password do not go together. Try again, or sign in another way.")
        user, identity = found
        if is_dated(identity.secret_hash or ""):
            await self._renew(identity, password)
        return user

    async def _renew(self, identity: Identity, password: str) -> None:
        secret_hash = await self.passwords.hash(password)
        async with begin(self.db) as tx:
            await users.renew_secret(tx, identity, secret_hash)

    async def set_password(
        self,
        user: User,
        password: str,
        *,
        session: Session | None,
        current: str | None = None,
        email: str | None = None,
    ) -> int:
        """For all of their emails. Ends their other sessions and links, and says how many. `session`: the browser that
        asks, None for an API key. `email`: the one to sign in by, when there is none yet.

        Raises `NotAllowed` unless they know the current one or came by a link just now; a first password asks for any
        browser. Raises `InvalidInput`, `Conflict` for an email that is known, and `TooManyRequests`.
        """
        await self.rates.hit(PASSWORD_BY_USER, user.id)
        known = [one for one in await self.users.identities(user) if one.surface == "password"]
        await self._may_set_password(known, session, current)
        subject = None if known else normal_email(email or "")
        check_password(password, user.name, *(one.subject for one in known), subject or "")
        secret_hash = await self.passwords.hash(password)
        try:
            async with begin(self.db) as tx:
                await _keep_password(tx, user, subject, secret_hash)
                ended = await sessions.delete_others(tx, user.id, session.token_hash if session else None)
        except IntegrityError as error:
            raise Conflict("This email cannot be used: somebody has it.", field="email") from error
        log.info("password set", extra={"user": user.id, "first": not any(one.secret_hash for one in known)})
        return ended

    async def _may_set_password(self, known: list[Identity], session: Session | None, current: str | None) -> None:
        hashes = [one.secret_hash for one in known if one.secret_hash]
        if current is not None and hashes:
            matches = [await self.passwords.match(secret_hash, current) for secret_hash in hashes]
            if any(matches):
                return
            raise NotAllowed("The current password is not right.")
        if session is None:
            raise NotAllowed("Give your current password. A first one is set in a browser that is signed in.")
        by_link = session.opened_by == "link" and now() - session.created_at < FRESH
        if hashes and not by_link:
            raise NotAllowed("Give your current password. If you forgot it, ask the owner for a link and open that.")


SPENT = "This invitation is not good any more: used, withdrawn or too old. Ask for a new one."


async def _use(tx: AsyncConnection, token: str, identity: Identity) -> int | None:
    """The credits that come with it; None for the welcome ones."""
    invitation = await invitations.use(tx, digest(token), now())
    if invitation is None:
        raise NotAllowed(SPENT)
    # Who leaves and comes back by the same invitation is not given credits over and over.
    return 0 if await left_lately(tx, identity) else invitation.credits


async def _keep_password(tx: AsyncConnection, user: User, subject: str | None, secret_hash: str) -> None:
    """`subject`: their first email, None when they have one."""
    await ledger.lock(tx, user.id)
    if await users.kind_of(tx, user.id) == "gone":
        raise NotFound("This account was deleted or linked to another.")
    if subject is not None:
        await users.insert_identity(tx, new_identity(user, "password", subject, secret_hash=secret_hash))
    else:
        await users.set_secret(tx, user.id, secret_hash)
